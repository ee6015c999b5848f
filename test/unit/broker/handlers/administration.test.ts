/** What the controller does, as a client asks for it and is answered: through the codecs, in several versions. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { RequestContext, Services } from '../../../../src/broker/handlers/services.ts'
import { handlersOf, type ListenerKind } from '../../../../src/broker/handlers/table.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { type Api, apis } from '../../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../../../src/protocol/codec.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { Decoded, Encodable, Message } from '../../../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { ControllerFixture, newTopic, uuidOf } from '../controller/controller-fixture.ts'

let cluster: ControllerFixture
let services: Services

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  const image = new MetadataImage()
  cluster.follow(image)
  const { controller, clusterId } = cluster
  const { settings } = controller.options
  services = { controller, image, settings, clusterId, nodeId: 2 } as unknown as Services
  await cluster.join(2, 3)
})

/** Sends a request through the codecs and the handler, and the answer back through the codecs. */
async function ask<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  apiVersion: number,
  request: Encodable<Request>,
  listener: ListenerKind = 'controller',
): Promise<Decoded<Response>> {
  const bytes = encodeMessage(api.request, apiVersion, request)
  const decoded = decodeMessage(api.request, apiVersion, bytes)
  const context = { apiVersion, listener: listener === 'broker' ? 'PLAINTEXT' : 'CONTROLLER' } as RequestContext
  const handler = handlersOf(listener).get(api.key) ?? handlersOf('broker').get(api.key)!
  const answer = await cluster.ask<unknown>((done) => handler.handle(services, context, decoded as never, done))
  const answered = encodeMessage(api.response, apiVersion, answer as Encodable<Response>)
  return decodeMessage(api.response, apiVersion, answered)
}

const features = [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 25 }]

