import { describe, expect, it } from 'vitest'
import type { MetadataDelta } from '../../../../src/broker/metadata/delta.ts'
import { MetadataImage, SnapshotState } from '../../../../src/broker/metadata/image.ts'
import { MetadataError } from '../../../../src/broker/metadata/metadata-error.ts'
import type { MetadataRecord, MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { configRecords, decoded, directoryOf, partitionRecord, topicIdOf, topicRecord } from './records.ts'

const orders = topicIdOf(1)
const bills = topicIdOf(2)

/** An image that is given batch after batch, and remembers the last delta it told of. */
class Followed {
  readonly image = new MetadataImage()
  delta: MetadataDelta | undefined
  told = 0
  #endOffset = 0

  constructor() {
    this.image.onPublished((delta) => {
      this.delta = delta
      this.told++
    })
  }

  apply(...records: readonly MetadataRecord[]): void {
    const baseOffset = this.#endOffset
    this.#endOffset += Math.max(records.length, 1)
    this.image.apply({ baseOffset, endOffset: this.#endOffset, epoch: 1, records })
  }
}

function partitionChange(
  topicId: Uuid,
  partitionId: number,
  change: Partial<Extract<MetadataRecordInput, { type: 'PartitionChangeRecord' }>>,
): MetadataRecord {
  return decoded({ ...change, type: 'PartitionChangeRecord', version: 2, partitionId, topicId })
}

function registration(brokerId: number, brokerEpoch: number, version = 3): MetadataRecord {
  return decoded({
    ...{ type: 'RegisterBrokerRecord', version, brokerId, brokerEpoch, incarnationId: topicIdOf(brokerId) },
    endPoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
    ...{ features: [], rack: null, ...(version >= 3 ? { logDirs: [directoryOf(brokerId)] } : {}) },
  })
}

function transaction(type: 'Begin' | 'End' | 'Abort'): MetadataRecord {
  return decoded({ type: `${type}TransactionRecord`, version: 0 })
}

describe('a metadata image', () => {
  it('has a topic with its partitions and settings, and tells of them once', () => {
    const followed = new Followed()
    followed.apply(
      topicRecord('orders', orders),
      ...configRecords('orders', { 'retention.ms': '1' }),
      partitionRecord(orders, 0),
    )
    expect(followed.image.topic('orders')).toMatchObject({
      id: orders,
      partitions: [{ index: 0, leader: 1, isr: [1] }],
    })
    expect([...followed.image.topicSettings('orders')]).toEqual([['retention.ms', '1']])
    expect(followed.delta?.createdTopics.map(({ name }) => name)).toEqual(['orders'])
    expect(followed.delta?.changedPartitions).toEqual([])
    expect(followed.image.endOffset).toBe(3)
  })

  it('changes of a partition what the record names, and counts the epochs', () => {
    const followed = new Followed()
    followed.apply(topicRecord('orders', orders), partitionRecord(orders, 0, [1, 2, 3]))
    followed.apply(partitionChange(orders, 0, { isr: [1, 2], eligibleLeaderReplicas: [3] }))
    const [{ before, partition } = {}] = followed.delta!.changedPartitions
    expect(before).toMatchObject({ isr: [1, 2, 3], partitionEpoch: 0 })
    expect(partition).toMatchObject({ isr: [1, 2], leader: 1, leaderEpoch: 0, partitionEpoch: 1 })
    expect(partition).toMatchObject({ eligibleLeaderReplicas: [3], replicas: [1, 2, 3] })
    followed.apply(partitionChange(orders, 0, { leader: 2, isr: [2] }))
    expect(followed.image.topic('orders')!.partitions[0]).toMatchObject({
      leader: 2,
      leaderEpoch: 1,
      partitionEpoch: 2,
    })
    followed.apply(decoded({ type: 'ClearElrRecord', version: 0, topicName: '' }))
    expect(followed.image.topic('orders')!.partitions[0]).toMatchObject({
      eligibleLeaderReplicas: [],
      partitionEpoch: 3,
    })
  })

  it('does not know the directories of replicas that an old record does not name', () => {
    const followed = new Followed()
    const { directories: _, ...rest } = partitionRecord(orders, 0, [1, 2]) as Extract<
      MetadataRecord,
      { type: 'PartitionRecord' }
    >
    followed.apply(topicRecord('orders', orders), decoded({ ...rest, version: 0, directories: [] }))
    expect(followed.image.topic('orders')!.partitions[0]!.directories).toEqual([ZERO_UUID, ZERO_UUID])
  })

  it('forgets a removed topic with its settings, also for a new topic of the same name', () => {
    const followed = new Followed()
    followed.apply(
      topicRecord('orders', orders),
      ...configRecords('orders', { 'retention.ms': '1' }),
      partitionRecord(orders, 0),
    )
    followed.apply(
      decoded({ type: 'RemoveTopicRecord', version: 0, topicId: orders }),
      topicRecord('orders', bills),
      partitionRecord(bills, 0),
    )
    expect(followed.image.topicSettings('orders').size).toBe(0)
    expect(followed.image.topicById(orders)).toBeUndefined()
    expect(followed.delta?.removedTopics.map(({ id }) => id)).toEqual([orders])
    expect(followed.delta?.createdTopics.map(({ id }) => id)).toEqual([bills])
  })

  it('follows a broker through registration, fencing, shutdown and farewell', () => {
    const followed = new Followed()
    const change = (fields: { fenced?: number; inControlledShutdown?: number }): MetadataRecord =>
      decoded({ type: 'BrokerRegistrationChangeRecord', version: 2, brokerId: 1, brokerEpoch: 7, ...fields })
    followed.apply(registration(1, 7))
    expect(followed.image.broker(1)).toMatchObject({ fenced: true, brokerEpoch: 7 })
    followed.apply(change({ fenced: -1 }))
    expect(followed.image.broker(1)?.fenced).toBe(false)
    followed.apply(change({ inControlledShutdown: 1 }))
    expect(followed.image.broker(1)).toMatchObject({ fenced: false, inControlledShutdown: true })
    followed.apply(decoded({ type: 'UnregisterBrokerRecord', version: 0, brokerId: 1, brokerEpoch: 7 }))
    expect([...followed.image.brokers()]).toEqual([])
    expect(followed.delta?.changedBrokers).toEqual([1])
    expect(followed.image.hash).toBe(new MetadataImage().hash)
  })

  it('has the same hash for a registration of an old version as for the same one of a new version', () => {
    const [old, young] = [new Followed(), new Followed()]
    old.apply(registration(1, 7, 1))
    young.apply({ ...registration(1, 7, 1), version: 3 } as MetadataRecord)
    expect(old.image.hash).toBe(young.image.hash)
  })

  it('keeps what nothing is served of yet', () => {
    const rule = decoded({
      ...{ type: 'AccessControlEntryRecord', version: 0, id: orders, resourceType: 2, resourceName: 'orders' },
      ...{ patternType: 3, principal: 'User:alice', host: '*', operation: 3, permissionType: 3 },
    })
    const salt = Uint8Array.of(1, 2, 3)
    const secret = decoded({
      ...{ type: 'UserScramCredentialRecord', version: 0, name: 'alice', mechanism: 1, salt, storedKey: salt },
      ...{ serverKey: salt, iterations: 4096 },
    }) as Extract<MetadataRecord, { type: 'UserScramCredentialRecord' }>
    const followed = new Followed()
    followed.apply(rule, secret)
    const { hash } = followed.image
    // The bytes of the batch go on to other uses.
    secret.salt.fill(0)
    expect([...followed.image.freeze().records()]).toMatchObject([rule, { ...secret, salt }])
    expect(followed.image.hash).toBe(hash)
    followed.apply(decoded({ type: 'RemoveAccessControlEntryRecord', version: 0, id: orders }))
    followed.apply(decoded({ type: 'RemoveUserScramCredentialRecord', version: 0, name: 'alice', mechanism: 1 }))
    expect(followed.image.hash).toBe(new MetadataImage().hash)
  })

  it.each<[string, MetadataRecord[]]>([
    ['a partition of no topic', [partitionRecord(orders, 0)]],
    ['a change of no partition', [topicRecord('orders', orders), partitionChange(orders, 0, { isr: [1] })]],
    ['a partition that leaves a gap', [topicRecord('orders', orders), partitionRecord(orders, 1)]],
    ['a topic that exists', [topicRecord('orders', orders), topicRecord('orders', bills)]],
    ['a fencing of an unknown broker', [decoded({ type: 'FenceBrokerRecord', version: 0, id: 1, epoch: 7 })]],
    [
      'a fencing of another epoch',
      [registration(1, 7), decoded({ type: 'FenceBrokerRecord', version: 0, id: 1, epoch: 6 })],
    ],
    ['the removal of no topic', [decoded({ type: 'RemoveTopicRecord', version: 0, topicId: orders })]],
    ['the removal of no access rule', [decoded({ type: 'RemoveAccessControlEntryRecord', version: 0, id: orders })]],
    ['an end of no transaction', [transaction('End')]],
    ['a transaction in a transaction', [transaction('Begin'), transaction('Begin')]],
  ])('refuses %s, for the log contradicts itself', (_what, records) => {
    expect(() => new Followed().apply(...records)).toThrow(MetadataError)
  })
})

describe('a metadata transaction', () => {
  it('is published whole when it ends', () => {
    const followed = new Followed()
    followed.apply(transaction('Begin'), topicRecord('orders', orders))
    followed.apply(partitionRecord(orders, 0))
    expect(followed.told).toBe(0)
    expect(followed.image.topic('orders')).toBeUndefined()
    expect(followed.image.endOffset).toBe(0)
    followed.apply(transaction('End'))
    expect(followed.told).toBe(1)
    expect(followed.delta?.createdTopics).toHaveLength(1)
    expect(followed.image.endOffset).toBe(4)
  })

  it('leaves no trace when it is aborted, and what is around it counts', () => {
    const followed = new Followed()
    followed.apply(topicRecord('bills', bills), transaction('Begin'), topicRecord('orders', orders))
    followed.apply(partitionRecord(orders, 0), transaction('Abort'), partitionRecord(bills, 0))
    expect([...followed.image.topics()].map(({ name }) => name)).toEqual(['bills'])
    expect(followed.delta?.createdTopics.map(({ name }) => name)).toEqual(['bills'])
    expect(followed.image.endOffset).toBe(6)
  })
})

describe('a snapshot in place of an image', () => {
  it('tells what is different, and nothing of what is the same', () => {
    const followed = new Followed()
    followed.apply(
      ...[topicRecord('orders', orders), partitionRecord(orders, 0), partitionRecord(orders, 1)],
      ...[topicRecord('bills', bills), partitionRecord(bills, 0)],
      ...[registration(1, 7), registration(2, 8), ...configRecords('orders', { 'retention.ms': '1' })],
    )
    const other = new SnapshotState()
    other.apply([
      ...[registration(1, 7), registration(2, 9), topicRecord('orders', orders), partitionRecord(orders, 0)],
      ...[partitionRecord(orders, 1, [2]), partitionRecord(orders, 2), topicRecord('news', topicIdOf(3))],
      partitionRecord(topicIdOf(3), 0),
    ])
    followed.image.reset(other.state, { endOffset: 100, epoch: 4 })
    const { delta } = followed
    expect(followed.told).toBe(2)
    expect(delta?.createdTopics.map(({ name }) => name)).toEqual(['news'])
    expect(delta?.removedTopics.map(({ name }) => name)).toEqual(['bills'])
    expect(delta?.changedPartitions.map(({ partition, before }) => [partition.index, before?.replicas])).toEqual([
      [1, [1]],
      [2, undefined],
    ])
    expect(delta?.changedBrokers).toEqual([2])
    expect(delta?.changedConfigs).toEqual([{ type: 2, name: 'orders' }])
    expect(followed.image.hash).toBe(other.state.hash)
  })
})
