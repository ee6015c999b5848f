import { describe, expect, test } from 'vitest'
import type { MetadataRecordInput } from '../../../../../src/protocol/metadata-records/table.ts'
import { parseUuid } from '../../../../../src/protocol/uuid.ts'
import { foundIn } from './cluster-judge.ts'

const uuid = (last: string) => parseUuid(`AAAAAAAAAAAAAAAAAAAA${last}`)!
const [first, second] = [uuid('BA'), uuid('CA')]

const topic = (name: string, topicId = first): MetadataRecordInput => ({
  type: 'TopicRecord',
  version: 0,
  name,
  topicId,
})
const removal = (topicId = first): MetadataRecordInput => ({ type: 'RemoveTopicRecord', version: 0, topicId })
const partition = (partitionId: number, topicId = first): MetadataRecordInput => ({
  ...{ type: 'PartitionRecord', version: 1, partitionId, topicId, replicas: [4], isr: [4], leader: 4 },
  ...{ removingReplicas: [], addingReplicas: [], leaderEpoch: 0, partitionEpoch: 0, directories: [] },
})

describe('S21: topics', () => {
  test('are created, grow, go, and are created again under another id', () => {
    const batches = [
      [topic('orders'), partition(0), partition(1)],
      [partition(2)],
      [removal()],
      [topic('orders', second), partition(0, second)],
    ]
    expect(foundIn(...batches)).toEqual([])
  })

  test('of one name at a time are a broken promise, be they made by two controllers', () => {
    expect(foundIn([topic('orders')], [topic('orders', second)])[0]).toMatch(/^S21: topic orders is there twice/)
  })

  test('that get the id of one that is gone are a broken promise', () => {
    expect(foundIn([topic('orders')], [removal()], [topic('clicks')])[0]).toMatch(
      /^S21: topic clicks has the id .* deleted$/,
    )
  })

  test('with a gap in their partitions, or partitions without a topic, are a broken promise', () => {
    expect(foundIn([topic('orders'), partition(0), partition(2)])[0]).toBe(
      'S21: topic orders has 2 partitions, and the last is number 2',
    )
    expect(foundIn([partition(0)])[0]).toMatch(/^S21: partitions are there of .*, and no such topic$/)
  })

  test('count once the transaction that makes them has ended', () => {
    const begin: MetadataRecordInput = { type: 'BeginTransactionRecord', version: 0 }
    const end: MetadataRecordInput = { type: 'EndTransactionRecord', version: 0 }
    expect(foundIn([begin, topic('orders'), partition(1)], [partition(0), end])).toEqual([])
  })
})
