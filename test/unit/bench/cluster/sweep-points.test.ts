import { expect, test } from 'vitest'
import type { BenchSettings } from '../../../../src/bench/cluster/cluster-benchmark.ts'
import { usualSettings } from '../../../../src/bench/cluster/settings.ts'
import { sweepPoints, variationOf } from '../../../../src/bench/cluster/sweep-points.ts'

const plain: BenchSettings = {
  ...usualSettings,
  ...{ acks: ['all'], codecs: ['none'], recordBytes: [1_000], partitions: [4], producers: [4] },
}

test('a size whose batch would be that of another size is not measured twice', () => {
  const sizes = sweepPoints(plain).map(({ shape }) => shape.batchBytes)
  // With records of 1000 bytes, one fits in 1 KiB.
  expect(sizes).toEqual([0, 4_096, 16_384, 65_536, 262_144, 1_048_576])
})

test('codecs are crossed with batch sizes, acknowledged by the last of the list alone', () => {
  const points = sweepPoints({ ...plain, acks: ['1', 'all'], codecs: ['none', 'lz4'], batchBytes: [0, 65_536] })
  expect(points.map(({ shape, acks }) => `${shape.codec} ${shape.batchBytes} ${acks}`)).toEqual([
    ...['none 0 1', 'none 65536 1', 'none 0 all', 'none 65536 all', 'lz4 0 all', 'lz4 65536 all'],
  ])
})

test('record sizes, partitions and producers are varied one at a time, each of which has a name', () => {
  const settings = { ...plain, batchBytes: [16_384], recordBytes: [1_000, 100], partitions: [4, 16], producers: [4, 1] }
  const names = sweepPoints(settings).map((point) => variationOf(settings, point))
  expect(names).toEqual([undefined, 'records of 100 B', 'partitions: 16', 'producers: 1'])
})
