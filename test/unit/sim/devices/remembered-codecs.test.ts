import { expect, it } from 'vitest'
import { rememberedCodecs } from '../../../../src/sim/devices/remembered-codecs.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import { CompressionError } from '../../../../src/world/codecs.ts'

const plain = new Uint8Array(3000).map((_, index) => index % 7)

it('decodes equal bytes to equal bytes, in an array of its own each time', () => {
  const codecs = rememberedCodecs()
  const compressed = codecs.compress('lz4', plain)
  const first = codecs.decompress('lz4', compressed, 3000) as Uint8Array
  first.fill(0)
  const second = codecs.decompress('lz4', compressed.slice(), 3000) as Uint8Array
  expect(second).toEqual(plain)
  second.fill(0)
  expect(codecs.decompress('lz4', compressed, 3000)).toEqual(plain)
})

it('sees every byte that has changed since', () => {
  const codecs = rememberedCodecs()
  const compressed = codecs.compress('gzip', plain)
  codecs.decompress('gzip', compressed, 3000)
  for (let position = 0; position < compressed.length; position++) {
    const rotten = compressed.slice()
    rotten[position]! ^= 0x10
    expect(codecs.decompress('gzip', rotten, 3000), `byte ${position}`).toEqual(
      simCodecs.decompress('gzip', rotten, 3000),
    )
  }
})

it('keeps to the limit and to the codec that are asked for', () => {
  const codecs = rememberedCodecs()
  const compressed = codecs.compress('zstd', plain)
  expect(codecs.decompress('zstd', compressed, 3000)).toEqual(plain)
  expect(codecs.decompress('zstd', compressed, 2999)).toMatchObject({ code: 'TOO_LARGE' })
  expect(codecs.decompress('gzip', compressed, 3000)).toBeInstanceOf(CompressionError)
})

it('decodes as ever when many other batches came between', () => {
  const codecs = rememberedCodecs()
  const batches = Array.from({ length: 300 }, (_, index) =>
    codecs.compress('snappy', plain.subarray(index, index + 50)),
  )
  for (let round = 0; round < 2; round++) {
    batches.forEach((batch, index) => {
      expect(codecs.decompress('snappy', batch, 3000)).toEqual(plain.subarray(index, index + 50))
    })
  }
})
