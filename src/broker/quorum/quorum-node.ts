/**
 * One node of the quorum, voter or observer: it carries out what the steps of `raft/` ask for.
 *
 * One event at a time: while an election state is being made durable, or the log is being cut, further events wait, as
 * they would for Kafka's one raft thread. Nothing is decided here. What is committed is delivered in order, from memory
 * where this life has appended it, else from the log; the leader is told that it leads when it has been delivered the
 * record that opens its epoch. The queue of events is bounded by the connections: each has one request under way.
 */

import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { Timer } from '../../world/clock.ts'
import { DiskError } from '../../world/disk.ts'
import { drawBelow } from '../../world/random.ts'
import type { World } from '../../world/world.ts'
import { asDiskError } from '../log/files.ts'
import { type LogDirectory, METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { Observer } from '../observe/observer.ts'
import { Delivery } from './delivery.ts'
import { MetadataLog } from './metadata-log.ts'
import type { AppendResult, Quorum, QuorumLeader, QuorumListener } from './quorum.ts'
import { readQuorumState, writeQuorumState } from './quorum-state.ts'
import type { Effect, PeerAnswer, PeerRequest, RaftEvent } from './raft/raft-events.ts'
import type { ElectionState, RaftState, ReplicaKey } from './raft/raft-state.ts'
import type { QuorumTimeouts, Surroundings } from './raft/raft-surroundings.ts'
import { begin, step } from './raft/step.ts'
import type { Step } from './raft/transitions.ts'
import { RequestDesk } from './request-desk.ts'
import type { QuorumRules } from './rules.ts'
import { downloadSnapshot, type SnapshotPiece } from './snapshot-download.ts'
import { loadedSnapshot } from './snapshots/loaded-snapshot.ts'
import type { SnapshotRules } from './snapshots/rules.ts'
import { type SnapshotId, snapshotFileName } from './snapshots/snapshot-id.ts'

/** How long a snapshot that was loaded waits for a step to end, in microseconds. */
const WAIT_US = 1000
/** How long a leader that stops waits for the others to hear of it, in microseconds. */
const FAREWELL_US = 1_000_000

/** Sends a request to a voter; `done` is called once, never within this call, without an answer where none came. */
export type SendToPeer = (to: number, request: PeerRequest, done: (answer: PeerAnswer | undefined) => void) => void

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
  readonly askForPiece: (to: number, asked: PieceRequest, done: (piece: SnapshotPiece) => void) => void
}

/** A request for the piece of a snapshot at `position`, in the epoch of the leader that is asked. */
export interface PieceRequest {
  readonly id: SnapshotId
  readonly position: number
  readonly epoch: number
  readonly replica: ReplicaKey
}

export class QuorumNode implements Quorum {
  readonly #options: QuorumNodeOptions
  readonly #self: ReplicaKey
  readonly #listeners: QuorumListener[] = []
  readonly #desk: RequestDesk
  readonly #events: RaftEvent[] = []
  #log: MetadataLog | undefined
  #state: RaftState | undefined
  /** A step is being taken, or what it asked for takes time. */
  #isBusy = false
  #deadline: { readonly atUs: number; readonly timer: Timer } | undefined
  #delivery: Delivery | undefined
  #isTellingDue = false
  /** The epoch in which this node was told that it leads, and has not been told otherwise. */
  #leads: number | undefined
  #told: QuorumLeader = { leaderId: -1, epoch: 0 }
  #waitingToCatchUp: (() => void)[] = []
  #isStopped = false
  #whenAllKnow: () => void = () => undefined
  /** Voters that were told that this leader resigns, and have not answered. */
  #untold = 0

  constructor(options: QuorumNodeOptions) {
    this.#options = options
    const { nodeId, directoryId } = options.directory.meta
    this.#self = { id: nodeId, directoryId }
    this.#desk = new RequestDesk(options.world.clock, (event) => this.#post(event))
  }

