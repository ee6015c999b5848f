import { describe, expect, test } from 'vitest'
import { apis } from '../../../../../src/protocol/apis.ts'
import type { MetadataRecordInput } from '../../../../../src/protocol/metadata-records/table.ts'
import { parseUuid } from '../../../../../src/protocol/uuid.ts'
import { ClusterJudge, foundIn } from './cluster-judge.ts'

const uuid = (last: string) => parseUuid(`AAAAAAAAAAAAAAAAAAAA${last}`)!
const orders = uuid('BA')

const topic = (name: string, topicId = orders): MetadataRecordInput => ({
  ...{ type: 'TopicRecord', version: 0, name, topicId },
})

const registration = (brokerEpoch: number, incarnation = uuid('CA'), fenced = true): MetadataRecordInput => ({
  ...{ type: 'RegisterBrokerRecord', version: 3, brokerId: 4, incarnationId: incarnation, brokerEpoch, fenced },
  ...{ endPoints: [], features: [], rack: null },
})

const fencing = (fenced: number): MetadataRecordInput => ({
  ...{ type: 'BrokerRegistrationChangeRecord', version: 2, brokerId: 4, brokerEpoch: 0, fenced },
})

const partition = (state: { replicas?: number[]; isr?: number[]; leader?: number }): MetadataRecordInput => {
  const { replicas = [4, 5], isr = replicas, leader = isr[0]! } = state
  return {
    ...{ type: 'PartitionRecord', version: 1, partitionId: 0, topicId: orders, replicas, isr, leader },
    ...{ removingReplicas: [], addingReplicas: [], leaderEpoch: 0, partitionEpoch: 0, directories: [] },
  }
}

const change = (to: { isr?: number[]; leader?: number }): MetadataRecordInput => ({
  ...{ type: 'PartitionChangeRecord', version: 2, partitionId: 0, topicId: orders, ...to },
})

describe('S21: registrations', () => {
  test('go on with rising epochs, and partitions go on without those that are fenced', () => {
    const batches = [
      [registration(0)],
      [fencing(-1)],
      [topic('orders'), partition({})],
      [fencing(1), change({ isr: [5], leader: 5 })],
      [registration(5, uuid('DA'))],
      [registration(5, uuid('DA'))],
    ]
    expect(foundIn(...batches)).toEqual([])
  })

  test('may leave the last of an ISR in it, without a leader', () => {
    const batches = [
      [registration(0)],
      [topic('orders'), partition({ replicas: [4] })],
      [fencing(1), change({ leader: -1 })],
    ]
    expect(foundIn(...batches)).toEqual([])
  })

  test('of a broker that is fenced and stays in sync are a broken promise', () => {
    const batches = [[registration(0), topic('orders'), partition({})], [fencing(1)]]
    expect(foundIn(...batches)).toEqual([expect.stringMatching(/^S21: partition orders-0 .* broker 4 is fenced/)])
  })

  test('are a broken promise where the same incarnation gets another epoch, or another one an older epoch', () => {
    expect(foundIn([registration(0)], [registration(1)])[0]).toMatch(
      /^S21: broker 4 .* epoch 1 by the same incarnation/,
    )
    expect(foundIn([topic('x'), registration(1)], [registration(1, uuid('DA'))])[0]).toMatch(/^S21: .* epoch 1 after 1/)
    expect(foundIn([registration(9)])[0]).toMatch(/^S21: .* above the offset 0/)
  })

  test('a leader or an ISR from outside is a broken promise', () => {
    expect(foundIn([topic('orders'), partition({ isr: [7] })])[0]).toMatch(/^S21: .* 7 is in sync and no replica/)
    expect(foundIn([topic('orders'), partition({ isr: [5], leader: 4 })])[0]).toMatch(/^S21: .* leader is not in sync/)
  })

  test('records of a transaction count when it ends', () => {
    const begin: MetadataRecordInput = { type: 'BeginTransactionRecord', version: 0 }
    const end: MetadataRecordInput = { type: 'EndTransactionRecord', version: 0 }
    const abort: MetadataRecordInput = { type: 'AbortTransactionRecord', version: 0, reason: null }
    const before = [registration(0), topic('orders'), partition({})]
    expect(foundIn(before, [begin, fencing(1)], [change({ isr: [5], leader: 5 }), end])).toEqual([])
    expect(foundIn(before, [begin, fencing(1)], [abort])).toEqual([])
    expect(foundIn(before, [begin, fencing(1)], [end])[0]).toMatch(/^S21: .* broker 4 is fenced/)
  })
})

describe('S7: what is shown', () => {
  const shown = (name: string, topicId = orders) => ({ topics: [{ errorCode: 0, name, topicId, partitions: [] }] })
  const asked = { topics: [], validateOnly: false }

  test('is committed, even if it is gone since', () => {
    const judge = new ClusterJudge()
    judge.replicate([1, 2], { at: 0, epoch: 1, records: [topic('orders')] })
    judge.replicate([1, 2], { at: 1, epoch: 1, records: [{ type: 'RemoveTopicRecord', version: 0, topicId: orders }] })
    judge.answered(2, apis.metadata, {}, shown('orders'))
    judge.answered(2, apis.createTopics, asked, shown('orders'))
    judge.answered(2, apis.createTopics, { ...asked, validateOnly: true }, shown('clicks', uuid('EA')))
    expect(judge.broken).toEqual([])
  })

  test('is a broken promise where it was only appended', () => {
    const judge = new ClusterJudge()
    judge.append(1, { at: 0, epoch: 1, records: [topic('orders')] })
    judge.answered(1, apis.createTopics, asked, shown('orders'))
    judge.answered(1, apis.metadata, {}, shown('orders'))
    expect(judge.broken).toEqual([
      'S7: node 1 answered CreateTopics with topic orders, whose creation is not committed',
      'S7: node 1 answered Metadata with topic orders, whose creation is not committed',
    ])
  })

  test('may be answered in the event that commits it', () => {
    const judge = new ClusterJudge()
    const seen = { connection: 1, client: 10, server: 1, api: apis.createTopics, version: 7, correlationId: 1 }
    judge.watch.onResponse({ request: { ...seen, body: asked, atUs: 0 }, body: shown('orders') })
    judge.replicate([1, 2], { at: 0, epoch: 1, records: [topic('orders')] })
    judge.watch.afterEvent()
    expect(judge.broken).toEqual([])
  })

  test('images of the same offsets are the same on all nodes', () => {
    const judge = new ClusterJudge()
    const applied = (node: number, endOffset: number, hash: string) =>
      judge.event(node, { type: 'ImageApplied', endOffset, hash })
    applied(1, 3, 'a')
    applied(2, 4, 'b')
    applied(2, 3, 'a')
    expect(judge.broken).toEqual([])
    applied(3, 4, 'c')
    expect(judge.broken).toEqual(['S7: the images of nodes 2 and 3 differ at offset 4'])
  })
})
