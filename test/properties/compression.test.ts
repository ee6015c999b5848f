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