  get leader(): QuorumLeader {
    return this.#told
  }

  get highWatermark(): number {
    return this.#delivery?.end ?? 0
  }

  /** For who describes the quorum. Undefined before `start`. */
  get state(): RaftState | undefined {
    return this.#state
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

  /** Loads the log and takes the first role. @throws {DiskError | DirectoryError} */
  async start(): Promise<void> {
    const { world, rules, directory, observer } = this.#options
    const log = await MetadataLog.open(world, rules, directory)
    this.#log = log
    log.onFlushed(() => this.#post({ type: 'log-moved' }))
    this.#delivery = new Delivery({
      ...{ log, observer, listeners: this.#listeners },
      onDelivered: () => this.#delivered(),
      onFailed: (error) => this.#fail(error),
    })
    const saved = await readQuorumState(world)
    // The log has synced the directory: what a life wrote that was killed is durable now.
    if (saved !== undefined) this.#tellPersisted(saved)
    const latest = log.latestSnapshot
    if (latest !== undefined) await this.#deliverSnapshot(latest)
    this.#isBusy = true
    this.#take(begin(saved, this.#surroundings()))
  }

  /** Calls `done` once this node has been delivered all that was committed when its leader's epoch began, or later. */
  whenCaughtUp(done: () => void): void {
    this.#waitingToCatchUp.push(done)
    this.#tellCaughtUp()
  }

  append(records: readonly MetadataRecordInput[], epoch: number): AppendResult {
    const { rules } = this.#options
    const state = this.#state
    const isLeader = state?.role.kind === 'leader' && this.#leads === state.election.epoch
    if (state === undefined || !rules.mayAppend(epoch, { epoch: state.election.epoch, isLeader })) {
      return { kind: 'not-leader' }
    }
    const result = this.#log!.append(records, epoch)
    if (result.kind === 'appended') this.#tellOfAppend(result.endOffset)
    return result
  }

  /** A snapshot of what was delivered is whole and durable; the log may forget what it has more of than `bytesMax`. */
  snapshotTaken(id: SnapshotId, bytesMax: number): void {
    const { directory } = this.#options
    this.#log!.addSnapshot(id)
    try {
      this.#log!.trim(bytesMax, (error) => directory.tolerate(error))
    } catch (error) {
      directory.tolerate(asDiskError(error))
    }
  }

  /** The size of a snapshot that a replica asks for, in bytes; undefined where there is none of that id. */
  hasSnapshot(id: SnapshotId, replicaId: number): boolean {
    this.#post({ type: 'asked-for-snapshot', replicaId })
    return this.#log?.hasSnapshot(id) === true
  }

  resign(epoch: number): void {
    this.#post({ type: 'resign', epoch })
  }

  /** A request of another node; `reply` is called once. A fetch is held up to `maxWaitMs` where there is no news. */
  handle(request: PeerRequest, maxWaitMs: number, reply: (answer: PeerAnswer) => void): void {
    this.#post({ type: 'request', token: this.#desk.open(maxWaitMs, reply), request, isLast: maxWaitMs === 0 })
  }

  /**
   * Ends this node's part in the quorum before a clean stop. A leader resigns first, and the other voters are told, or
   * have had a second to hear of it. `done` when no event is taken any more.
   */
  stop(done: () => void): void {
    const { clock } = this.#options.world
    const role = this.#state?.role.kind
    const limit = clock.setTimer(role === 'leader' && this.#options.voters.length > 1 ? FAREWELL_US : 0, () => finish())
    const finish = (): void => {
      limit.cancel()
      if (this.#isStopped) return
      this.#isStopped = true
      this.#deadline?.timer.cancel()
      this.#stopLeading()
      done()
    }
    this.#whenAllKnow = finish
    if (role === 'leader' && this.#options.voters.length > 1) this.resign(this.#state!.election.epoch)
  }

  /** Followers that wait are answered, after the present step of whoever appends. */
  #tellOfAppend(endOffset: number): void {
    const isNews = this.#desk.isHolding || this.#log!.heldEnd >= endOffset
    if (!isNews || this.#isTellingDue) return
    this.#isTellingDue = true
    this.#options.world.clock.setTimer(0, () => {
      this.#isTellingDue = false
      this.#desk.releaseHeld()
      this.#post({ type: 'log-moved' })
    })
  }

  #post(event: RaftEvent): void {
    if (this.#isStopped) return
    this.#events.push(event)
    if (!this.#isBusy && this.#state !== undefined) this.#run()
  }

  #run(): void {
    while (!this.#isBusy && this.#events.length > 0) {
      const event = this.#events.shift()!
      this.#isBusy = true
      this.#take(step(this.#state!, event, this.#surroundings()))
    }
  }

  #take({ state, effects }: Step): void {
    this.#state = state
    this.#carryOut(effects, 0)
  }

  /** Carries effects out from the one at `from` on; goes on later behind one that takes time. */
  #carryOut(effects: readonly Effect[], from: number): void {
    // The log may be closing: what a step still asks for behind its vote is for the next life to ask again.
    if (this.#isStopped) return
    for (let index = from; index < effects.length; index++) {
      const effect = effects[index]!
      if (effect.type === 'persist') return this.#persist(effect, () => this.#carryOut(effects, index + 1))
      if (effect.type === 'truncate') return this.#truncate(effect.endOffset, () => this.#carryOut(effects, index + 1))
      this.#do(effect)
    }
    this.#isBusy = false
    this.#armDeadline()
    this.#tellCaughtUp()
    this.#run()
  }

  #do(effect: Exclude<Effect, { type: 'persist' | 'truncate' }>): void {
    switch (effect.type) {
      case 'send':
        return this.#send(effect)
      case 'answer':
        return this.#answer(effect)
      case 'hold':
        return this.#desk.hold(effect.token, effect.request)
      case 'append-leader-change':
        return this.#openEpoch(effect)
      case 'append-fetched':
        return this.#appendFetched(effect.records, effect.epoch)
      case 'commit':
        this.#desk.releaseHeld()
        return this.#delivery!.deliverTo(effect.highWatermark)
      case 'role-changed':
        return this.#roleChanged()
      case 'fetch-snapshot':
        return this.#fetchSnapshot(effect)
      case 'fail':
        return this.#fail(new DirectoryError(effect.message))
    }
  }

