/** What the twin test has found, by itself: how Apache Kafka 4.2 answers requests that samsa once answered otherwise. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { readBatchHeader } from '../../../../src/protocol/record-batch.ts'
import type { Decoded, Encodable, Message } from '../../../../src/protocol/schema.ts'
import { parseUuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { Arm } from '../../../twin/arm.ts'
import { type BatchDescription, batchOf } from '../../../twin/batch.ts'
import type { RunningBroker } from '../../../twin/broker.ts'
import { TwinConnection } from '../../../twin/connection.ts'
import { describedBatches } from '../../../twin/fetched-batches.ts'
import { startSamsa } from '../../../twin/samsa.ts'

let broker: RunningBroker
let connection: TwinConnection
let arm: Arm
const NO_TOPIC = parseUuid('c29tZSBvdGhlciB0b3BpYw')!
const nowMs = Date.now()

beforeAll(async () => {
  broker = await startSamsa()
  connection = new TwinConnection(broker.port)
  arm = new Arm(broker, connection, { prefix: '', baseMs: nowMs })
  const topics = ['a', 'b'].map((name) => newTopic(name))
  await ask(apis.createTopics, 7, { topics, timeoutMs: 5000, validateOnly: false })
})

afterAll(async () => {
  connection.close()
  await broker.stop()
})

function ask<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  body: Encodable<Request>,
): Promise<Decoded<Response>> {
  return arm.ask(api, version, body)
}

function newTopic(name: string, options: Partial<Encodable<typeof apis.createTopics.request>['topics'][number]> = {}) {
  return { name, numPartitions: 1, replicationFactor: 1, ...options }
}

async function created(...topics: ReturnType<typeof newTopic>[]): Promise<readonly string[]> {
  const answer = await ask(apis.createTopics, 7, { topics, timeoutMs: 5000, validateOnly: true })
  return answer.topics.map(({ errorCode }) => errorName(errorCode))
}

function batch(change: Partial<BatchDescription> = {}): Uint8Array {
  const records = [{ key: null, value: 'v', plusMs: 0 }]
  return batchOf({ $: 'batch', codec: 'none', records, producer: null, flaw: null, ...change }, nowMs, () => 1)
}

async function produced(partitions: Readonly<Record<string, Uint8Array>>, acks = -1) {
  const topicData = Object.entries(partitions).map(([name, records]) => ({
    name,
    partitionData: [{ index: 0, records }],
  }))
  const { responses } = await ask(apis.produce, 8, { acks, timeoutMs: 5000, topicData })
  return responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map((each) => ({ ...each, name, error: errorName(each.errorCode) })),
  )
}

describe('the quorum', () => {
  it.each([0, 1, 2])('is described (version %i)', async (version) => {
    const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
    const answer = await ask(apis.describeQuorum, version, { topics })
    expect(answer.topics[0]!.partitions[0]!.currentVoters.map(({ replicaId }) => replicaId)).toEqual([1])
  })

  it('is described where nothing but it is asked for; of other partitions none is known', async () => {
    const answer = await ask(apis.describeQuorum, 2, {
      topics: [{ topicName: 'a', partitions: [{ partitionIndex: 0 }] }],
    })
    expect(answer.errorCode).toBe(0)
    expect(errorName(answer.topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})

describe('metadata', () => {
  it.each([10, 11])('are not asked for by id in version %i, whose answer could not say which', async (version) => {
    const { topics } = await ask(apis.metadata, version, { topics: [{ name: 'a', topicId: NO_TOPIC }] })
    expect(topics).toMatchObject([{ name: 'a', errorCode: 42 }])
  })

  it('by id leave names alone that are asked for beside', async () => {
    const asked = [
      { name: 'a', topicId: ZERO_UUID },
      { name: null, topicId: NO_TOPIC },
    ]
    const { topics } = await ask(apis.metadata, 12, { topics: asked, allowAutoTopicCreation: false })
    expect(topics).toMatchObject([{ topicId: NO_TOPIC, errorCode: 100 }])
  })

  it('tell all operations to who asks for those that are authorized', async () => {
    const request = { topics: [{ name: 'a' }], includeTopicAuthorizedOperations: true, allowAutoTopicCreation: false }
    const { topics } = await ask(apis.metadata, 9, { ...request, includeClusterAuthorizedOperations: true })
    expect(topics[0]!.topicAuthorizedOperations).toBe(3576)
    const cluster = await ask(apis.describeCluster, 0, { includeClusterAuthorizedOperations: true })
    expect(cluster.clusterAuthorizedOperations).toBe(8096)
  })
})

describe('topics', () => {
  it('are refused for their settings first, then for their replicas, then for their number of partitions', async () => {
    const configs = [{ name: 'cleanup.policy', value: 'nonsense' }]
    expect(await created(newTopic('c', { configs, numPartitions: 0, replicationFactor: 0 }))).toEqual([
      'INVALID_CONFIG',
    ])
    expect(await created(newTopic('c', { numPartitions: 0, replicationFactor: 0 }))).toEqual([
      'INVALID_REPLICATION_FACTOR',
    ])
    expect(await created(newTopic('c', { numPartitions: 0 }))).toEqual(['INVALID_PARTITIONS'])
  })

  it('are refused all where they have too many partitions together', async () => {
    const topics = [newTopic('c', { numPartitions: 10_000 }), newTopic('d')]
    expect(await created(...topics)).toEqual(['POLICY_VIOLATION', 'POLICY_VIOLATION'])
    const evenedOut = [newTopic('c', { numPartitions: 20_000 }), newTopic('d', { numPartitions: -20_000 })]
    expect(await created(...evenedOut)).toEqual(['POLICY_VIOLATION', 'POLICY_VIOLATION'])
    const nowhere = newTopic('c', { numPartitions: 20_000, replicationFactor: 2 })
    expect(await created(nowhere, evenedOut[1]!)).toEqual(['INVALID_REPLICATION_FACTOR', 'INVALID_PARTITIONS'])
  })

  it('are refused all for too many partitions, each as often as it is named', async () => {
    expect(await created(newTopic('c'), newTopic('d', { numPartitions: 10_001 }), newTopic('c'))).toEqual([
      ...['POLICY_VIOLATION', 'POLICY_VIOLATION', 'POLICY_VIOLATION'],
    ])
    expect(await created(newTopic('c'), newTopic('c', { numPartitions: 10_001 }))).toEqual(['INVALID_REQUEST'])
  })

  it.each([
    ['segment.ms', '9223372036854775807', 'NONE'],
    ['segment.ms', '9223372036854775808', 'INVALID_CONFIG'],
    ['message.timestamp.type', ' LogAppendTime', 'NONE'],
    ['compression.gzip.level', '0', 'INVALID_CONFIG'],
    ['retention.bytes', '-2', 'NONE'],
  ])('with %s=%s: %s', async (name, value, expected) => {
    expect(await created(newTopic('c', { configs: [{ name, value }] }))).toEqual([expected])
  })
})

describe('settings', () => {
  const alter = async (
    resourceName: string,
    configs: Encodable<typeof apis.incrementalAlterConfigs.request>['resources'][number]['configs'],
    times = 1,
  ) => {
    const resources = Array(times).fill({ resourceType: 2, resourceName, configs })
    const { responses } = await ask(apis.incrementalAlterConfigs, 1, { resources, validateOnly: true })
    return responses.map(({ errorCode }) => errorName(errorCode))
  }

  it('are looked at before it is asked whether the topic is there', async () => {
    expect(await alter('x', [{ name: 'flush.ms', configOperation: 0, value: '-1' }])).toEqual(['INVALID_CONFIG'])
    expect(await alter('x', [{ name: 'flush.ms', configOperation: 0, value: '1' }])).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
    ])
  })

  it('without a value are refused before any other is looked at', async () => {
    const changes = [
      { name: 'no.such', configOperation: 0, value: '1' },
      { name: 'flush.ms', configOperation: 0, value: null },
    ]
    expect(await alter('a', changes)).toEqual(['INVALID_REQUEST'])
  })

  it('are asked whether they can be changed so before the name of the topic is looked at', async () => {
    expect(await alter('a b', [{ name: 'flush.ms', configOperation: 2, value: '1' }])).toEqual(['INVALID_CONFIG'])
    expect(await alter('a b', [{ name: 'flush.ms', configOperation: 0, value: '-1' }])).toEqual([
      'INVALID_TOPIC_EXCEPTION',
    ])
  })

  it('of one topic are not changed twice at once, and each of the two is told', async () => {
    const changes = [{ name: 'flush.ms', configOperation: 0, value: '1' }]
    expect(await alter('a', changes, 2)).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST'])
  })
})

describe('records', () => {
  it('that are no batch refuse the whole request, others only their partition', async () => {
    const error = async (flaw: BatchDescription['flaw']) =>
      (await produced({ a: batch({ flaw }), b: batch() })).map((each) => each.error)
    expect(await error('magic 3')).toEqual(['CORRUPT_MESSAGE', 'CORRUPT_MESSAGE'])
    expect(await error('transactional')).toEqual(Array(2).fill('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
    expect(await error('a byte alone')).toEqual(['INVALID_RECORD', 'NONE'])
    expect(await error('checksum')).toEqual(['CORRUPT_MESSAGE', 'NONE'])
  })

  it('for topics that are not there are refused as that, whatever acks says', async () => {
    const answers = await produced({ a: batch(), x: batch() }, 2)
    expect(answers.map(({ error }) => error)).toEqual(['INVALID_REQUIRED_ACKS', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it('with times that are not taken are named, each of them', async () => {
    const tooLate = { key: null, value: 'v', plusMs: 90_000_000 }
    const [answer] = await produced({ a: batch({ records: [tooLate, { ...tooLate, plusMs: 0 }, tooLate] }) })
    expect(answer).toMatchObject({ error: 'INVALID_TIMESTAMP', baseOffset: -1, logStartOffset: 0 })
    expect(answer!.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 2])
    const [broken] = await produced({ a: batch({ records: [tooLate], flaw: 'bytes behind the records' }) })
    expect(broken).toMatchObject({ error: 'INVALID_RECORD', recordErrors: [] })
  })

  it('that come a second time are told the largest of their timestamps, as those of an append would be', async () => {
    const again = batch({ producer: { of: 0, epoch: 0, sequence: 0 } })
    expect(await produced({ b: again.slice() })).toMatchObject([{ error: 'NONE', logAppendTimeMs: -1 }])
    expect(await produced({ b: again.slice() })).toMatchObject([{ error: 'NONE', logAppendTimeMs: nowMs }])
  })

  it('of a leader that has written none yet may be fetched with its epoch', async () => {
    await ask(apis.createTopics, 7, { topics: [newTopic('empty')], timeoutMs: 5000, validateOnly: false })
    const fetched = async (fetchOffset: number) => {
      const partition = { partition: 0, fetchOffset, lastFetchedEpoch: 0, partitionMaxBytes: 1000 }
      const topics = [{ topic: 'empty', partitions: [partition] }]
      const { responses } = await ask(apis.fetch, 12, { maxWaitMs: 0, minBytes: 0, topics })
      return responses[0]!.partitions[0]!
    }
    expect(await fetched(0)).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: -1 } })
    expect(await fetched(4)).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 0 } })
  })
})

describe('a fetch', () => {
  const fetched = async (
    maxBytes: number,
    partitions: readonly (readonly [topic: string, maxBytes: number])[],
    minBytes = 100_000,
  ) => {
    const topics = partitions.map(([topic, partitionMaxBytes]) => ({
      topic,
      partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes }],
    }))
    const request = { ...{ maxWaitMs: 60_000, minBytes, maxBytes, isolationLevel: 1 }, topics }
    const { responses } = await ask(apis.fetch, 12, request)
    return responses.map(({ partitions: [each] }) => [each!.records!.length > 0, each!.abortedTransactions])
  }

  beforeAll(async () => {
    const topics = ['full', 'fuller'].map((name) => newTopic(name))
    await ask(apis.createTopics, 7, { topics, timeoutMs: 5000, validateOnly: false })
    await produced({ full: batch(), fuller: batch() })
  })

  it('brings one batch, however little it asks for, and does not wait for more than it takes', async () => {
    expect(await fetched(0, [['full', 1000]])).toEqual([[true, []]])
    expect(
      await fetched(1, [
        ['full', 0],
        ['fuller', 1000],
      ]),
    ).toEqual([
      [true, []],
      [false, []],
    ])
  })

  it.each([4, 9, 10])('in version %i brings zstd where a topic is kept so', async (version) => {
    const name = `kept-${version}`
    const configs = [{ name: 'compression.type', value: 'zstd' }]
    await ask(apis.createTopics, 7, { topics: [newTopic(name, { configs })], timeoutMs: 5000, validateOnly: false })
    const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }
    const request = { maxWaitMs: 0, minBytes: 0, topics: [{ topic: name, partitions: [partition] }] }
    expect((await ask(apis.fetch, version, request)).responses[0]!.partitions).toMatchObject([{ errorCode: 0 }])
    await produced({ [name]: batch() })
    const { records } = (await ask(apis.fetch, version, request)).responses[0]!.partitions[0]!
    expect(readBatchHeader(records!, 0).compression).toBe('zstd')
  })

  it('tells of no aborted transactions where the next batch is larger than what is left', async () => {
    expect(
      await fetched(
        90,
        [
          ['full', 1000],
          ['fuller', 1000],
        ],
        1,
      ),
    ).toEqual([
      [true, []],
      [false, null],
    ])
  })
})

it.each([-1, 1])(
  'records that are flushed first are acknowledged, however short the timeout (acks=%i)',
  async (acks) => {
    const name = `flushed-${acks + 1}`
    const configs = [{ name: 'flush.messages', value: '1' }]
    await ask(apis.createTopics, 7, { topics: [newTopic(name, { configs })], timeoutMs: 5000, validateOnly: false })
    const topicData = [{ name, partitionData: [{ index: 0, records: batch() }] }]
    const { responses } = await ask(apis.produce, 8, { acks, timeoutMs: 0, topicData })
    expect(responses[0]!.partitionResponses).toMatchObject([{ errorCode: 0, baseOffset: 0 }])
  },
)

describe('records for a partition that stands twice in one request', () => {
  const values = async (name: string): Promise<readonly string[]> => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }]
    const { responses } = await ask(apis.fetch, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topic: name, partitions }],
    })
    const { records } = responses[0]!.partitions[0]!
    return describedBatches(records!, arm.known).map(({ offsets, count }) => `${offsets} ${count}`)
  }
  const twoAndOne = [1, 2].map((count) => {
    const records = Array.from({ length: count }, () => ({ key: null, value: 'v', plusMs: 0 }))
    return batch({ records })
  })

  async function producedTwice(name: string, first: Uint8Array, second: Uint8Array, topicsApart: boolean) {
    await ask(apis.createTopics, 7, { topics: [newTopic(name)], timeoutMs: 5000, validateOnly: false })
    const partitionData = [first, second].map((records) => ({ index: 0, records }))
    const topicData = topicsApart
      ? partitionData.map((each) => ({ name, partitionData: [each] }))
      : [{ name, partitionData }]
    const { responses } = await ask(apis.produce, 8, { acks: -1, timeoutMs: 5000, topicData })
    return responses.flatMap(({ partitionResponses }) =>
      partitionResponses.map(({ errorCode, baseOffset }) => [errorName(errorCode), baseOffset]),
    )
  }

  it.each([true, false])('are appended once, the last of them (named with topics apart: %s)', async (apart) => {
    const [one, two] = twoAndOne as [Uint8Array, Uint8Array]
    expect(await producedTwice(`last-${apart}`, one, two, apart)).toEqual([['NONE', 0]])
    expect(await values(`last-${apart}`)).toEqual(['0–1 2'])
  })

  it.each([true, false])('are appended where others are no batch, which is told (those last: %s)', async (isLast) => {
    const [one] = twoAndOne as [Uint8Array]
    const none = batch({ flaw: 'magic 1' })
    const sent = isLast ? ([one, none] as const) : ([none, one] as const)
    expect(await producedTwice(`unfit-${isLast}`, ...sent, false)).toEqual([['INVALID_RECORD', -1]])
    expect(await values(`unfit-${isLast}`)).toEqual(['0–0 1'])
  })
})

describe('texts', () => {
  it('are empty where settings are described, whether they are found or not', async () => {
    const resources = ['a', 'nowhere'].map((resourceName) => ({ resourceType: 2, resourceName, configurationKeys: [] }))
    const { results } = await ask(apis.describeConfigs, 4, { resources })
    expect(results.map(({ errorMessage }) => errorMessage)).toEqual(['', ''])
  })

  it('say what is unknown where producers and the quorum are described, but not of a partition of a known topic', async () => {
    const topics = ['a', 'nowhere'].map((name) => ({ name, partitionIndexes: [7] }))
    const { topics: told } = await ask(apis.describeProducers, 0, { topics })
    expect(told.map(({ partitions }) => typeof partitions[0]!.errorMessage)).toEqual(['object', 'string'])
    const asked = [{ topicName: 'a', partitions: [{ partitionIndex: 0 }] }]
    const quorum = await ask(apis.describeQuorum, 2, { topics: asked })
    expect(quorum.topics[0]!.partitions[0]!.errorMessage).not.toBe('')
  })

  it('are not given with some refusals', async () => {
    const more = { topics: [{ name: 'nowhere', count: 2, assignments: null }], timeoutMs: 1, validateOnly: false }
    const { results } = await ask(apis.createPartitions, 3, more)
    const moved = [{ name: 'a', partitions: [{ partitionIndex: 0, replicas: null }] }]
    const { responses } = await ask(apis.alterPartitionReassignments, 0, { topics: moved, timeoutMs: 1 })
    expect([results[0], responses[0]!.partitions[0]]).toMatchObject([
      { errorCode: 3, errorMessage: null },
      { errorCode: 85, errorMessage: null },
    ])
  })
})

it('voters that the configuration names are described without directories', async () => {
  const asked = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
  const { topics } = await ask(apis.describeQuorum, 2, { topics: asked })
  expect(topics[0]!.partitions[0]!.currentVoters).toMatchObject([{ replicaId: 1, replicaDirectoryId: ZERO_UUID }])
})

describe('offsets', () => {
  const list = async (version: number, ...partitions: readonly (readonly [index: number, timestamp: number])[]) => {
    const asked = partitions.map(([partitionIndex, timestamp]) => ({ partitionIndex, timestamp }))
    const { topics } = await ask(apis.listOffsets, version, {
      replicaId: -1,
      topics: [{ name: 'x', partitions: asked }],
    })
    return topics[0]!.partitions.map(({ errorCode }) => errorName(errorCode))
  }

  it('by a special time that the version lacks are refused before the partition is looked for', async () => {
    expect(await list(6, [0, -3])).toEqual(['UNSUPPORTED_VERSION'])
    expect(await list(7, [0, -3])).toEqual(['UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it('of a partition that is named twice are refused once', async () => {
    expect(await list(7, [0, -1], [0, -2])).toEqual(['INVALID_REQUEST'])
  })
})

it('a producer names its id and its epoch, or neither', async () => {
  const request = { transactionalId: null, transactionTimeoutMs: 1000 }
  const answer = await ask(apis.initProducerId, 4, { ...request, producerId: 5 })
  expect(errorName(answer.errorCode)).toBe('INVALID_REQUEST')
})
