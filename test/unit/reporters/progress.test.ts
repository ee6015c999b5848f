import { PassThrough } from 'node:stream'
import FakeTimers, { type Clock } from '@sinonjs/fake-timers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProgress } from '../../../src/reporters/progress.ts'

let clock: Clock

beforeEach(() => {
  clock = FakeTimers.install({ now: 0 })
})

afterEach(() => {
  clock.uninstall()
})

/** A stream that keeps what is written, watched by a person or not. */
function stream(isTTY: boolean): NodeJS.WriteStream & { text(): string } {
  const written: string[] = []
  const sink = new PassThrough()
  sink.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const terminal = { isTTY, columns: 100, cursorTo: () => true, clearLine: () => true, moveCursor: () => true }
  return Object.assign(sink as unknown as NodeJS.WriteStream, terminal, { text: () => written.join('') })
}

const state = { seeds: 40, events: 60_000, failures: 1, differences: 0 }

test('where nobody watches there is a plain line every five seconds, and none after the end', () => {
  const sink = stream(false)
  const progress = startProgress({ seeds: 200, stream: sink, nowMs: () => clock.now })
  progress.update(state)
  clock.tick(4_999)
  expect(sink.text()).toBe('')
  clock.tick(1)
  expect(sink.text()).toBe('5.0 s: 40 of 200 seeds, 8 seeds/s, 12 000 events/s, 1 broken\n')
  progress.stop()
  clock.tick(60_000)
  expect(sink.text().split('\n')).toHaveLength(2)
})

test('where time decides, the plain lines do not pretend to know how many seeds there will be', () => {
  const sink = stream(false)
  const progress = startProgress({ seeds: undefined, stream: sink, nowMs: () => clock.now })
  progress.update(state)
  clock.tick(5_000)
  progress.stop()
  expect(sink.text()).toMatch(/^5\.0 s: 40 seeds, /)
})

test('on a terminal there is a bar with the tally', () => {
  const sink = stream(true)
  const progress = startProgress({ seeds: 200, stream: sink, nowMs: () => clock.now })
  clock.tick(1_000)
  progress.update(state)
  clock.tick(1_000)
  progress.stop()
  expect(sink.text()).toContain('40/200 seeds')
  expect(sink.text()).toContain('1 broken')
})
