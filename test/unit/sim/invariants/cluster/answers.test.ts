import { describe, expect, test } from 'vitest'
import { apis } from '../../../../../src/protocol/apis.ts'
import type { MetadataRecordInput } from '../../../../../src/protocol/metadata-records/table.ts'
import { parseUuid } from '../../../../../src/protocol/uuid.ts'
import { ClusterJudge } from './cluster-judge.ts'

const uuid = (last: string) => parseUuid(`AAAAAAAAAAAAAAAAAAAA${last}`)!
const orders = uuid('BA')
const clicks = uuid('CA')

const topic = (name: string, topicId = orders): MetadataRecordInput => ({
  ...{ type: 'TopicRecord', version: 0, name, topicId },
})
const partition = (partitionId: number, topicId = orders): MetadataRecordInput => ({
  ...{ type: 'PartitionRecord', version: 1, partitionId, topicId, replicas: [4], isr: [4], leader: 4 },
  ...{ removingReplicas: [], addingReplicas: [], leaderEpoch: 3, partitionEpoch: 0, directories: [] },
})
const setting = (value: string | null, resourceName = 'orders'): MetadataRecordInput => ({
  ...{ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName, name: 'retention.ms', value },
})
const begin: MetadataRecordInput = { type: 'BeginTransactionRecord', version: 0 }
const end: MetadataRecordInput = { type: 'EndTransactionRecord', version: 0 }

function judgeOf(...records: readonly MetadataRecordInput[]): ClusterJudge {
  const judge = new ClusterJudge()
  judge.replicate([1, 2], { at: 0, epoch: 1, records })
  return judge
}

