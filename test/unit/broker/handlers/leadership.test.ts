/** Elections that are asked for, and reassignments, as a client asks the controller and is answered. */

import { beforeEach, describe, expect, it } from 'vitest'
import { type Api, apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { ElectLeadersRequestInput } from '../../../../src/protocol/messages/43-elect-leaders.ts'
import type { Encodable, Message } from '../../../../src/protocol/schema.ts'
import { assigned, ControllerFixture, newTopic } from '../controller/controller-fixture.ts'
import { askHandler } from './ask-handler.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  await cluster.join(1, 2, 3)
})

const fence = (brokerId: number) => cluster.heartbeat(brokerId, { wantFence: true })

function ask<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  request: Encodable<Request>,
) {
  const { controller } = cluster
  const run = (start: (done: (answer: unknown) => void) => void) => cluster.ask<unknown>(start)
  return askHandler({ services: { controller }, listener: 'controller', run }, api, version, request)
}

const PREFERRED = 0
const UNCLEAN = 1

async function elect(
  version: number,
  electionType: number,
  topicPartitions: ElectLeadersRequestInput['topicPartitions'],
): Promise<unknown[]> {
  const request = { ...(version === 0 ? {} : { electionType }), topicPartitions, timeoutMs: 1 }
  const { errorCode, replicaElectionResults } = await ask(apis.electLeaders, version, request)
  const results = replicaElectionResults.map(({ topic, partitionResult }) => [
    topic,
    ...partitionResult.map(({ partitionId, errorCode: code }) => `${partitionId} ${errorName(code)}`),
  ])
  return [errorName(errorCode), ...results]
}

describe('an election', () => {
  it.each([0, 1, 2])('is not needed where the preferred leader leads (version %i)', async (version) => {
    await cluster.create(newTopic('a', { numPartitions: 2 }))
    const topics = [
      { topic: 'a', partitions: [1, 0, 2] },
      { topic: 'x', partitions: [0] },
    ]
    expect(await elect(version, PREFERRED, topics)).toEqual([
      'NONE',
      ['a', '1 ELECTION_NOT_NEEDED', '0 ELECTION_NOT_NEEDED', '2 UNKNOWN_TOPIC_OR_PARTITION'],
      ['x', '0 UNKNOWN_TOPIC_OR_PARTITION'],
    ])
  })

  it('leaves out what needs none where all partitions are meant', async () => {
    await cluster.create(assigned('a', [1]), assigned('b', [2], [1]))
    await fence(2)
    expect(await elect(2, PREFERRED, null)).toEqual(['NONE', ['a'], ['b', '0 PREFERRED_LEADER_NOT_AVAILABLE']])
    await fence(1)
    await fence(3)
    expect(await elect(2, UNCLEAN, [{ topic: 'b', partitions: [0] }])).toEqual([
      'NONE',
      ['b', '0 ELIGIBLE_LEADERS_NOT_AVAILABLE'],
    ])
  })

  it('brings back the preferred leader, once it is in sync and alive', async () => {
    await cluster.create(assigned('a', [1, 2]))
    const { topicId, index } = cluster.partition('a')
    const change = { ...{ type: 'PartitionChangeRecord' as const, version: 2, topicId, partitionId: index } }
    const whole = { isr: null, replicas: null, removingReplicas: null, addingReplicas: null, directories: null }
    const rest = { leaderRecoveryState: -1, eligibleLeaderReplicas: null, lastKnownElr: null }
    await cluster.decide([{ ...change, ...whole, ...rest, leader: 2 }])
    expect(await elect(1, PREFERRED, [{ topic: 'a', partitions: [0] }])).toEqual(['NONE', ['a', '0 NONE']])
    expect(cluster.partition('a')).toMatchObject({ leader: 1, leaderEpoch: 2, isr: [1, 2], leaderRecoveryState: 0 })
    await fence(1)
    expect(await elect(1, PREFERRED, null)).toEqual(['NONE', ['a', '0 PREFERRED_LEADER_NOT_AVAILABLE']])
    expect(await elect(1, UNCLEAN, null)).toEqual(['NONE', ['a']])
  })

  it('that is unclean puts a live replica in charge, alone, and says that it may lack records', async () => {
    await cluster.create(assigned('a', [1, 2]))
    await fence(2)
    await fence(1)
    await cluster.heartbeat(2)
    expect(cluster.partition('a')).toMatchObject({ leader: -1, isr: [1] })
    expect(await elect(2, UNCLEAN, [{ topic: 'a', partitions: [0] }])).toEqual(['NONE', ['a', '0 NONE']])
    expect(cluster.partition('a')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1 })
  })

  it('of a type that nobody knows is refused as a whole', async () => {
    const asked = [{ topic: 'a', partitions: [0] }]
    expect(await elect(2, 7, asked)).toEqual(['INVALID_REQUEST', ['a', '0 INVALID_REQUEST']])
  })
})

