/**
 * Compression gives back what it was given, in every world, and answers damaged bytes with a value: no crash, no hang, no
 * more than was allowed.
 */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compressBatch, decompressBatch } from '../../src/protocol/record-batch-compression.ts'
import { decodeRecords } from '../../src/protocol/records.ts'
import { nativeCodecs } from '../../src/real/codecs.ts'
import { simCodecs } from '../../src/sim/devices/sim-codecs.ts'
import { type CompressionCodec, CompressionError } from '../../src/world/codecs.ts'

const codecs: readonly CompressionCodec[] = ['gzip', 'snappy', 'lz4', 'zstd']

/** Bytes that repeat themselves, near and far, with noise between. */
const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.record({ byte: fc.nat(255), count: fc.nat(5000) }).map(({ byte, count }) => new Uint8Array(count).fill(byte)),
      fc.constantFrom('a line of a log\n', '{"user":17,"event":"click"}').map((text) => new TextEncoder().encode(text)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))

const limit = 1_000_000

describe.each(codecs)('%s', (codec) => {
  it('gives back what it was given, whichever world wrote and reads it', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 1, max: 9 }), (bytes, level) => {
        for (const writer of [nativeCodecs, simCodecs]) {
          const compressed = writer.compress(codec, bytes, level)
          for (const reader of [nativeCodecs, simCodecs]) {
            expect(Buffer.compare(reader.decompress(codec, compressed, bytes.length) as Uint8Array, bytes)).toBe(0)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('answers bytes that were changed, cut or put together with a value within the limit', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(contents, changes, fc.nat(), fc.uint8Array({ maxLength: 9 }), (bytes, changed, cut, tail) => {
        const whole = nativeCodecs.compress(codec, bytes)
        const compressed = Uint8Array.from([...whole.subarray(0, whole.length - (cut % 7)), ...tail])
        for (const [at, value] of changed) compressed[at % compressed.length] = value
        for (const reader of [nativeCodecs, simCodecs]) {
          const found = reader.decompress(codec, compressed, limit)
          expect(found instanceof CompressionError || found.length <= limit).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** Contents whose blocks are long enough for native code, of noise, repetition and what is between. */
const longContents = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.nat(255), fc.integer({ min: 1, max: 90_000 }))
        .map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.tuple(fc.integer(), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40_000 })).map(noise),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))

/** Bytes of `2 ** bits` values, so that few bits make many short matches. */
function noise([seed, bits, length]: [number, number, number]): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return (state >>> 8) % Math.min(2 ** bits, 256)
  })
}

/** The block as a frame whose blocks hold up to 4 MiB. */
function frameOf(block: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, 0, 0, 0, 0)
  new DataView(header.buffer).setUint32(7, block.length, true)
  return Uint8Array.from([...header, ...block, 0, 0, 0, 0])
}

describe('LZ4 by native code', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })

  it('finds the bytes and the errors that portable code finds, whatever was changed and whatever the limit', () => {
    let accepted = 0
    let refused = 0
    fc.assert(
      fc.property(longContents, changes, fc.nat(3), (bytes, changed, less) => {
        const compressed = simCodecs.compress('lz4', bytes)
        for (const [at, value] of changed) compressed[at % compressed.length] = value
        const outputLimit = less === 3 ? bytes.length - 1 : bytes.length + less
        const found = nativeCodecs.decompress('lz4', compressed, outputLimit)
        const expected = simCodecs.decompress('lz4', compressed, outputLimit)
        if (expected instanceof CompressionError) {
          refused++
          expect(found).toEqual(expected)
          return
        }
        accepted++
        expect(Buffer.compare(found as Uint8Array, expected)).toBe(0)
      }),
      { numRuns: 200 },
    )
    expect(Math.min(accepted, refused)).toBeGreaterThan(20)
  })

  it('agrees with portable code on blocks that hold anything', () => {
    const token = fc
      .tuple(fc.nat(255), fc.uint8Array({ maxLength: 14 }), fc.nat(80))
      .map(([byte, literals, distance]) => {
        const head = (literals.length << 4) | (byte & 15)
        return [head, ...literals, distance, 0, ...((byte & 15) === 15 ? [byte & 127] : [])]
      })
    const ending = fc.uint8Array({ maxLength: 14 }).map((literals) => [literals.length << 4, ...literals])
    const tails = fc.oneof(ending, fc.array(fc.nat(255), { maxLength: 40 }))
    const blocks = fc
      .tuple(fc.array(token, { minLength: 60, maxLength: 200 }), tails)
      .map(([tokens, tail]) =>
        Uint8Array.from([0xf0, 65, ...new Uint8Array(80).fill(9), 1, 0, ...tokens.flat(), ...tail]),
      )
    let accepted = 0
    let refused = 0
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 20_000 }), (block, outputLimit) => {
        const frame = frameOf(block)
        const found = nativeCodecs.decompress('lz4', frame, outputLimit)
        if (found instanceof CompressionError) refused++
        else accepted++
        expect(found).toEqual(simCodecs.decompress('lz4', frame, outputLimit))
      }),
      { numRuns: 300 },
    )
    expect(Math.min(accepted, refused)).toBeGreaterThan(10)
  })

  it('gives back blocks that hold two hundred times as much as they are, and refuses them where the limit says so', () => {
    const block = Uint8Array.from([0x1f, 0, 1, 0, ...new Uint8Array(11_764).fill(255), 156, 0x50, 0, 0, 0, 0, 0])
    const frame = frameOf(block)
    const whole = simCodecs.decompress('lz4', frame, 4_000_000) as Uint8Array
    expect(whole.length).toBeGreaterThan(2_900_000)
    expect(Buffer.compare(nativeCodecs.decompress('lz4', frame, whole.length) as Uint8Array, whole)).toBe(0)
    for (const outputLimit of [0, 65_536, whole.length - 1]) {
      expect(nativeCodecs.decompress('lz4', frame, outputLimit)).toMatchObject({ code: 'TOO_LARGE' })
    }
  })
})

const fixture: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../fixtures/compressed-batches.json', import.meta.url), 'utf8'),
)

describe('batches of other people’s programs', () => {
  const names = Object.keys(fixture).filter((name) => name !== 'source')
  it.each(names)('%s: every record is read, and again after it was compressed anew', (name) => {
    const batch = Uint8Array.from(Buffer.from(fixture[name]!, 'hex'))
    const plain = decompressBatch(batch, 0, simCodecs) as Uint8Array
    const records = decodeRecords(plain, 0)
    expect(records.length).toBeGreaterThan(0)
    expect(new TextDecoder().decode(records[0]!.value!)).toBe('a record that is much like the others 0')
    expect(decompressBatch(batch, 0, nativeCodecs)).toEqual(plain)
    for (const codec of codecs) {
      const again = decompressBatch(compressBatch(plain, simCodecs, codec), 0, nativeCodecs) as Uint8Array
      expect(decodeRecords(again, 0)).toEqual(records)
    }
  })
})
