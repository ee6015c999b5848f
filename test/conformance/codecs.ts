/** The contract of `Codecs`. Sources of the vectors: RFC 3720 §B.4, and the check value of the CRC catalogue. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Codecs } from '../../src/world/codecs.ts'
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
  })
}
