/**
 * The controller of this node. While it is active it decides: a decision is a batch of metadata records, appended,
 * applied at once to the cluster state so that the next decision sees it, and answered when it is committed. While it
 * is not it follows: what is committed is applied, so that it can take over at any time.
 *
 * standby → active at `elected`: everything of earlier epochs is applied by then. active → standby at `resigned`: what
 * is not known to be committed is taken back, and whoever waits is told NOT_CONTROLLER; such a decision may still be
 * committed, and is then applied like any other. What is asked of the active controller (topics, brokers, settings, …)
 * is a file of its own each beside this one.
 */

import { errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { assert } from '../../world/assert.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { inSlices } from '../delayed/slices.ts'
import type { Observer } from '../observe/observer.ts'
import type { CommittedRecords, Quorum, SnapshotReceiver } from '../quorum/quorum.ts'
import type { SnapshotId } from '../quorum/snapshots/snapshot-id.ts'
import { BrokerSessions } from './broker-sessions.ts'
import { ClusterState } from './cluster-state.ts'
import { Fencing } from './fencing.ts'
import { IdleRecords } from './idle-records.ts'
import { type Decided, notController, Refusal } from './refusal.ts'
import type { ControllerRules } from './rules.ts'
import { abortTransaction, TransactionWriting } from './transaction-writing.ts'

export interface ControllerOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly rules: ControllerRules
  readonly quorum: Quorum
  readonly clusterId: string
  /** The longest time without a record while this controller is active, in ms. Default: 0, without limit. */
  readonly idleIntervalMs?: number
  /** Called before each record is applied; what it throws is a failed apply. A simulation injects failures with it. */
  readonly beforeApply?: (type: MetadataRecord['type'], offset: number) => void
}

/** What an active controller knows besides the log. */
interface Term {
  readonly epoch: number
  readonly sessions: BrokerSessions
  readonly fencing: Fencing
  readonly idleRecords: IdleRecords
}

/** Records in one batch; more are a transaction of several, an event each, so that nothing else waits long. */
const BATCH_RECORDS = 500

/** Steps of a look at the state in one event: partitions placed, topics found. About two milliseconds. */
const LOOK_STEPS = 1000

interface Waiting {
  /** Exclusive: the answer waits for everything below. */
  readonly offset: number
  readonly done: Decided
}

export class Controller {
  readonly options: ControllerOptions
  #state: ClusterState
  #term: Term | undefined
  #waiting: Waiting[] = []
  /** Everything below this offset is applied to the state. */
  #appliedEnd = 0
  /** Everything below this offset was delivered as committed. */
  #committedEnd = 0
  #isHalted = false
  /** An operation that takes several events; nothing else is decided until it has ended. */
  #underWay: { resigned(): void } | undefined
  #postponed: (() => void)[] = []

  constructor(options: ControllerOptions) {
    this.options = options
    this.#state = new ClusterState()
  }

  /** What this controller knows of the cluster; another object once a snapshot was loaded. */
  get state(): ClusterState {
    return this.#state
  }

  get isActive(): boolean {
    return this.#term !== undefined
  }

  /** The epoch in which this node leads; −1 while it does not. */
  get epoch(): number {
    return this.#term?.epoch ?? -1
  }