describe('topics', () => {
  it.each([1, 5, 6])('are deleted by name (version %i)', async (version) => {
    await cluster.create(newTopic('a'))
    const names = ['a', 'x']
    const topics = names.map((name) => ({ name, topicId: ZERO_UUID }))
    const request = version >= 6 ? { topics, topicNames: [], timeoutMs: 1 } : { topicNames: names, timeoutMs: 1 }
    const { responses } = await ask(apis.deleteTopics, version, request)
    expect(responses.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['a', 'NONE'],
      ['x', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
  })

  it('get more partitions', async () => {
    await cluster.create(newTopic('a'))
    const request = { topics: [{ name: 'a', count: 3, assignments: null }], timeoutMs: 1, validateOnly: false }
    const { results } = await ask(apis.createPartitions, 3, request)
    expect(results).toMatchObject([{ name: 'a', errorCode: 0, errorMessage: null }])
    expect(services.image.topic('a')!.partitions.length).toBe(3)
  })

  it('are neither made, enlarged nor removed for somebody who has given up', async () => {
    await cluster.create(newTopic('a'))
    const made = newTopic('b')
    const creation = { topics: [made, newTopic('c'), newTopic('c')], timeoutMs: 0, validateOnly: false }
    const created = await ask(apis.createTopics, 7, creation)
    expect(created.topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['b', 'REQUEST_TIMED_OUT'],
      ['c', 'REQUEST_TIMED_OUT'],
      ['c', 'REQUEST_TIMED_OUT'],
    ])
    const topics = [{ name: 'a', count: 3, assignments: null }]
    const enlarged = await ask(apis.createPartitions, 3, { topics, timeoutMs: -1, validateOnly: false })
    expect(enlarged.results).toMatchObject([{ name: 'a', errorCode: 7, errorMessage: null }])
    const removed = await ask(apis.deleteTopics, 5, { topicNames: ['a', 'x', 'x'], timeoutMs: 0 })
    expect(removed.responses.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['a', 'REQUEST_TIMED_OUT'],
      ['x', 'REQUEST_TIMED_OUT'],
      ['x', 'REQUEST_TIMED_OUT'],
    ])
    expect([...services.image.topics()].map(({ name, partitions }) => [name, partitions.length])).toEqual([['a', 1]])
  })

  it('are refused at once where nobody need be asked, however short the time', async () => {
    const unasked = [newTopic('__cluster_metadata'), newTopic('c'), newTopic('c')]
    const created = await ask(apis.createTopics, 7, { topics: unasked, timeoutMs: 0, validateOnly: false })
    expect(created.topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['__cluster_metadata', 'INVALID_REQUEST'],
      ['c', 'INVALID_REQUEST'],
    ])
    const removed = await ask(apis.deleteTopics, 5, { topicNames: ['x', 'x'], timeoutMs: 0 })
    expect(removed.responses).toMatchObject([{ name: 'x', errorCode: 42 }])
    const nothing = { electionType: 0, topicPartitions: [], timeoutMs: 0 }
    expect(await ask(apis.electLeaders, 2, nothing)).toMatchObject({ errorCode: 0, replicaElectionResults: [] })
    const still = { topics: [], timeoutMs: 0, allowReplicationFactorChange: true }
    expect(await ask(apis.alterPartitionReassignments, 1, still)).toMatchObject({ errorCode: 0, responses: [] })
  })

  it.each([0, 1, 2])('get no leader for somebody who has given up (version %i)', async (version) => {
    await cluster.create(newTopic('a'))
    const request = { electionType: 0, topicPartitions: [{ topic: 'a', partitions: [0, 7] }], timeoutMs: 0 }
    const { errorCode, replicaElectionResults } = await ask(apis.electLeaders, version, request)
    expect(errorName(errorCode)).toBe(version === 0 ? 'NONE' : 'REQUEST_TIMED_OUT')
    const [{ partitionResult }] = replicaElectionResults as [(typeof replicaElectionResults)[number]]
    expect(partitionResult.map(({ errorCode: code }) => errorName(code))).toEqual([
      ...['REQUEST_TIMED_OUT', 'REQUEST_TIMED_OUT'],
    ])
  })

  it('are not moved for somebody who has given up', async () => {
    await cluster.create(newTopic('a'))
    const topics = [{ name: 'a', partitions: [{ partitionIndex: 0, replicas: [2] }] }]
    const answer = await ask(apis.alterPartitionReassignments, 1, { topics, timeoutMs: 0 })
    const partitions = [{ partitionIndex: 0, errorCode: 7, errorMessage: null }]
    expect(answer).toMatchObject({ errorCode: 7, errorMessage: null, responses: [{ name: 'a', partitions }] })
  })

  it('are described in pages, in the order of their names', async () => {
    await cluster.create(newTopic('b', { numPartitions: 3, replicationFactor: 2 }), newTopic('a'))
    const request = { topics: [], responsePartitionLimit: 2, cursor: null }
    const first = await ask(apis.describeTopicPartitions, 0, request)
    expect(first.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(first.nextCursor).toEqual({ topicName: 'b', partitionIndex: 1 })
    const second = await ask(apis.describeTopicPartitions, 0, { ...request, cursor: first.nextCursor })
    expect(second.topics.map(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex))).toEqual([
      [1, 2],
    ])
    expect(second.nextCursor).toBeNull()
  })

  it('are described with who is offline', async () => {
    await cluster.create(newTopic('a', { replicationFactor: 2 }))
    await cluster.heartbeat(2, { wantFence: true })
    const request = { topics: [{ name: 'a' }, { name: 'x' }, { name: 'a b' }], cursor: null }
    const { topics } = await ask(apis.describeTopicPartitions, 0, request)
    expect(topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['a', 'NONE'],
      ['a b', 'INVALID_TOPIC_EXCEPTION'],
      ['x', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
    expect(topics[0]!.partitions).toMatchObject([{ leaderId: 3, isrNodes: [3], offlineReplicas: [2] }])
  })

  it('are not described from a cursor that is not among them', async () => {
    const request = { topics: [{ name: 'a' }], cursor: { topicName: 'b', partitionIndex: 0 } }
    const { topics } = await ask(apis.describeTopicPartitions, 0, request)
    expect(topics.map(({ errorCode }) => errorName(errorCode))).toEqual(['INVALID_REQUEST'])
  })
})

describe('settings', () => {
  const named = (configs: readonly { readonly name: string }[], name: string) =>
    configs.find((one) => one.name === name)

  it('are changed, and described as they are then', async () => {
    await cluster.create(newTopic('a'))
    const configs = [{ name: 'retention.ms', configOperation: 0, value: '5' }]
    const resources = [{ resourceType: 2, resourceName: 'a', configs }]
    const { responses } = await ask(apis.incrementalAlterConfigs, 1, { resources, validateOnly: false })
    expect(responses).toMatchObject([{ errorCode: 0, resourceType: 2, resourceName: 'a' }])
    const asked = { resourceType: 2, resourceName: 'a', configurationKeys: ['retention.ms', 'segment.bytes'] }
    const request = { resources: [asked], includeSynonyms: true, includeDocumentation: true }
    const { results } = await ask(apis.describeConfigs, 4, request)
    expect(results[0]!.configs.map(({ name }) => name).sort()).toEqual(['retention.ms', 'segment.bytes'])
    expect(named(results[0]!.configs, 'retention.ms')).toMatchObject({ value: '5', configSource: 1, configType: 5 })
    expect(named(results[0]!.configs, 'segment.bytes')).toMatchObject({ configSource: 5, readOnly: false })
    expect(results[0]!.configs[0]!.documentation).not.toBe('')
    const replaced = [{ resourceType: 2, resourceName: 'a', configs: [] }]
    expect((await ask(apis.alterConfigs, 2, { resources: replaced, validateOnly: false })).responses).toMatchObject([
      { errorCode: 0 },
    ])
    const after = await ask(apis.describeConfigs, 1, { resources: [asked] })
    expect(named(after.results[0]!.configs, 'retention.ms')).toMatchObject({ configSource: 5, synonyms: [] })
  })

  it('of this broker are described, not those of another, nor of what is not there', async () => {
    const of = (resourceType: number, resourceName: string) => ({ resourceType, resourceName, configurationKeys: null })
    const resources = [of(4, '2'), of(4, '3'), of(4, ''), of(2, 'x'), of(2, 'a b')]
    const { results } = await ask(apis.describeConfigs, 4, { resources })
    expect(results.map(({ errorCode }) => errorName(errorCode))).toEqual([
      ...['NONE', 'INVALID_REQUEST', 'NONE', 'UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'],
    ])
    expect(named(results[0]!.configs, 'node.id')).toMatchObject({ readOnly: true, configSource: 5 })
    expect(results[2]!.configs).toEqual([])
  })

  it('are not described at all beside a resource of a type that does not exist', async () => {
    const of = (resourceType: number, resourceName: string) => ({ resourceType, resourceName, configurationKeys: null })
    const { results } = await ask(apis.describeConfigs, 4, { resources: [of(4, '2'), of(9, '')] })
    expect(results.map(({ errorCode }) => errorName(errorCode))).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST'])
  })

  it('can be asked of these resources', async () => {
    await cluster.create(newTopic('a'))
    const list = async (version: number, resourceTypes: readonly number[]) => {
      const request = version === 0 ? {} : { resourceTypes }
      const { errorCode, configResources } = await ask(apis.listConfigResources, version, request)
      return [
        errorName(errorCode),
        ...configResources.map(({ resourceType, resourceName }) => [resourceType, resourceName]),
      ]
    }
    expect(await list(1, [2, 4])).toEqual(['NONE', [2, 'a'], [4, '2'], [4, '3']])
    expect(await list(1, [3])).toEqual(['UNSUPPORTED_VERSION'])
    expect(await list(0, [])).toEqual(['NONE'])
  })
})

describe('features', () => {
  it.each([0, 1, 2])('are updated, or not (version %i)', async (version) => {
    const update = async (feature: string, maxVersionLevel: number) => {
      const { errorCode, results } = await ask(apis.updateFeatures, version, {
        featureUpdates: [{ feature, maxVersionLevel }],
      })
      return [errorName(errorCode), results.length]
    }
    expect(await update('metadata.version', 25)).toEqual(['NONE', version < 2 ? 1 : 0])
    expect(await update('metadata.version', 24)).toEqual(['INVALID_UPDATE_VERSION', 0])
  })
})

describe('the cluster', () => {
  it('is described by its brokers, the fenced ones where they are asked for', async () => {
    await cluster.heartbeat(3, { wantFence: true })
    const request = { includeClusterAuthorizedOperations: false }
    const { brokers, controllerId, clusterId } = await ask(apis.describeCluster, 2, request, 'broker')
    expect([brokers, controllerId, clusterId]).toMatchObject([
      [{ brokerId: 2, host: 'broker-2', port: 9092, isFenced: false }],
      ...[2, cluster.clusterId],
    ])
    const all = await ask(apis.describeCluster, 2, { ...request, includeFencedBrokers: true }, 'broker')
    expect(all.brokers.map(({ brokerId, isFenced }) => [brokerId, isFenced])).toEqual([
      [2, false],
      [3, true],
    ])
  })

  it('is described by its controllers where they listen, and by nothing else there', async () => {
    const listeners = [{ name: 'CONTROLLER', host: 'one', port: 9093, securityProtocol: 0 }]
    const registration = { controllerId: 1, incarnationId: uuidOf(1), zkMigrationReady: false, listeners, features }
    expect(await ask(apis.controllerRegistration, 0, registration)).toMatchObject({ errorCode: 0 })
    const request = { includeClusterAuthorizedOperations: false }
    const { brokers, controllerId } = await ask(apis.describeCluster, 1, { ...request, endpointType: 2 })
    expect([brokers, controllerId]).toMatchObject([[{ brokerId: 1, host: 'one', port: 9093 }], 1])
    const wrong = await ask(apis.describeCluster, 1, { ...request, endpointType: 1 })
    expect(errorName(wrong.errorCode)).toBe('MISMATCHED_ENDPOINT_TYPE')
    const strange = await ask(apis.describeCluster, 1, { ...request, endpointType: 7 }, 'broker')
    expect(errorName(strange.errorCode)).toBe('UNSUPPORTED_ENDPOINT_TYPE')
  })
})

describe('a broker', () => {
  it('registers, is heard, gets producer ids, and is removed', async () => {
    const listeners = [{ name: 'PLAINTEXT', host: 'nine', port: 9092, securityProtocol: 0 }]
    const { brokerEpoch, errorCode } = await ask(apis.brokerRegistration, 4, {
      ...{ brokerId: 9, clusterId: cluster.clusterId, incarnationId: uuidOf(9), listeners, features, rack: null },
      logDirs: [uuidOf(90)],
    })
    expect([errorCode, brokerEpoch]).toEqual([0, services.controller.state.broker(9)!.epoch])
    const beat = { brokerId: 9, brokerEpoch, currentMetadataOffset: brokerEpoch, wantFence: false, wantShutDown: false }
    expect(await ask(apis.brokerHeartbeat, 1, beat)).toMatchObject({ errorCode: 0, isCaughtUp: true, isFenced: false })
    expect(await ask(apis.allocateProducerIds, 0, { brokerId: 9, brokerEpoch })).toMatchObject({
      ...{ errorCode: 0, producerIdStart: 0, producerIdLen: 1000 },
    })
    expect(await ask(apis.unregisterBroker, 0, { brokerId: 9 })).toMatchObject({ errorCode: 0, errorMessage: null })
    expect(errorName((await ask(apis.brokerHeartbeat, 1, beat)).errorCode)).toBe('STALE_BROKER_EPOCH')
    const ids = await ask(apis.allocateProducerIds, 0, { brokerId: 9, brokerEpoch })
    expect(errorName(ids.errorCode)).toBe('STALE_BROKER_EPOCH')
    const gone = await ask(apis.unregisterBroker, 0, { brokerId: 9 })
    expect(errorName(gone.errorCode)).toBe('BROKER_ID_NOT_REGISTERED')
  })
})
