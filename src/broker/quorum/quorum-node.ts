/**
 * One node of the quorum, voter or observer, as the rest of the node knows it.
 *
 * Whatever happens is an event (`event-queue.ts`), one at a time; the steps that events lead to are decided in `raft/`,
 * taken and carried out in `step-runner.ts`. What the listeners are told of who leads is in `leadership.ts`; requests of
 * other nodes wait for their answers in `request-desk.ts`. Appends are not events: whoever leads appends at once.
 */

import { errorCode } from '../../protocol/errors.ts'
import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { World } from '../../world/world.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { Observer } from '../observe/observer.ts'
import { EventQueue } from './event-queue.ts'
import { Leadership } from './leadership.ts'
import { MetadataLog } from './metadata-log.ts'
import type { SendToPeer } from './outbox.ts'
import type { AppendResult, Quorum, QuorumLeader, QuorumListener } from './quorum.ts'
import { readQuorumState } from './quorum-state.ts'
import type { PeerAnswer, PeerRequest } from './raft/raft-events.ts'
import type { RaftState } from './raft/raft-state.ts'
import type { QuorumTimeouts } from './raft/raft-surroundings.ts'
import { RequestDesk } from './request-desk.ts'
import type { QuorumRules } from './rules.ts'
import type { AskVoterForPiece } from './snapshot-replacement.ts'
import type { SnapshotRules } from './snapshots/rules.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'
import { StepRunner } from './step-runner.ts'

/** How long a leader that stops waits for the others to hear of it, in microseconds. */
const FAREWELL_US = 1_000_000

export interface QuorumNodeOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: QuorumRules
  readonly directory: LogDirectory
  readonly snapshotRules: SnapshotRules
  /** Ids of the voters, ascending. */
  readonly voters: readonly number[]
  readonly timeouts: QuorumTimeouts
  readonly send: SendToPeer
  readonly askForPiece: AskVoterForPiece
}

export class QuorumNode implements Quorum {
  readonly #options: QuorumNodeOptions
  readonly #listeners: QuorumListener[] = []
  readonly #queue: EventQueue
  readonly #desk: RequestDesk
  readonly #leadership: Leadership
  #log: MetadataLog | undefined
  #runner: StepRunner | undefined
  #isTellingDue = false

  constructor(options: QuorumNodeOptions) {
    this.#options = options
    this.#queue = new EventQueue((event) => this.#runner!.step(event))
    this.#desk = new RequestDesk(options.world.clock, (event) => this.#queue.post(event))
    this.#leadership = new Leadership(options.observer, this.#listeners)
  }

  get leader(): QuorumLeader {
    return this.#leadership.leader
  }

  get highWatermark(): number {
    return this.#runner?.deliveredEnd ?? 0
  }

  /** For who describes the quorum. Undefined before `start`. */
  get state(): RaftState | undefined {
    return this.#runner?.state
  }

  get logEndOffset(): number {
    return this.#log?.endOffset ?? 0
  }

  get voters(): readonly number[] {
    return this.#options.voters
  }

  /** Requests that wait for an answer from this node. */
  get waiting(): number {
    return this.#desk.size
  }

  listen(listener: QuorumListener): void {
    this.#listeners.push(listener)
  }

  /** Loads the log and takes the first role. @throws {DirectoryError | DiskError | SnapshotError} */
  async start(): Promise<void> {
    const { world, observer, rules, directory } = this.#options
    const log = await MetadataLog.open(world, observer, rules, directory)
    this.#log = log
    log.onFlushed(() => this.#queue.post({ type: 'log-moved' }))
    this.#runner = new StepRunner({
      ...{ node: this.#options, log, queue: this.#queue, desk: this.#desk },
      ...{ leadership: this.#leadership, listeners: this.#listeners },
    })
    const saved = await readQuorumState(world)
    // The log has synced the directory: what a life wrote that was killed is durable now.
    if (saved !== undefined && observer.watching) {
      observer.tell({ type: 'VotePersisted', epoch: saved.epoch, votedFor: saved.votedFor?.id ?? -1 })
    }
    await this.#runner.begin(saved)
  }

  /** Calls `done` once this node has been delivered all that was committed when its leader's epoch began, or later. */
  whenCaughtUp(done: () => void): void {
    this.#leadership.whenCaughtUp(done)
    this.#runner?.lookWhetherCaughtUp()
  }

  append(records: readonly MetadataRecordInput[], epoch: number): AppendResult {
    const { rules } = this.#options
    const { state } = this
    const isLeader = state?.role.kind === 'leader' && this.#leadership.leadsIn(state.election.epoch)
    if (state === undefined || !rules.mayAppend(epoch, { epoch: state.election.epoch, isLeader })) {
      return { kind: 'not-leader' }
    }
    const result = this.#log!.append(records, state.election.epoch)
    if (result.kind === 'appended') this.#tellOfAppend(result.endOffset)
    return result
  }

  /** A snapshot of what was delivered is whole and durable; the log may forget what it has more of than `bytesMax`. */
  snapshotTaken(id: SnapshotId, bytesMax: number): void {
    this.#runner!.snapshotTaken(id, bytesMax)
  }

  /** Whether there is a snapshot of that id, for a replica that asks for it. */
  hasSnapshot(id: SnapshotId, replicaId: number): boolean {
    this.#queue.post({ type: 'asked-for-snapshot', replicaId })
    return this.#log?.hasSnapshot(id) === true
  }

  resign(epoch: number): void {
    this.#queue.post({ type: 'resign', epoch })
  }

  /** A request of another node; `reply` is called once. A fetch is held up to `maxWaitMs` where there is no news. */
  handle(request: PeerRequest, maxWaitMs: number, reply: (answer: PeerAnswer) => void): void {
    if (this.#queue.isClosed) return reply(this.#refusal)
    const token = this.#desk.open(maxWaitMs, reply)
    this.#queue.post({ type: 'request', token, request, isLast: maxWaitMs === 0 })
  }

  /**
   * Ends this node's part in the quorum before a clean stop. A leader resigns first, and the other voters are told, or
   * have had a second to hear of it. `done` when no event is taken any more.
   */
  stop(done: () => void): void {
    if (this.#runner === undefined) {
      this.#queue.close()
      this.#options.world.clock.setTimer(0, done)
      return
    }
    const { state } = this.#runner
    const hasToTell = state?.role.kind === 'leader' && this.voters.length > 1
    this.#runner.stop(hasToTell ? FAREWELL_US : 0, () => {
      this.#desk.answerAll(this.#refusal)
      done()
    })
    if (hasToTell) this.resign(state.election.epoch)
  }

  /** What a node that has stopped says. */
  get #refusal(): PeerAnswer {
    return { error: errorCode.NOT_LEADER_OR_FOLLOWER, ...this.leader }
  }

  /** Followers that wait are answered, after the present step of whoever appends. */
  #tellOfAppend(endOffset: number): void {
    const isNews = this.#desk.isHolding || this.#log!.heldEnd >= endOffset
    if (!isNews || this.#isTellingDue) return
    this.#isTellingDue = true
    this.#options.world.clock.setTimer(0, () => {
      this.#isTellingDue = false
      this.#desk.releaseHeld()
      this.#queue.post({ type: 'log-moved' })
    })
  }
}
