/**
 * Who leads, as the listeners of a quorum node are told, and when the node is caught up with who leads.
 *
 * A leader is told that it leads when it has been delivered the record that opens its epoch: what it decides from then on
 * is decided on everything of earlier epochs. Every `elected` is followed by one `resigned` of the same epoch, at the
 * latest when the node stops. Nothing is decided here about who leads; see `raft/`.
 */

import type { Observer } from '../observe/observer.ts'
import type { QuorumLeader, QuorumListener } from './quorum.ts'
import type { RaftState } from './raft/raft-state.ts'

/** How far a node is with what is committed. */
export interface Delivered {
  /** Everything below this offset is delivered. */
  readonly end: () => number
  /** The epoch of the record at `offset`. */
  readonly epochAt: (offset: number) => number
}

export class Leadership {
  readonly #observer: Observer
  readonly #listeners: readonly QuorumListener[]
  #told: QuorumLeader = { leaderId: -1, epoch: 0 }
  /** The epoch in which this node was told that it leads, and has not been told otherwise. */
  #leads: number | undefined
  #waitingToCatchUp: (() => void)[] = []

  constructor(observer: Observer, listeners: readonly QuorumListener[]) {
    this.#observer = observer
    this.#listeners = listeners
  }

  /** The leader that the listeners know. */
  get leader(): QuorumLeader {
    return this.#told
  }

  /** Whether this node leads in `epoch` and its listeners were told. */
  leadsIn(epoch: number): boolean {
    return this.#leads === epoch
  }

  /** The role, the epoch or the leader is another. */
  roleChanged({ election, role }: RaftState, selfId: number): void {
    const { epoch } = election
    if (this.#observer.watching) {
      const { leaderId } = election
      this.#observer.tell({ type: 'QuorumRoleChanged', role: role.kind, epoch, leaderId })
      if (role.kind === 'candidate') {
        this.#observer.tell({ type: 'VoteAnswered', epoch, candidateId: selfId, isPreVote: false, isGranted: true })
      }
    }
    if (!(role.kind === 'leader' && epoch === this.#leads)) this.end()
    // A leader that has resigned is known to lead no longer.
    const leaderId = role.kind === 'resigned' ? -1 : election.leaderId
    if (this.#told.leaderId === leaderId && this.#told.epoch === epoch) return
    this.#told = { leaderId, epoch }
    for (const listener of this.#listeners) listener.leaderChanged?.(this.#told)
  }

  /** Something was delivered: a leader may lead from now on. */
  delivered({ role, election }: RaftState, delivered: Delivered): void {
    if (role.kind !== 'leader' || this.#leads !== undefined || delivered.end() <= role.epochStart) return
    const { epoch } = election
    this.#leads = epoch
    if (this.#observer.watching) this.#observer.tell({ type: 'ControllerElected', epoch })
    for (const listener of this.#listeners) listener.elected?.(epoch)
  }

  /** This node leads no longer, if it did. */
  end(): void {
    const epoch = this.#leads
    if (epoch === undefined) return
    this.#leads = undefined
    if (this.#observer.watching) this.#observer.tell({ type: 'ControllerResigned', epoch })
    for (const listener of this.#listeners) listener.resigned?.(epoch)
  }

  /** Calls `done` from the next `lookWhetherCaughtUp` that finds it so. */
  whenCaughtUp(done: () => void): void {
    this.#waitingToCatchUp.push(done)
  }

  lookWhetherCaughtUp(state: RaftState, delivered: Delivered): void {
    if (this.#waitingToCatchUp.length === 0 || !this.#isCaughtUp(state, delivered)) return
    for (const done of this.#waitingToCatchUp.splice(0)) done()
  }

  /** Delivered what was committed when the leader's epoch began: its first record, and what the leader had committed. */
  #isCaughtUp({ role, election }: RaftState, delivered: Delivered): boolean {
    const end = delivered.end()
    if (role.kind === 'leader') return this.leadsIn(election.epoch)
    if (role.kind !== 'follower' || end < role.leaderHighWatermark) return false
    return end > 0 && delivered.epochAt(end - 1) === election.epoch
  }
}
