import { describe, expect, it } from 'vitest'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { Leadership } from '../../../../src/broker/quorum/leadership.ts'
import type { QuorumListener } from '../../../../src/broker/quorum/quorum.ts'
import type { RaftState, Role } from '../../../../src/broker/quorum/raft/raft-state.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const SELF = 1
const deadlineUs = 1_000_000

const leader = (epochStart: number): Role => ({
  ...{ kind: 'leader', deadlineUs, epochStart, replicas: new Map(), heard: [] },
})
const follower = (leaderHighWatermark = 0): Role => ({
  ...{ kind: 'follower', deadlineUs, isFetching: false, hasFetched: true, leaderHighWatermark },
})

const state = (role: Role, epoch: number, leaderId = role.kind === 'leader' || role.kind === 'resigned' ? SELF : -1) =>
  ({ election: { epoch, leaderId, votedFor: undefined }, role, turn: epoch, highWatermark: 0 }) satisfies RaftState

/** How far a node is, with one record of each epoch from 1 on. */
const upTo = (end: number) => ({ end: () => end, epochAt: (offset: number) => offset + 1 })

function listened() {
  const machine = new SimulatedMachine()
  const told: string[] = []
  const listener: QuorumListener = {
    elected: (epoch) => told.push(`elected ${epoch}`),
    resigned: (epoch) => told.push(`resigned ${epoch}`),
    leaderChanged: ({ leaderId, epoch }) => told.push(`${leaderId} leads ${epoch}`),
  }
  const leadership = new Leadership(new Observer(machine.world.trace), [listener])
  return { leadership, told, events: machine.events }
}

describe('a leader', () => {
  it('is told that it leads once it was delivered the record that opens its epoch, and only once', () => {
    const { leadership, told } = listened()
    const leads = state(leader(4), 7)
    leadership.roleChanged(leads, SELF)
    leadership.delivered(leads, upTo(4))
    expect([told, leadership.leadsIn(7)]).toEqual([['1 leads 7'], false])
    leadership.delivered(leads, upTo(5))
    leadership.delivered(leads, upTo(6))
    expect([told, leadership.leadsIn(7)]).toEqual([['1 leads 7', 'elected 7'], true])
  })

  it('hears first that it leads no longer, and then who does', () => {
    const { leadership, told } = listened()
    leadership.roleChanged(state(leader(0), 7), SELF)
    leadership.delivered(state(leader(0), 7), upTo(1))
    leadership.roleChanged(state(follower(), 8, 2), SELF)
    expect(told.slice(2)).toEqual(['resigned 7', '2 leads 8'])
    expect(leadership.leadsIn(7)).toBe(false)
  })

  it('that was never told that it leads is not told that it does no longer', () => {
    const { leadership, told } = listened()
    leadership.roleChanged(state(leader(4), 7), SELF)
    leadership.roleChanged(state(follower(), 8, 2), SELF)
    leadership.end()
    expect(told).toEqual(['1 leads 7', '2 leads 8'])
  })

  it('that resigns is known to lead no longer, in the same epoch, and resigns once', () => {
    const { leadership, told } = listened()
    leadership.roleChanged(state(leader(0), 7), SELF)
    leadership.delivered(state(leader(0), 7), upTo(1))
    leadership.roleChanged(state({ kind: 'resigned', deadlineUs }, 7), SELF)
    leadership.end()
    expect(told.slice(2)).toEqual(['resigned 7', '-1 leads 7'])
    expect(leadership.leader).toEqual({ leaderId: -1, epoch: 7 })
  })

  it('of a later epoch is told of both ends when it is elected again', () => {
    const { leadership, told } = listened()
    for (const [epoch, epochStart] of [
      [7, 0],
      [9, 3],
    ] as const) {
      leadership.roleChanged(state(leader(epochStart), epoch), SELF)
      leadership.delivered(state(leader(epochStart), epoch), upTo(epochStart + 1))
    }
    expect(told).toEqual(['1 leads 7', 'elected 7', 'resigned 7', '1 leads 9', 'elected 9'])
  })

  it('keeps its listeners out of what changes nothing for them', () => {
    const { leadership, told } = listened()
    leadership.roleChanged(state(follower(), 3, 2), SELF)
    leadership.roleChanged(state(follower(9), 3, 2), SELF)
    expect(told).toEqual(['2 leads 3'])
  })
})

describe('what is told of roles', () => {
  it('is each of them, with the vote that a candidate gives itself', () => {
    const { leadership, events } = listened()
    leadership.roleChanged(state({ kind: 'candidate', deadlineUs, granted: [SELF], refused: [] }, 5), SELF)
    leadership.roleChanged(state(leader(0), 5), SELF)
    leadership.delivered(state(leader(0), 5), upTo(1))
    leadership.end()
    expect(events).toEqual([
      { type: 'QuorumRoleChanged', role: 'candidate', epoch: 5, leaderId: -1 },
      { type: 'VoteAnswered', epoch: 5, candidateId: SELF, isPreVote: false, isGranted: true },
      { type: 'QuorumRoleChanged', role: 'leader', epoch: 5, leaderId: SELF },
      { type: 'ControllerElected', epoch: 5 },
      { type: 'ControllerResigned', epoch: 5 },
    ])
  })
})

describe('a node has caught up', () => {
  const whenCaughtUp = () => {
    const { leadership } = listened()
    let count = 0
    leadership.whenCaughtUp(() => count++)
    return { leadership, isCaughtUp: () => count === 1 }
  }

  it('as the leader once it was told that it leads', () => {
    const { leadership, isCaughtUp } = whenCaughtUp()
    const leads = state(leader(2), 3)
    leadership.roleChanged(leads, SELF)
    leadership.lookWhetherCaughtUp(leads, upTo(3))
    expect(isCaughtUp()).toBe(false)
    leadership.delivered(leads, upTo(3))
    leadership.lookWhetherCaughtUp(leads, upTo(3))
    expect(isCaughtUp()).toBe(true)
  })

  it('as a follower with a record of the leader’s epoch, and all that the leader knew committed', () => {
    const { leadership, isCaughtUp } = whenCaughtUp()
    const look = (role: Role, end: number) => {
      leadership.lookWhetherCaughtUp(state(role, 3, 2), upTo(end))
      return isCaughtUp()
    }
    // A record of epoch 2 is the last; one of epoch 3 is, and the leader had more; then nothing is missing.
    expect([look(follower(0), 0), look(follower(0), 2), look(follower(4), 3)]).toEqual([false, false, false])
    expect([look(follower(3), 3), look(follower(3), 4)]).toEqual([true, true])
  })

  it('in no other role', () => {
    const { leadership, isCaughtUp } = whenCaughtUp()
    leadership.lookWhetherCaughtUp(state({ kind: 'unattached', deadlineUs }, 3), upTo(3))
    expect(isCaughtUp()).toBe(false)
  })
})
