import { describe, expect, test } from 'vitest'
import { METADATA_TOPIC_ID as id } from '../../../../../src/protocol/uuid.ts'
import { ClusterJudge, METADATA } from './cluster-judge.ts'

const both = [1, 2] as const

/** Node 1 leads epoch 1; all have offset 0, and nodes 1 and 2 have it flushed. */
function established(): ClusterJudge {
  const judge = new ClusterJudge()
  judge.role(1, 'leader', 1)
  judge.replicate(both, { at: 0, epoch: 1 })
  judge.append(3, { at: 0, epoch: 1 })
  expect(judge.broken).toEqual([])
  return judge
}

describe('S1: what is told committed', () => {
  /** What of it S1 finds; where a node without the record could be elected S3 finds that too. */
  const found = ({ broken }: ClusterJudge) => broken.filter((message) => message.startsWith('S1'))

  test('lies flushed at a majority, whether or not the leader is among them', () => {
    const judge = established()
    judge.append(1, { at: 1, epoch: 1 })
    for (const node of [2, 3]) {
      judge.append(node, { at: 1, epoch: 1 })
      judge.flush(node, 2)
    }
    judge.commit(1, 2)
    expect(judge.broken).toEqual([])
  })

  test.each<[string, (judge: ClusterJudge) => void]>([
    ['was appended by a majority and flushed by one', (judge) => judge.append(2, { at: 1, epoch: 1 })],
    ['was flushed by the leader alone', () => undefined],
    ['is another record at the second', (judge) => judge.append(2, { at: 1, epoch: 2 })],
  ])('is a broken promise where it %s', (_what, prepare) => {
    const judge = established()
    judge.append(1, { at: 1, epoch: 1 })
    judge.flush(1, 2)
    prepare(judge)
    judge.commit(1, 2)
    expect(found(judge)).toEqual([expect.stringMatching(/^S1: node 1 tells .* only 1 of 3 voters hold flushed \(1\)/)])
  })

  test('was flushed, and is not any more after a truncation', () => {
    const judge = established()
    for (const node of both) {
      judge.append(node, { at: 1, epoch: 1 })
      judge.flush(node, 2)
    }
    judge.truncate(2, 1)
    judge.commit(1, 2)
    expect(found(judge)).toEqual([expect.stringMatching(/^S1: node 1 tells/)])
  })
})

describe('S2: logs match', () => {
  test('where a follower catches up, loses its unflushed end and gets it again', () => {
    const judge = established()
    judge.replicate([1, 2, 3], { at: 1, epoch: 1 })
    judge.commit(2, 2)
    judge.truncate(3, 1)
    judge.append(3, { at: 1, epoch: 1 })
    judge.commit(3, 2)
    expect(judge.broken).toEqual([])
  })

  test('not where one epoch has two records at an offset, committed or not', () => {
    const judge = established()
    judge.append(1, { at: 1, epoch: 1 })
    judge.append(2, { at: 1, epoch: 1, records: [{ type: 'TopicRecord', version: 0, name: 'a', topicId: id }] })
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: nodes 1 and 2 have different records of epoch 1/)])
  })

  test('not where what lies before the same record differs', () => {
    const judge = established()
    judge.append(1, { at: 1, epoch: 1 })
    judge.append(1, { at: 2, epoch: 3 })
    judge.append(2, { at: 1, epoch: 2 })
    judge.append(2, { at: 2, epoch: 3 })
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: nodes 1 and 2 have different records before/)])
  })

  test('where one node goes on behind a snapshot, and what it had before was never committed', () => {
    const judge = established()
    judge.append(3, { at: 1, epoch: 1 })
    judge.append(3, { at: 2, epoch: 1 })
    judge.replicate(both, { at: 1, epoch: 2 })
    judge.replicate(both, { at: 2, epoch: 2 })
    judge.begin(3, 2)
    judge.append(3, { at: 2, epoch: 2 })
    judge.commit(3, 3)
    expect(judge.broken).toEqual([])
  })

  test('not where a node begins anew below what it had told committed', () => {
    const judge = established()
    judge.replicate(both, { at: 1, epoch: 1 })
    judge.begin(1, 1)
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: node 1 cut its metadata log at 1, and had told 2/)])
  })

  test('not where a node cuts off what a snapshot that it has loaded holds', () => {
    const judge = established()
    judge.replicate(both, { at: 1, epoch: 1 })
    judge.event(3, { type: 'SnapshotLoaded', endOffset: 2, epoch: 1 })
    judge.truncate(3, 1)
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: node 3 cut its metadata log at 1, and had told 2/)])
  })

  test('not where a node commits another record than was committed', () => {
    const judge = established()
    judge.replicate(both, { at: 1, epoch: 1 })
    judge.append(3, { at: 1, epoch: 2 })
    judge.commit(3, 2)
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: node 3 tells metadata offset 1 of epoch 2 committed/)])
  })

  test('not where a node cuts off what it had told committed', () => {
    const judge = established()
    judge.replicate(both, { at: 1, epoch: 1 })
    judge.truncate(1, 1)
    expect(judge.broken).toEqual([expect.stringMatching(/^S2: node 1 cut its metadata log at 1, and had told 2/)])
  })
})