  /** Sessions of brokers; an active controller has them. */
  get sessions(): BrokerSessions {
    assert(this.#term !== undefined, 'only an active controller knows sessions')
    return this.#term.sessions
  }

  /** Answers still waiting for their records to be committed. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Where the next record is appended, as far as this controller knows; nobody else appends records. */
  get nextOffset(): number {
    return this.#appliedEnd
  }

  /**
   * Runs an operation, from its look at the state to its decision, as one step: at once, or after the one that is under
   * way: where that is writing a transaction, the state is half way.
   */
  perform(operation: () => void): void {
    if (this.#underWay === undefined) operation()
    else this.#postponed.push(operation)
  }

  /**
   * As `perform`, for an operation whose look at the state may take long: it is taken in slices, an event each, while
   * nothing else is decided, so that what it has seen stays true. `decide` gets what it found; undefined where this
   * controller is not active, or no more.
   */
  performInSlices<T>(look: () => Generator<void, T>, decide: (found: T | undefined) => void): void {
    this.perform(() => {
      const term = this.#term
      if (term === undefined) return decide(undefined)
      this.#underWay = { resigned: () => decide(undefined) }
      let hasPaused = false
      inSlices({ ...this.#slices(term), stepsMax: LOOK_STEPS }, look(), (found) => {
        this.#underWay = undefined
        decide(found)
        if (hasPaused) this.#performPostponed()
      })
      hasPaused = true
    })
  }

  /**
   * Appends records, all or none, applies them, and calls `done` once they are committed; without records, once
   * everything decided so far is. Where nothing could be appended `done` is called at once, and nothing is applied. What
   * is too much for one batch is a transaction (KIP-868), written slice by slice. To be called in `perform`.
   */
  decide(records: readonly MetadataRecord[], done: Decided): void {
    assert(this.#underWay === undefined, 'nothing is decided within the operation of another')
    const term = this.#term
    if (term === undefined) return done(notController())
    if (records.length === 0) return this.whenCommitted(done)
    if (records.length <= BATCH_RECORDS) {
      const refusal = this.#append(records, done)
      if (refusal !== undefined) done(refusal)
      return
    }
    const options = {
      ...{ ...this.#slices(term), batchRecords: BATCH_RECORDS },
      append: (batch: readonly MetadataRecord[], told: Decided | undefined) => this.#append(batch, told),
      ended: () => {
        this.#underWay = undefined
        this.#performPostponed()
      },
    }
    const writing = new TransactionWriting(options, records, done)
    this.#underWay = writing
    writing.start()
  }

  /** Calls `done` once everything decided so far is committed; at once, where it is. */
  whenCommitted(done: Decided): void {
    if (this.#term === undefined) done(notController())
    else if (this.#committedEnd >= this.#appliedEnd) done(undefined)
    else this.#waiting.push({ offset: this.#appliedEnd, done })
  }

  /** Takes note of what is committed: applies what was not decided here in this term, and answers. */
  committed(batch: CommittedRecords): void {
    if (this.#isHalted) return
    if (batch.baseOffset >= this.#appliedEnd) {
      this.#apply(this.state, batch.records, (index) => batch.baseOffset + index)
      this.#appliedEnd = batch.endOffset
    }
    this.#committedEnd = batch.endOffset
    this.state.commitTo(batch.endOffset - 1)
    while (this.#waiting.length > 0 && this.#waiting[0]!.offset <= batch.endOffset) {
      this.#waiting.shift()!.done(undefined)
    }
  }

  /** Begins anew with what a snapshot holds, once it is complete; only a follower is given one. */
  snapshotBegun({ endOffset }: SnapshotId): SnapshotReceiver {
    assert(this.#term === undefined, 'a leader loads no snapshot')
    const state = new ClusterState()
    const last = endOffset - 1
    return {
      records: (records) => {
        if (this.#isHalted) return
        this.#apply(state, records, () => last)
        state.commitTo(last)
      },
      complete: () => {
        if (this.#isHalted) return
        this.#state = state
        this.#appliedEnd = endOffset
        this.#committedEnd = endOffset
      },
    }
  }

  /** This node leads from now on. */
  elected(epoch: number): void {
    if (this.#isHalted) return
    assert(this.#term === undefined, 'a term begins after the last one has ended')
    const { settings, world, idleIntervalMs = 0 } = this.options
    const sessions = new BrokerSessions(settings.value('broker.session.timeout.ms') * 1000)
    const nowUs = world.clock.monotonicUs()
    for (const { brokerId, epoch: brokerEpoch, fenced } of this.state.brokers()) {
      if (!fenced) sessions.touch(brokerId, brokerEpoch, nowUs)
    }
    const fencing = new Fencing(this, sessions)
    const idleRecords = new IdleRecords(world.clock, idleIntervalMs, () => this.#appendNoOp())
    this.#term = { epoch, sessions, fencing, idleRecords }
    fencing.arm()
    idleRecords.start()
    // A leader that died in the middle of a transaction left records that were never meant to count.
    if (this.state.isInTransaction)
      this.decide([abortTransaction('The controller that began it is gone.')], () => undefined)
  }

  /** This node leads no longer: what is not committed is taken back. */
  resigned(epoch: number): void {
    if (this.#isHalted) return
    assert(this.#term?.epoch === epoch, 'a term ends that has begun')
    this.#term.fencing.stop()
    this.#term.idleRecords.stop()
    this.#term = undefined
    this.state.revertTo(this.#committedEnd - 1)
    this.#appliedEnd = this.#committedEnd
    const waiting = this.#waiting.map(({ done }) => done)
    const underWay = this.#underWay
    this.#waiting = []
    this.#underWay = undefined
    for (const done of waiting) done(notController())
    underWay?.resigned()
    this.#performPostponed()
  }

  /** A session began or was prolonged: the timer that watches them runs. */
  watchSessions(): void {
    this.#term?.fencing.arm()
  }

  /** Appends and applies one batch; `done` waits for its commit, but where a refusal comes back. */
  #append(records: readonly MetadataRecord[], done: Decided | undefined): Refusal | undefined {
    const appended = this.options.quorum.append(records, this.epoch)
    if (appended.kind === 'not-leader') return notController()
    if (appended.kind === 'failed') {
      return new Refusal(errorCode.KAFKA_STORAGE_ERROR, appended.error.message, appended.error)
    }
    assert(appended.baseOffset >= this.#appliedEnd, 'records are appended after everything that is applied')
    if (done !== undefined) this.#waiting.push({ offset: appended.endOffset, done })
    this.#apply(this.state, records, (index) => appended.baseOffset + index)
    this.#appliedEnd = appended.endOffset
    this.#term?.idleRecords.appended()
    return undefined
  }

  /** Nobody waits for it; where the disk is full the next one may fit. */
  #appendNoOp(): void {
    const { epoch } = this
    this.perform(() => {
      if (this.epoch === epoch) this.#append([{ type: 'NoOpRecord', version: 0 }], undefined)
    })
  }

  /** For what goes on in later events, as long as the term does. */
  #slices(term: Term) {
    return { clock: this.options.world.clock, goesOn: () => this.#term === term && !this.#isHalted }
  }

  #performPostponed(): void {
    while (this.#underWay === undefined && this.#postponed.length > 0) this.#postponed.shift()!()
  }

  #apply(state: ClusterState, records: readonly MetadataRecord[], offsetOf: (index: number) => number): void {
    const { beforeApply, rules, world, observer } = this.options
    for (const [index, record] of records.entries()) {
      try {
        beforeApply?.(record.type, offsetOf(index))
        state.apply(record, offsetOf(index))
      } catch (cause) {
        if (rules.afterFailedApply() === 'go-on') continue
        const why = cause instanceof Error ? cause.message : String(cause)
        observer.warn(`this node stops, for it would decide on a wrong state: ${why}`)
        this.#isHalted = true
        this.#waiting = []
        return world.halt(new Error(`a metadata record could not be applied: ${why}`, { cause }))
      }
    }
  }
}
