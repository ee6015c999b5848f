import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { compressPortably } from '../../../src/compression/portable-codecs.ts'
import { loadLz4Decompressor } from '../../../src/real/native-lz4.ts'
import { CompressionError } from '../../../src/world/codecs.ts'

const lines = new TextEncoder().encode(
  Array.from({ length: 6000 }, (_, line) => `{"user":${(line * 7919) % 1009},"at":${line * 137}}`).join('\n'),
)
const compressed = compressPortably('lz4', lines)

describe('the decompressor of LZ4', () => {
  it('hands long blocks to native code, each with a bound, and short ones to nobody', () => {
    const native = createRequire(import.meta.url)('lz4-napi') as { uncompressSync(block: Uint8Array): Uint8Array }
    const bounds: number[] = []
    const decompress = loadLz4Decompressor(() => ({
      uncompressSync(block: Uint8Array) {
        bounds.push(new DataView(block.buffer, block.byteOffset).getUint32(0, true))
        return native.uncompressSync(block)
      },
    }))
    expect(Buffer.compare(decompress(compressed, lines.length) as Uint8Array, lines)).toBe(0)
    expect(bounds).toEqual([65_536, 65_536, lines.length - 2 * 65_536])
    const short = compressPortably('lz4', lines.subarray(0, 200))
    expect(decompress(short, 200)).toEqual(lines.slice(0, 200))
    expect(bounds.length).toBe(3)
  })

  it('does without the package where there is no binary of it for the system', () => {
    const decompress = loadLz4Decompressor(() => {
      throw new Error('Cannot find native binding')
    })
    expect(Buffer.compare(decompress(compressed, lines.length) as Uint8Array, lines)).toBe(0)
    expect(decompress(compressed, lines.length - 1)).toBeInstanceOf(CompressionError)
  })
})
