import { crc32c as native } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../src/protocol/crc32c.ts'

describe('CRC-32C', () => {
  it('has the check value of the algorithm', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
  })

  it('has the values of RFC 3720 for 32 zeros, 32 ones and 32 ascending bytes', () => {
    expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff), 0, 32)).toBe(0x62a8ab43)
    expect(
      crc32c(
        Uint8Array.from({ length: 32 }, (_, index) => index),
        0,
        32,
      ),
    ).toBe(0x46dd794e)
  })

  it('of no bytes is zero', () => {
    expect(crc32c(new Uint8Array(5), 3, 3)).toBe(0)
  })

  it('agrees with native code on any part of any array', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), fc.nat(20), (bytes, before, after) => {
        const whole = Uint8Array.from([...new Uint8Array(before).fill(7), ...bytes, ...new Uint8Array(after).fill(9)])
        const view = whole.subarray(before)
        expect(crc32c(whole, before, before + bytes.length)).toBe(native(bytes))
        expect(crc32c(view, 0, bytes.length)).toBe(native(bytes))
      }),
      { numRuns: 500 },
    )
  })
})
