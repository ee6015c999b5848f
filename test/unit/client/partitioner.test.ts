import { expect, test } from 'vitest'
import { murmur2, partitionOfKey, StickyPartitions } from '../../../src/client/partitioner.ts'
import { ascii } from './scripted-cluster.ts'

// What `org.apache.kafka.common.utils.Utils.murmur2` of Kafka 4.2 gives.
const hashes: readonly (readonly [string, number])[] = [
  ['', 275646681],
  ['a', -1563381124],
  ['ab', 316155434],
  ['abc', 479470107],
  ['abcd', -1323649548],
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
]

test.each(hashes)('the key %j has the hash that Kafka gives it', (key, hash) => {
  expect(murmur2(ascii(key))).toBe(hash)
})

test('bytes beyond ASCII hash as Kafka hashes them', () => {
  const partition = [0xed, 0x8c, 0x8c, 0xed, 0x8b, 0xb0, 0xec, 0x85, 0x98]
  expect(murmur2(Uint8Array.from(partition))).toBe(-1100511656)
  expect(murmur2(Uint8Array.of(0x80, 0xff, 0xfe))).toBe(810766165)
  expect(murmur2(Uint8Array.from({ length: 256 }, (_, index) => index))).toBe(-1948347274)
})

test('a key whose hash is negative has the partition that Kafka gives it', () => {
  const keys = ['', 'a', 'ab', 'abc', 'abcd', 'foobar', 'a-little-bit-longer-string']
  expect(keys.map((key) => partitionOfKey(ascii(key), 12))).toEqual([9, 4, 2, 3, 8, 6, 11])
  expect(keys.map((key) => partitionOfKey(ascii(key), 7))).toEqual([2, 5, 0, 4, 5, 0, 0])
})

test('records without a key stay with one partition until its batch is closed', () => {
  let drawn = 0
  const sticky = new StickyPartitions({ u32: () => drawn++ })
  const partitions = [{ leader: 1 }, { leader: -1 }, { leader: 1 }]
  expect([1, 2, 3].map(() => sticky.choose('t', partitions))).toEqual([0, 0, 0])
  sticky.release('t', 2)
  expect(sticky.choose('t', partitions)).toBe(0)
  sticky.release('t', 0)
  expect(sticky.choose('t', partitions)).toBe(2)
})

test('records without a key avoid partitions without a leader while there is another', () => {
  const sticky = new StickyPartitions({ u32: () => 5 })
  expect(sticky.choose('a', [{ leader: -1 }, { leader: 3 }])).toBe(1)
  expect(sticky.choose('b', [{ leader: -1 }, { leader: -1 }])).toBe(1)
})