describe('a reassignment', () => {
  const alter = async (name: string, partitionIndex: number, replicas: readonly number[] | null, allow = true) => {
    const topics = [{ name, partitions: [{ partitionIndex, replicas }] }]
    const request = { timeoutMs: 1, topics, ...(allow ? {} : { allowReplicationFactorChange: false }) }
    const { responses } = await ask(apis.alterPartitionReassignments, allow ? 0 : 1, request)
    return errorName(responses[0]!.partitions[0]!.errorCode)
  }

  it.each([
    ['to where it is changes nothing', 'a', [1, 2], 'NONE'],
    ['of an unknown topic', 'x', [1, 2], 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['to nowhere', 'a', [], 'INVALID_REPLICA_ASSIGNMENT'],
    ['to a broker that is not there', 'a', [1, 9], 'INVALID_REPLICA_ASSIGNMENT'],
    ['twice to one broker', 'a', [1, 1], 'INVALID_REPLICA_ASSIGNMENT'],
    ['that nobody began cannot be cancelled', 'a', null, 'NO_REASSIGNMENT_IN_PROGRESS'],
    ['to another broker, to which nothing would be copied', 'a', [1, 3], 'INVALID_REPLICA_ASSIGNMENT'],
  ])('%s', async (_what, name, replicas, expected) => {
    await cluster.create(assigned('a', [1, 2]))
    const before = cluster.partition('a')
    expect(await alter(name, 0, replicas)).toBe(expected)
    expect(cluster.partition('a')).toEqual(before)
  })

  it('may be told to hold the number of replicas', async () => {
    await cluster.create(assigned('a', [1, 2]))
    expect(await alter('a', 0, [1], false)).toBe('INVALID_REPLICATION_FACTOR')
  })

  it('is told whether it may change that number, where it named topics', async () => {
    await cluster.create(assigned('a', [1, 2]))
    const topics = [{ name: 'a', partitions: [{ partitionIndex: 0, replicas: [1, 2] }] }]
    const answered = async (request: { readonly topics: typeof topics }) => {
      const body = { ...request, timeoutMs: 1, allowReplicationFactorChange: false }
      return (await ask(apis.alterPartitionReassignments, 1, body)).allowReplicationFactorChange
    }
    expect([await answered({ topics }), await answered({ topics: [] })]).toEqual([false, true])
  })

  it('changes the order of replicas at once, so that another leader is preferred', async () => {
    await cluster.create(assigned('a', [1, 2]))
    const { directories } = cluster.partition('a')
    expect(await alter('a', 0, [2, 1])).toBe('NONE')
    expect(cluster.partition('a')).toMatchObject({
      ...{ replicas: [2, 1], directories: [...directories].reverse(), leader: 1, leaderEpoch: 0, partitionEpoch: 1 },
    })
    expect(await elect(2, PREFERRED, [{ topic: 'a', partitions: [0] }])).toEqual(['NONE', ['a', '0 NONE']])
    expect(cluster.partition('a').leader).toBe(2)
  })

  it('is listed while it goes on', async () => {
    await cluster.create(assigned('a', [1, 2], [2, 3]), newTopic('b'))
    const list = async (topics: readonly { name: string; partitionIndexes: number[] }[] | null) =>
      (await ask(apis.listPartitionReassignments, 0, { timeoutMs: 1, topics })).topics
    expect(await list(null)).toEqual([])
    const { topicId } = cluster.partition('a')
    const change = { ...{ type: 'PartitionChangeRecord' as const, version: 2, topicId, partitionId: 0 }, leader: -2 }
    const rest = { leaderRecoveryState: -1, eligibleLeaderReplicas: null, lastKnownElr: null, isr: null }
    const directories = cluster.partition('a').directories.concat(cluster.partition('a', 1).directories[1]!)
    const moves = { replicas: [1, 2, 3], directories, addingReplicas: [3], removingReplicas: [1] }
    await cluster.decide([{ ...change, ...rest, ...moves }])
    const going = {
      name: 'a',
      partitions: [{ partitionIndex: 0, replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [1] }],
    }
    expect(await list(null)).toEqual([going])
    expect(await list([{ name: 'a', partitionIndexes: [1] }])).toEqual([])
    expect(await list([{ name: 'a', partitionIndexes: [0, 9] }])).toEqual([going])
    expect(await list([{ name: 'x', partitionIndexes: [0] }])).toEqual([])
  })
})
