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
import type { Observer } from '../observe/observer.ts'
import type { CommittedRecords, Quorum } from '../quorum/quorum.ts'
import { BrokerSessions } from './broker-sessions.ts'
import { ClusterState } from './cluster-state.ts'
import { Fencing } from './fencing.ts'
import { type Decided, notController, Refusal } from './refusal.ts'
import type { ControllerRules } from './rules.ts'

export interface ControllerOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly rules: ControllerRules
  readonly quorum: Quorum
  readonly clusterId: string
  /** Called before each record is applied; what it throws is a failed apply. A simulation injects failures with it. */
  readonly beforeApply?: (record: MetadataRecord, offset: number) => void
}

/** What an active controller knows besides the log. */
interface Term {
  readonly epoch: number
  readonly sessions: BrokerSessions
  readonly fencing: Fencing
}

interface Waiting {
  /** Exclusive: the answer waits for everything below. */
  readonly offset: number
  readonly done: Decided
}

export class Controller {
  readonly options: ControllerOptions
  readonly state: ClusterState
  #term: Term | undefined
  #waiting: Waiting[] = []
  /** Everything below this offset is applied to the state. */
  #appliedEnd = 0
  /** Everything below this offset was delivered as committed. */
  #committedEnd = 0
  #isHalted = false

  constructor(options: ControllerOptions) {
    this.options = options
    this.state = new ClusterState()
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
   * Appends records, applies them, and calls `done` once they are committed; without records, once everything decided
   * so far is. Where nothing could be appended `done` is called at once, and nothing is applied.
   */
  decide(records: readonly MetadataRecord[], done: Decided): void {
    const term = this.#term
    if (term === undefined) return done(notController())
    if (records.length === 0) return this.whenCommitted(done)
    const appended = this.options.quorum.append(records, term.epoch)
    if (appended.kind === 'not-leader') return done(notController())
    if (appended.kind === 'failed') {
      return done(new Refusal(errorCode.KAFKA_STORAGE_ERROR, appended.error.message, appended.error))
    }
    assert(appended.baseOffset >= this.#appliedEnd, 'records are appended after everything that is applied')
    this.#waiting.push({ offset: appended.endOffset, done })
    this.#apply(records, appended.baseOffset)
    this.#appliedEnd = appended.endOffset
  }

  /** Calls `done` once everything decided so far is committed; at once, where it is. */
  whenCommitted(done: Decided): void {
    if (this.#term === undefined) done(notController())
    else if (this.#committedEnd >= this.#appliedEnd) done(undefined)
    else this.#waiting.push({ offset: this.#appliedEnd, done })
  }

  /** Hands `done` what `read` makes of the state, once everything in it is committed. */
  readCommitted<T>(read: (state: ClusterState) => T, done: (value: T) => void): void {
    if (this.#term === undefined) return done(read(this.state))
    const value = read(this.state)
    // After a resignation nothing is in the state but what is committed.
    this.whenCommitted((refusal) => done(refusal === undefined ? value : read(this.state)))
  }

  /** Takes note of what is committed: applies what was not decided here in this term, and answers. */
  committed(batch: CommittedRecords): void {
    if (this.#isHalted) return
    if (batch.baseOffset >= this.#appliedEnd) {
      this.#apply(batch.records, batch.baseOffset)
      this.#appliedEnd = batch.endOffset
    }
    this.#committedEnd = batch.endOffset
    this.state.commitTo(batch.endOffset - 1)
    while (this.#waiting.length > 0 && this.#waiting[0]!.offset <= batch.endOffset) {
      this.#waiting.shift()!.done(undefined)
    }
  }

  /** This node leads from now on. */
  elected(epoch: number): void {
    if (this.#isHalted) return
    assert(this.#term === undefined, 'a term begins after the last one has ended')
    const { settings, world } = this.options
    const sessions = new BrokerSessions(settings.value('broker.session.timeout.ms') * 1000)
    const nowUs = world.clock.monotonicUs()
    for (const { brokerId, epoch: brokerEpoch, fenced } of this.state.brokers()) {
      if (!fenced) sessions.touch(brokerId, brokerEpoch, nowUs)
    }
    const fencing = new Fencing(this, sessions)
    this.#term = { epoch, sessions, fencing }
    fencing.arm()
    // A leader that died in the middle of a transaction left records that were never meant to count.
    if (this.state.isInTransaction) this.decide([abortTransaction()], () => undefined)
  }

  /** This node leads no longer: what is not committed is taken back. */
  resigned(epoch: number): void {
    if (this.#isHalted) return
    assert(this.#term?.epoch === epoch, 'a term ends that has begun')
    this.#term.fencing.stop()
    this.#term = undefined
    this.state.revertTo(this.#committedEnd - 1)
    this.#appliedEnd = this.#committedEnd
    const waiting = this.#waiting
    this.#waiting = []
    for (const { done } of waiting) done(notController())
  }

  /** A session began or was prolonged: the timer that watches them runs. */
  watchSessions(): void {
    this.#term?.fencing.arm()
  }

  #apply(records: readonly MetadataRecord[], baseOffset: number): void {
    const { beforeApply, rules, world, observer } = this.options
    for (const [index, record] of records.entries()) {
      try {
        beforeApply?.(record, baseOffset + index)
        this.state.apply(record, baseOffset + index)
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

function abortTransaction(): MetadataRecord {
  return { type: 'AbortTransactionRecord', version: 0, reason: 'The controller that began it is gone.' }
}