describe('S6: elections are safe', () => {
  const vote = (judge: ClusterJudge, node: number, epoch: number, candidateId: number) => {
    judge.event(node, { type: 'VotePersisted', epoch, votedFor: candidateId })
    judge.event(node, { type: 'VoteAnswered', epoch, candidateId, isPreVote: false, isGranted: true })
  }

  test('where each epoch has one leader, and each voter one vote in it that may be given again', () => {
    const judge = established()
    vote(judge, 2, 2, 3)
    vote(judge, 2, 2, 3)
    judge.event(2, { type: 'VoteAnswered', epoch: 2, candidateId: 1, isPreVote: true, isGranted: true })
    judge.event(2, { type: 'VoteAnswered', epoch: 2, candidateId: 1, isPreVote: false, isGranted: false })
    judge.role(3, 'leader', 2)
    judge.event(3, { type: 'ControllerElected', epoch: 2 })
    judge.role(2, 'follower', 2, 3)
    expect(judge.broken).toEqual([])
  })

  test('not where two nodes lead one epoch', () => {
    const judge = established()
    judge.role(2, 'leader', 1)
    expect(judge.broken[0]).toBe('S6: nodes 1 and 2 are both the leader of epoch 1')
  })

  test('not where a leader comes back in its old epoch', () => {
    const judge = established()
    judge.restart(1)
    judge.role(1, 'leader', 1)
    expect(judge.broken).toEqual(['S6: node 1 is the leader of epoch 1 again after a restart'])
  })

  test('not where two nodes follow different leaders of one epoch', () => {
    const judge = established()
    judge.role(2, 'follower', 2, 1)
    judge.role(3, 'follower', 2, 2)
    expect(judge.broken).toEqual([expect.stringMatching(/^S6: node 3 takes node 2 for the leader of epoch 2/)])
  })

  test('not where a voter gives two votes in one epoch, a restart between', () => {
    const judge = established()
    vote(judge, 2, 5, 1)
    judge.restart(2)
    vote(judge, 2, 5, 3)
    expect(judge.broken).toContain('S6: node 2 voted for node 1 and for node 3 in epoch 5')
  })

  test('not where a vote is given that is not on record', () => {
    const judge = established()
    judge.event(2, { type: 'VoteAnswered', epoch: 2, candidateId: 3, isPreVote: false, isGranted: true })
    expect(judge.broken).toEqual([expect.stringMatching(/^S6: node 2 gave node 3 .* no such vote on record/)])
  })

  test('not where two controllers are active in one epoch', () => {
    const judge = established()
    judge.event(1, { type: 'ControllerElected', epoch: 1 })
    judge.event(3, { type: 'ControllerElected', epoch: 1 })
    expect(judge.broken).toEqual(['S6: nodes 1 and 3 are both the active controller of epoch 1'])
  })
})

describe('S8: epochs never fall', () => {
  test('though a node that had none on record begins anew', () => {
    const judge = established()
    judge.role(2, 'unattached', 4)
    judge.restart(2)
    judge.role(2, 'unattached', 3)
    judge.event(2, { type: 'VotePersisted', epoch: 3, votedFor: 1 })
    judge.event(2, { type: 'VotePersisted', epoch: 3, votedFor: 1 })
    expect(judge.broken).toEqual([])
  })

  test.each<[string, (judge: ClusterJudge) => void]>([
    ['within a life', (judge) => judge.role(2, 'unattached', 6)],
    [
      'below what is on record',
      (judge) => {
        judge.restart(2)
        judge.role(2, 'unattached', 5)
      },
    ],
    ['on record', (judge) => judge.event(2, { type: 'VotePersisted', epoch: 6, votedFor: -1 })],
    ['nor does a vote change', (judge) => judge.event(2, { type: 'VotePersisted', epoch: 7, votedFor: 3 })],
  ])('%s', (_where, fall) => {
    const judge = established()
    judge.role(2, 'unattached', 7)
    judge.event(2, { type: 'VotePersisted', epoch: 7, votedFor: 1 })
    fall(judge)
    expect(judge.broken).toEqual([expect.stringMatching(/^S8: node 2/)])
  })
})

