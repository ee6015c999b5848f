/** The contract of `Codecs`. Sources of the vectors: RFC 3720 §B.4, and the check value of the CRC catalogue. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nativeCodecs } from '../../src/real/codecs.ts'
import { simCodecs } from '../../src/sim/devices/sim-codecs.ts'
import { type Codecs, type CompressionCodec, CompressionError } from '../../src/world/codecs.ts'
import { bytesOf } from './answers.ts'
import type { Arm, ArmKind } from './arm.ts'

const ascending = Uint8Array.from({ length: 32 }, (_, index) => index)

const vectors: readonly (readonly [string, Uint8Array, number])[] = [
  ['nothing', new Uint8Array(0), 0x0000_0000],
  ['the digits 1 to 9', bytesOf('123456789'), 0xe306_9283],
  ['32 bytes of zero', new Uint8Array(32), 0x8a91_36aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
  ['32 ascending bytes', ascending, 0x46dd_794e],
  ['32 descending bytes', ascending.toReversed(), 0x113f_db5c],
]

const compressions: readonly CompressionCodec[] = ['gzip', 'snappy', 'lz4', 'zstd']

/** Nothing, little, much of the same, lines as of a log, and noise; some beyond every block of a format. */
const contents: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['a byte', Uint8Array.of(7)],
  ['300 000 zeros', new Uint8Array(300_000)],
  ['lines', bytesOf(Array.from({ length: 4000 }, (_, line) => `{"user":${line % 97},"at":${line * 137}}`).join('\n'))],
  ['noise', noise(200_000)],
]

function noise(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return state >>> 16
  })
}

export function codecsSuite(kind: ArmKind): void {
  let arm: Arm
  let codecs: Codecs
  beforeEach(() => {
    arm = kind.begin()
    codecs = arm.world().codecs
  })
  afterEach(() => arm.end())

  describe('codecs', () => {
    it.each(vectors)('the CRC-32C of %s is the published one', (_name, bytes, crc) => {
      expect(codecs.crc32c(bytes, 0, bytes.length)).toBe(crc)
    })

    it('only the bytes of the range count, wherever they lie', () => {
      const digits = bytesOf('123456789')
      for (const offset of [0, 1, 3, 8, 13, 4093]) {
        const bytes = new Uint8Array(offset + 9 + 5).fill(0xa5)
        bytes.set(digits, offset)
        expect(codecs.crc32c(bytes, offset, offset + 9)).toBe(0xe306_9283)
        expect(codecs.crc32c(bytes.subarray(offset), 0, 9)).toBe(0xe306_9283)
      }
    })

    it('a single bit that differs gives another checksum, at any length', () => {
      for (const length of [1, 7, 8, 63, 64, 199, 200, 1023, 65_536]) {
        const bytes = Uint8Array.from({ length }, (_, index) => index * 7)
        const crc = codecs.crc32c(bytes, 0, length)
        bytes[length - 1] = (bytes[length - 1] as number) ^ 1
        expect(codecs.crc32c(bytes, 0, length)).not.toBe(crc)
      }
    })

    describe.each(compressions)('%s', (codec) => {
      it.each(contents)('gives back %s, whichever world compressed it', (_what, bytes) => {
        for (const writer of [codecs, nativeCodecs, simCodecs]) {
          const compressed = writer.compress(codec, bytes)
          expect(sameBytes(codecs.decompress(codec, compressed, bytes.length), bytes)).toBe(true)
          expect(sameBytes(codecs.decompress(codec, compressed, bytes.length + 1), bytes)).toBe(true)
        }
      })

      it.each(contents.slice(1))('refuses %s where the limit is below its size', (_what, bytes) => {
        for (const limit of [0, bytes.length >> 1, bytes.length - 1]) {
          const refused = codecs.decompress(codec, codecs.compress(codec, bytes), limit)
          expect(refused).toBeInstanceOf(CompressionError)
          expect(refused).toMatchObject({ code: 'TOO_LARGE' })
        }
      })

      it.each(contents.slice(2))('says that %s is cut short, wherever that is', (_what, bytes) => {
        const compressed = codecs.compress(codec, bytes)
        const cuts = [1, 5, 11, compressed.length >> 2, compressed.length >> 1, compressed.length - 1]
        for (const cut of cuts.filter((at) => at < compressed.length)) {
          expect(codecs.decompress(codec, compressed.subarray(0, cut), bytes.length)).toMatchObject({
            code: 'MALFORMED',
          })
        }
      })

      it('does not make much of what claims much', () => {
        const bomb = codecs.compress(codec, new Uint8Array(4_000_000))
        expect(bomb.length).toBeLessThan(300_000)
        expect(codecs.decompress(codec, bomb, 100_000)).toMatchObject({ code: 'TOO_LARGE' })
      })

      it('leaves the bytes it is given as they are, also as part of a larger array', () => {
        const [, bytes] = contents[3]!
        const around = new Uint8Array(bytes.length + 20).fill(0xa5)
        around.set(bytes, 7)
        const compressed = codecs.compress(codec, around.subarray(7, 7 + bytes.length))
        const copy = compressed.slice()
        expect(sameBytes(codecs.decompress(codec, compressed, bytes.length), bytes)).toBe(true)
        expect(sameBytes(compressed, copy)).toBe(true)
        expect(sameBytes(around.subarray(7, 7 + bytes.length), bytes)).toBe(true)
      })
    })
  })
}

/** Compared by hand: a failing `toEqual` of so many bytes would print them. */
function sameBytes(found: Uint8Array | CompressionError, expected: Uint8Array): boolean {
  if (found instanceof CompressionError || found.length !== expected.length) return false
  return found.every((byte, index) => byte === expected[index])
}
