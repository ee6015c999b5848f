import { describe, expect, test } from 'vitest'
import { EventHash } from '../../../../src/sim/loop/event-hash.ts'
import { firstDifference } from '../../../../src/sim/loop/hash-chain.ts'
import { firstDifferentEvent } from '../../../../src/sim/loop/recorded-range.ts'

/** A run of `events` events, in which event `oddAt` does something else. */
function run(events: number, oddAt = -1, record?: readonly [number, number]): EventHash {
  const hash = new EventHash()
  if (record !== undefined) hash.recordRange(...record)
  for (let event = 0; event < events; event++) {
    hash.beginEvent(event * 10, 1, event % 3)
    hash.note(event === oddAt ? 1 : 0)
    hash.endEvent()
  }
  return hash
}

describe('the event-hash chain', () => {
  test('is the same for the same events and differs when one differs', () => {
    expect(run(5000).digest).toBe(run(5000).digest)
    expect(run(5000).digest).not.toBe(run(5000, 17).digest)
    expect(run(5000).digest).toMatch(/^[0-9a-f]{16}$/)
  })

  test('depends on time beyond 32 bits, on kind, node and the order of notes', () => {
    const digests = new Set(
      [
        (hash: EventHash) => hash.beginEvent(1, 1, 1),
        (hash: EventHash) => hash.beginEvent(1 + 2 ** 32, 1, 1),
        (hash: EventHash) => hash.beginEvent(1, 2, 1),
        (hash: EventHash) => hash.beginEvent(1, 1, -1),
        (hash: EventHash) => [1, 2].map((word) => hash.note(word)),
        (hash: EventHash) => [2, 1].map((word) => hash.note(word)),
      ].map((act) => {
        const hash = new EventHash()
        act(hash)
        return hash.digest
      }),
    )
    expect(digests.size).toBe(6)
  })

  test('sees every byte of a small chunk, and the length and both ends of a large one', () => {
    const digestOf = (bytes: Uint8Array): string => {
      const hash = new EventHash()
      hash.noteBytes(bytes, 0, bytes.length)
      return hash.digest
    }
    const small = new Uint8Array(37)
    const seen = new Set([digestOf(small), digestOf(new Uint8Array(36))])
    for (let at = 0; at < small.length; at++) seen.add(digestOf(small.with(at, 1)))
    expect(seen.size).toBe(39)
    const large = new Uint8Array(100_000)
    const others = [large.with(0, 1), large.with(99_999, 1), new Uint8Array(100_001)]
    for (const other of others) expect(digestOf(other)).not.toBe(digestOf(large))
  })
})

describe('the first difference between two runs', () => {
  test('is none for equal runs, short and long', () => {
    for (const events of [0, 10, 300_000]) {
      expect(firstDifference(run(events).chain(), run(events).chain())).toBeUndefined()
    }
  })

  test('lies in the interval named, however long the runs', () => {
    for (const [events, oddAt] of [
      [100, 99],
      [1000, 0],
      [1000, 255],
      [1000, 256],
      [1000, 999],
      [3_000_000, 1_234_567],
    ] as const) {
      const found = firstDifference(run(events).chain(), run(events, oddAt).chain())
      expect(found).toBeDefined()
      expect(found!.from).toBeLessThanOrEqual(oddAt)
      expect(found!.to).toBeGreaterThan(oddAt)
      expect(found!.to - found!.from).toBeLessThanOrEqual(1024)
    }
  })

  test('is found between runs of different length', () => {
    const found = firstDifference(run(2_000_000).chain(), run(700).chain())!
    expect([found.from <= 700, found.to > 700]).toEqual([true, true])
  })

  test('is named to the event by a second pass', () => {
    const found = firstDifference(run(5000).chain(), run(5000, 1234).chain())!
    const [left, right] = [-1, 1234].map((odd) => run(5000, odd, [found.from, found.to]).recorded)
    const different = firstDifferentEvent(left!, right!)
    expect(different?.left).toMatchObject({ index: 1234, timeUs: 12_340, kind: 'timer', node: 1 })
    expect(firstDifferentEvent(left!, left!)).toBeUndefined()
  })

  test('is the end of the run that is over first', () => {
    const [left, right] = [10, 12].map((events) => run(events, -1, [0, 100]).recorded)
    expect(firstDifferentEvent(left!, right!)).toMatchObject({ left: undefined, right: { index: 10 } })
  })
})