describe('S22: snapshots', () => {
  const started = (startOffset: number) => ({ type: 'LogStartMoved', partition: METADATA, startOffset }) as const

  test('stand for what the log does not begin with, named after the last committed record below', () => {
    const judge = established()
    judge.files.set(1, ['00000000000000000001-0000000001.checkpoint', '00000000000000000001.log'])
    judge.event(1, { type: 'SnapshotWritten', endOffset: 1, epoch: 1 })
    judge.event(1, started(1))
    judge.role(3, 'follower', 1, 1)
    judge.event(3, { type: 'SnapshotLoaded', endOffset: 1, epoch: 1 })
    expect(judge.broken).toEqual([])
  })

  test.each<[string, (judge: ClusterJudge) => void]>([
    ['node 1 .* no snapshot', (judge) => judge.event(1, started(1))],
    ['node 3 .* no snapshot', (judge) => judge.event(3, { type: 'LogBegunAnew', partition: METADATA, offset: 1 })],
    ['begins anew at 7, and 1 is committed', (judge) => judge.begin(3, 7)],
    ['1 is committed there', (judge) => judge.event(1, { type: 'SnapshotWritten', endOffset: 2, epoch: 1 })],
    ['is of epoch 1', (judge) => judge.event(1, { type: 'SnapshotWritten', endOffset: 1, epoch: 3 })],
    ['while it leads', (judge) => judge.event(1, { type: 'SnapshotLoaded', endOffset: 1, epoch: 1 })],
  ])('are a broken promise: %s', (message, misbehave) => {
    const judge = established()
    misbehave(judge)
    expect(judge.broken).toEqual([expect.stringMatching(new RegExp(`^S22: .*${message}`))])
  })
})

describe('a healed core', () => {
  test('L3: has a leader once one leads and all others follow it', () => {
    const judge = new ClusterJudge()
    expect(judge.watch.leaderProblem([1, 2])).toBe('none of the nodes 1, 2 leads the quorum')
    judge.role(1, 'leader', 4)
    judge.role(2, 'follower', 3, 1)
    expect(judge.watch.leaderProblem([1, 2])).toBe('node 1 leads in epoch 4, and nodes 2 do not follow it')
    judge.role(2, 'observer', 4, 1)
    expect([judge.watch.leaderProblem([1, 2]), judge.watch.epochOf([1, 2])]).toEqual([undefined, 4])
    judge.role(2, 'leader', 5)
    expect(judge.watch.leaderProblem([1, 2])).toBe('nodes 1 and 2 both take themselves for the leader')
    expect(judge.watch.leaderOutside([3])).toBeUndefined()
    expect(judge.watch.leaderOutside([3, 2])).toBe(2)
    judge.restart(2)
    judge.restart(1)
    expect(judge.watch.leaderProblem([1, 2])).toBe('none of the nodes 1, 2 leads the quorum')
  })

  test('L4: has converged once all know what is committed and its brokers are unfenced', () => {
    const judge = established()
    const problem = () => judge.watch.convergenceProblem({ core: [1, 2], brokers: [2], endOffset: 1 })
    expect(problem()).toBe('node 2 knows metadata committed to 0, and 1 is')
    judge.commit(2, 1)
    expect(problem()).toBe('node 1 knows metadata committed to 1, and its image ends at 0')
    for (const node of both) judge.event(node, { type: 'ImageApplied', endOffset: 1, hash: 'a' })
    expect(problem()).toBe('broker 2 is not registered')
    const registered = { brokerId: 2, incarnationId: id, brokerEpoch: 1, endPoints: [], features: [], rack: null }
    judge.replicate(both, { at: 1, epoch: 1, records: [{ type: 'RegisterBrokerRecord', version: 3, ...registered }] })
    expect(problem()).toBe('broker 2 is fenced')
    const unfenced = { brokerId: 2, brokerEpoch: 1, fenced: -1 }
    const change = { type: 'BrokerRegistrationChangeRecord', version: 2, ...unfenced } as const
    judge.replicate(both, { at: 2, epoch: 1, records: [change] })
    expect(problem()).toBeUndefined()
  })
})