  #persist({ election }: Extract<Effect, { type: 'persist' }>, then: () => void): void {
    const { world, directory, voters } = this.#options
    writeQuorumState(world, directory.meta.clusterId, voters, election, (error) => {
      // Without a durable vote nothing can be said that the next life would not contradict.
      if (error !== undefined) return directory.fail(error)
      this.#tellPersisted(election)
      then()
    })
  }

  #tellPersisted({ epoch, votedFor }: ElectionState): void {
    const { observer } = this.#options
    if (observer.watching) observer.tell({ type: 'VotePersisted', epoch, votedFor: votedFor?.id ?? -1 })
  }

  #truncate(endOffset: number, then: () => void): void {
    const { world, directory } = this.#options
    this.#log!.truncate(endOffset).then(
      () => {
        this.#events.unshift({ type: 'truncated' })
        then()
      },
      (error: unknown) => directory.fail(asDiskError(error)),
    )
    world.promises.mark()
  }

  #send({ to, turn, delayUs, request }: Extract<Effect, { type: 'send' }>): void {
    const { send, world } = this.#options
    if (request.kind === 'end-epoch') this.#untold++
    const go = (): void =>
      send(to, request, (answer) => {
        this.#post({ type: 'answered', by: to, turn, request, answer })
        if (request.kind === 'end-epoch' && --this.#untold === 0) this.#whenAllKnow()
      })
    if (delayUs === 0) go()
    else world.clock.setTimer(delayUs, () => this.#state?.turn === turn && go())
  }

  /** Answers; the records a fetch asked for are read first, up to where the log ends now. */
  #answer({ token, request, answer }: Extract<Effect, { type: 'answer' }>): void {
    const log = this.#log!
    if (request.kind === 'vote') {
      this.#tellVote(request.epoch, request.candidate.id, request.isPreVote, answer.granted === true)
    }
    const { fetched } = answer
    const upTo = log.endOffset
    if (
      request.kind !== 'fetch' ||
      fetched === undefined ||
      fetched.diverging !== undefined ||
      fetched.snapshot !== undefined ||
      request.offset >= upTo
    ) {
      return this.#desk.answer(token, answer)
    }
    const { turn } = this.#state!
    log.read(request.offset, upTo, (error, records) => {
      if (error !== undefined) return this.#options.directory.fail(error)
      // Who leads no longer may have cut these records and others in their place: they are not those that were promised.
      if (this.#state!.turn !== turn) return this.#post({ type: 'request', token, request, isLast: true })
      this.#desk.answer(token, { ...answer, fetched: { ...fetched, records } })
    })
  }

  #tellVote(epoch: number, candidateId: number, isPreVote: boolean, isGranted: boolean): void {
    const { observer } = this.#options
    if (observer.watching) observer.tell({ type: 'VoteAnswered', epoch, candidateId, isPreVote, isGranted })
  }

  #openEpoch({ epoch, granted }: Extract<Effect, { type: 'append-leader-change' }>): void {
    const { voters, directory } = this.#options
    const result = this.#log!.appendLeaderChange(this.#self.id, epoch, voters, granted)
    if (result.kind === 'appended') this.#events.push({ type: 'log-moved' })
    else {
      directory.tolerate(result.error)
      this.#events.push({ type: 'resign', epoch })
    }
  }

  #appendFetched(records: Uint8Array, epoch: number): void {
    const problem = this.#log!.appendFetched(records, epoch)
    if (problem === undefined) this.#events.push({ type: 'log-moved' })
    else {
      if (typeof problem === 'string') this.#options.observer.warn(problem)
      else this.#options.directory.tolerate(problem)
      this.#events.push({ type: 'append-refused' })
    }
  }

  #roleChanged(): void {
    const { election, role } = this.#state!
    const { observer } = this.#options
    if (observer.watching) {
      observer.tell({ type: 'QuorumRoleChanged', role: role.kind, epoch: election.epoch, leaderId: election.leaderId })
    }
    if (role.kind === 'candidate') this.#tellVote(election.epoch, this.#self.id, false, true)
    this.#desk.releaseHeld()
    if (!(role.kind === 'leader' && election.epoch === this.#leads)) this.#stopLeading()
    // A leader that has resigned is known to lead no longer.
    const leaderId = role.kind === 'resigned' ? -1 : election.leaderId
    if (this.#told.leaderId === leaderId && this.#told.epoch === election.epoch) return
    this.#told = { leaderId, epoch: election.epoch }
    for (const listener of this.#listeners) listener.leaderChanged?.(this.#told)
  }

  #stopLeading(): void {
    const led = this.#leads
    if (led === undefined) return
    this.#leads = undefined
    const { observer } = this.#options
    if (observer.watching) observer.tell({ type: 'ControllerResigned', epoch: led })
    for (const listener of this.#listeners) listener.resigned?.(led)
  }

  /** Behind each delivery: a leader that has been delivered the record that opens its epoch leads. */
  #delivered(): void {
    if (this.#state === undefined) return
    const { role, election } = this.#state
    if (role.kind === 'leader' && this.#leads === undefined && this.#delivery!.end > role.epochStart) {
      this.#leads = election.epoch
      const { observer } = this.#options
      if (observer.watching) observer.tell({ type: 'ControllerElected', epoch: election.epoch })
      for (const listener of this.#listeners) listener.elected?.(election.epoch)
    }
    this.#tellCaughtUp()
  }

  #tellCaughtUp(): void {
    if (this.#waitingToCatchUp.length === 0 || !this.#isCaughtUp()) return
    for (const done of this.#waitingToCatchUp.splice(0)) done()
  }

  #isCaughtUp(): boolean {
    if (this.#state === undefined) return false
    const { role, election } = this.#state
    if (role.kind === 'leader') return this.#leads === election.epoch
    const { end } = this.#delivery!
    if (role.kind !== 'follower' || end < role.leaderHighWatermark) return false
    return end > 0 && this.#log!.epochAt(end - 1) === election.epoch
  }

  /** A deadline that moves away is looked at when the timer of the old one fires. */
  #armDeadline(): void {
    const { clock } = this.#options.world
    const atUs = this.#state!.role.deadlineUs
    if (atUs === Number.MAX_SAFE_INTEGER || (this.#deadline !== undefined && this.#deadline.atUs <= atUs)) return
    this.#deadline?.timer.cancel()
    const delayUs = Math.max(0, atUs - clock.monotonicUs())
    const timer = clock.setTimer(delayUs, () => {
      this.#deadline = undefined
      this.#post({ type: 'deadline' })
    })
    this.#deadline = { atUs, timer }
  }

  /** Loads a snapshot from the leader; events wait while it is put in place of the log. */
  #fetchSnapshot({ snapshot: id, from, turn }: Extract<Effect, { type: 'fetch-snapshot' }>): void {
    const { world, snapshotRules: rules, askForPiece, directory } = this.#options
    const epoch = this.#state!.election.epoch
    downloadSnapshot({
      ...{ id, place: { world, rules, directory: METADATA_DIRECTORY, name: snapshotFileName(id) } },
      ask: (asked, position, done) => askForPiece(from, { id: asked, position, epoch, replica: this.#self }, done),
      isWanted: () => this.#state!.turn === turn && !this.#isStopped,
      onPiece: () => this.#post({ type: 'snapshot-goes-on', turn }),
      onEnd: (outcome) => {
        if (outcome === 'whole') return this.#replaceBy(id)
        if (outcome !== 'given-up') directory.tolerate(outcome)
        this.#post({ type: 'snapshot-given-up', turn })
      },
    })
  }

  /** Puts a downloaded snapshot in place of the log, once nothing else is under way. */
  #replaceBy(id: SnapshotId): void {
    const { world, directory } = this.#options
    const isWanted = this.#state!.role.kind === 'follower' && id.endOffset > this.#delivery!.end
    if (!isWanted || this.#isStopped) return
    if (this.#isBusy || this.#delivery!.isReading) {
      world.clock.setTimer(WAIT_US, () => this.#replaceBy(id))
      return
    }
    this.#isBusy = true
    const replace = async (): Promise<void> => {
      await this.#log!.beginAt(id)
      await this.#deliverSnapshot(id)
      this.#events.unshift({ type: 'snapshot-loaded', snapshot: id })
      this.#isBusy = false
      this.#run()
    }
    replace().catch((error: unknown) =>
      error instanceof DiskError ? directory.fail(error) : this.#fail(error as Error),
    )
    world.promises.mark()
  }

  /** Hands the records of a snapshot to the listeners. @throws {SnapshotError | DiskError} */
  async #deliverSnapshot(id: SnapshotId): Promise<void> {
    const { world } = this.#options
    this.#delivery!.snapshot(await loadedSnapshot(world, METADATA_DIRECTORY, id))
  }

  #fail(error: Error): void {
    const { observer, world } = this.#options
    observer.error(`${error.message}; the node stops`)
    world.halt(error)
  }

  #surroundings(): Surroundings {
    const { world, rules, timeouts, voters } = this.#options
    return {
      ...{ self: this.#self, voters, timeouts, rules, log: this.#log!, nowUs: world.clock.monotonicUs() },
      draw: (below) => drawBelow(world.random, below),
    }
  }
}