describe('S7: what is answered as done', () => {
  const wanted = (partitions: number, value?: string) => ({
    ...{ name: 'orders', numPartitions: partitions, assignments: [] },
    configs: value === undefined ? [] : [{ name: 'retention.ms', value }],
  })
  const created = (judge: ClusterJudge, asked: ReturnType<typeof wanted>): readonly string[] => {
    const done = { topics: [{ errorCode: 0, name: 'orders', topicId: orders }] }
    judge.answered(1, apis.createTopics, { topics: [asked], validateOnly: false }, done)
    return judge.broken
  }

  test('a topic is created with the partitions and settings that were asked for', () => {
    expect(created(judgeOf(topic('orders'), setting('17'), partition(0), partition(1)), wanted(2, '17'))).toEqual([])
    expect(created(judgeOf(topic('orders'), partition(0)), wanted(-1))).toEqual([])
    expect(created(judgeOf(topic('orders'), partition(0)), wanted(2))).toEqual([
      'S7: node 1 answered CreateTopics, and topic orders was created with 1 partitions, not 2',
    ])
    expect(created(judgeOf(topic('orders'), partition(0)), wanted(1, '17'))).toEqual([
      'S7: node 1 answered CreateTopics, and topic orders was created with no settings, not retention.ms=17',
    ])
    expect(created(judgeOf(topic('orders'), setting('5'), partition(0)), wanted(1))[0]).toMatch(
      /with retention.ms=5, not no/,
    )
  })

  test('what becomes of a topic later is no matter', () => {
    const judge = judgeOf(begin, topic('orders'), setting('17'), partition(0), end)
    judge.replicate([1, 2], { at: 5, epoch: 1, records: [setting('18'), partition(1)] })
    expect(created(judge, wanted(1, '17'))).toEqual([])
  })

  test('a topic of a transaction that has not ended is not created', () => {
    expect(created(judgeOf(begin, topic('orders'), partition(0)), wanted(1))).toEqual([
      'S7: node 1 answered CreateTopics with topic orders, whose creation is not committed',
    ])
  })

  test('a topic is deleted', () => {
    const deleted = { responses: [{ errorCode: 0, name: 'orders', topicId: orders }] }
    const judge = judgeOf(topic('orders'), partition(0))
    judge.answered(1, apis.deleteTopics, {}, { responses: [{ ...deleted.responses[0], errorCode: 7 }] })
    expect(judge.broken).toEqual([])
    judge.answered(1, apis.deleteTopics, {}, deleted)
    expect(judge.broken).toEqual(['S7: node 1 answered DeleteTopics, and topic orders is there'])
    const other = judgeOf(topic('orders'), { type: 'RemoveTopicRecord', version: 0, topicId: orders })
    other.answered(1, apis.deleteTopics, {}, deleted)
    expect(other.broken).toEqual([])
  })

  test('a setting is set, whatever it is set to afterwards', () => {
    const asked = (value: string, validateOnly = false) => ({
      ...{ validateOnly },
      resources: [
        { resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.ms', configOperation: 0, value }] },
      ],
    })
    const done = { responses: [{ errorCode: 0, resourceType: 2, resourceName: 'orders' }] }
    const judge = judgeOf(topic('orders'), setting('17'), setting('18'), setting(null))
    judge.answered(1, apis.incrementalAlterConfigs, asked('17'), done)
    judge.answered(1, apis.incrementalAlterConfigs, asked('19', true), done)
    expect(judge.broken).toEqual([])
    judge.answered(1, apis.incrementalAlterConfigs, asked('19'), done)
    expect(judge.broken).toEqual([
      'S7: node 1 answered IncrementalAlterConfigs, and retention.ms of topic orders was never set to 19',
    ])
  })

  test('producer ids are given away', () => {
    const judge = judgeOf({ type: 'ProducerIdsRecord', version: 0, brokerId: 4, brokerEpoch: 0, nextProducerId: 1000 })
    const block = (producerIdStart: number) => ({ errorCode: 0, producerIdStart, producerIdLen: 1000 })
    judge.answered(1, apis.allocateProducerIds, {}, block(0))
    judge.answered(1, apis.allocateProducerIds, {}, { ...block(1000), errorCode: 41 })
    expect(judge.broken).toEqual([])
    judge.answered(1, apis.allocateProducerIds, {}, block(1000))
    expect(judge.broken[0]).toMatch(/gives away producer ids below 1000, not the 1000 from 1000 on/)
  })
})

describe('S7: what a node shows that knows all that is committed', () => {
  const shownPartition = (partitionIndex: number) => ({
    ...{ partitionIndex, leaderId: 4, leaderEpoch: 3, replicaNodes: [4], isrNodes: [4] },
  })
  const shown = (name = 'orders', topicId = orders, partitions = [shownPartition(0)]) => ({
    ...{ errorCode: 0, name, topicId, partitions },
  })
  const records = [topic('orders'), partition(0), setting('17')]

  /** Node 2 has applied what is committed, and is asked after that. */
  function asked(api: 'metadata' | 'describeConfigs', request: unknown, response: unknown, appliedTo = records.length) {
    const judge = judgeOf(...records)
    judge.event(2, { type: 'ImageApplied', endOffset: appliedTo, hash: 'a' })
    judge.nowUs = 1
    judge.answered(2, apis[api], request, response)
    return judge.broken.map((line) => line.replace('S7: node 2 knows all that is committed, and shows ', ''))
  }

  test('is every topic, and no other, as it is', () => {
    const all = { topics: null }
    expect(asked('metadata', all, { topics: [shown()] })).toEqual([])
    expect(asked('metadata', all, { topics: [] })).toEqual(['no topic orders'])
    expect(asked('metadata', all, { topics: [shown('orders', orders, [])] })).toEqual(['0 partitions of topic orders'])
    const away = { ...shownPartition(0), leaderId: -1 }
    expect(asked('metadata', all, { topics: [shown('orders', orders, [away])] })).toEqual([])
    const odd = { ...shownPartition(0), isrNodes: [4, 5] }
    expect(asked('metadata', all, { topics: [shown('orders', orders, [odd])] })[0]).toMatch(/^partition orders-0 as \{/)
  })

  test('is judged only where it was so before the request', () => {
    const none = { topics: [] }
    expect(asked('metadata', { topics: null }, none, records.length - 1)).toEqual([])
    const judge = judgeOf(...records)
    judge.event(2, { type: 'ImageApplied', endOffset: records.length, hash: 'a' })
    judge.answered(2, apis.metadata, { topics: null }, none)
    expect(judge.broken).toEqual([])
  })

  test('is each setting of a topic that was asked for', () => {
    const of = (configurationKeys: readonly string[] | null, value?: string) => {
      const configs = value === undefined ? [] : [{ name: 'retention.ms', value, configSource: 1 }]
      const about = { resourceType: 2, resourceName: 'orders' }
      const inherited = { name: 'segment.ms', value: '1', configSource: 5 }
      return asked(
        'describeConfigs',
        { resources: [{ ...about, configurationKeys }] },
        { results: [{ ...about, errorCode: 0, configs: [...configs, inherited] }] },
      )
    }
    expect(of(null, '17')).toEqual([])
    expect(of(['segment.ms'])).toEqual([])
    expect(of(null, '18')).toEqual(['retention.ms of topic orders as 18, not 17'])
    expect(of(['retention.ms'])).toEqual(['0 settings of topic orders, not retention.ms'])
  })

  test('a topic under the id of another is found out', () => {
    expect(asked('metadata', { topics: [{ name: 'orders' }] }, { topics: [shown('orders', clicks)] })[0]).toMatch(
      /orders/,
    )
  })
})
