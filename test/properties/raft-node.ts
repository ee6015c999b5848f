/**
 * One node of a model quorum: pure steps over a log in memory, carried out as `quorum-node.ts` carries them out, with a
 * clock of its own. What takes time on a disk is finished from outside (`finishWrite`, `flush`), and a crash takes what
 * is not finished.
 */

import type {
  Effect,
  FetchRequest,
  PeerAnswer,
  PeerRequest,
  RaftEvent,
} from '../../src/broker/quorum/raft/raft-events.ts'
import type { ElectionState, RaftState } from '../../src/broker/quorum/raft/raft-state.ts'
import type { Surroundings } from '../../src/broker/quorum/raft/raft-surroundings.ts'
import { begin, step } from '../../src/broker/quorum/raft/step.ts'
import type { Step } from '../../src/broker/quorum/raft/transitions.ts'
import type { QuorumRules } from '../../src/broker/quorum/rules.ts'
import { uuidOf } from '../unit/broker/quorum/raft/raft-fixture.ts'
import { decodeEntries, type Entry, encodeEntries, ModelLog } from './raft-log.ts'

export interface Sent {
  readonly from: number
  readonly to: number
  readonly life: number
  readonly turn: number
  readonly request: PeerRequest
  /** Undefined on the way there. */
  readonly answer?: PeerAnswer
}

/** What a node tells the model. */
export interface NodeWatch {
  send(message: Sent): void
  voted(voter: number, epoch: number, candidate: number): void
  elected(node: ModelNode): void
  appended(node: ModelNode, from: number): void
  delivered(node: ModelNode, from: number, to: number): void
  truncated(node: ModelNode, endOffset: number): void
  failed(node: ModelNode, message: string): void
}

export interface NodeOptions {
  readonly id: number
  readonly voters: readonly number[]
  readonly rules: QuorumRules
  readonly watch: NodeWatch
  readonly draw: (below: number) => number
}

const MODEL_TIMEOUTS = { electionUs: 1000, fetchUs: 2000, electionBackoffMaxUs: 1000, retryBackoffUs: 20 }
const FETCH_WAIT_US = 500
/** Few, so that followers are behind what they know to be committed. */
const ENTRIES_OF_AN_ANSWER = 2

export class ModelNode {
  readonly id: number
  readonly log: ModelLog
  state: RaftState | undefined
  nowUs = 0
  life = 0
  readonly #options: NodeOptions
  #saved: ElectionState | undefined
  #pending: { readonly effects: readonly Effect[]; readonly from: number } | undefined
  #events: RaftEvent[] = []
  #open = new Map<number, Sent>()
  #held = new Map<number, { readonly request: FetchRequest; readonly untilUs: number }>()
  #delayed: { readonly atUs: number; readonly message: Sent }[] = []
  #token = 0
  #delivered = 0

  constructor(options: NodeOptions) {
    this.id = options.id
    this.#options = options
    this.log = new ModelLog(options.rules)
  }

  get isWriting(): boolean {
    return this.#pending !== undefined
  }

  get delivered(): number {
    return this.#delivered
  }

  get isLeader(): boolean {
    return this.state?.role.kind === 'leader'
  }

  /** When the role's time is over; now where it never is. */
  get deadlineUs(): number {
    const deadlineUs = this.state?.role.deadlineUs ?? this.nowUs
    return deadlineUs === Number.MAX_SAFE_INTEGER ? this.nowUs : deadlineUs
  }

  /** When something is due that nobody else brings about. */
  get dueUs(): number {
    if (this.state === undefined) return Number.MAX_SAFE_INTEGER
    const times = [...this.#held.values()].map(({ untilUs }) => untilUs)
    return Math.min(this.state.role.deadlineUs, ...times, ...this.#delayed.map(({ atUs }) => atUs))
  }

  start(): void {
    this.life++
    this.#take(begin(this.#saved, this.#surroundings()))
  }

  /** Power fails: `kept` of the entries that are not flushed stay, and the write under way may have been done. */
  crash(kept: number, isWritten: boolean): void {
    const effect = this.#pending?.effects[this.#pending.from]
    if (isWritten && effect?.type === 'persist') this.#saved = effect.election
    if (isWritten && effect?.type === 'truncate') this.log.truncate(effect.endOffset)
    this.log.truncate(Math.min(this.log.endOffset, this.log.flushedEnd + kept))
    this.log.flushedEnd = this.log.endOffset
    this.state = undefined
    this.#pending = undefined
    this.#events = []
    this.#open.clear()
    this.#held.clear()
    this.#delayed = []
    this.#delivered = 0
  }

  finishWrite(): void {
    const pending = this.#pending
    if (pending === undefined) return
    const effect = pending.effects[pending.from]!
    this.#pending = undefined
    if (effect.type === 'persist') this.#saved = effect.election
    if (effect.type === 'truncate') {
      this.log.truncate(effect.endOffset)
      this.#events.unshift({ type: 'truncated' })
    }
    this.#carryOut(pending.effects, pending.from + 1)
  }

  flush(): void {
    if (this.state === undefined || this.log.flushedEnd === this.log.endOffset) return
    this.log.flushedEnd = this.log.endOffset
    this.#post({ type: 'log-moved' })
  }

  /** Appends as the leader does that has been told so; false where this node leads nobody. */
  append(value: number): boolean {
    if (this.state?.role.kind !== 'leader' || this.#delivered <= this.state.role.epochStart) return false
    this.#append([{ epoch: this.state.election.epoch, value }])
    this.#releaseHeld()
    this.#post({ type: 'log-moved' })
    return true
  }

  receive(message: Sent): void {
    if (this.state === undefined) return
    const token = this.#token++
    this.#open.set(token, message)
    this.#post({ type: 'request', token, request: message.request, isLast: false })
  }

  /** An answer, or none, to a request of this life. */
  answered({ to, life, turn, request }: Sent, answer: PeerAnswer | undefined): void {
    if (this.state === undefined || life !== this.life) return
    this.#post({ type: 'answered', by: to, turn, request, answer })
  }

  /** This node's clock goes on. */
  passTime(nowUs: number): void {
    this.nowUs = nowUs
    if (this.state === undefined) return
    const due = this.#delayed.filter(({ atUs }) => atUs <= nowUs)
    this.#delayed = this.#delayed.filter(({ atUs }) => atUs > nowUs)
    for (const { message } of due) if (this.state.turn === message.turn) this.#options.watch.send(message)
    for (const [token, { untilUs }] of this.#held) if (untilUs <= nowUs) this.#release(token, true)
    if (this.state.role.deadlineUs <= nowUs) this.#post({ type: 'deadline' })
  }

  resign(): void {
    if (this.state !== undefined) this.#post({ type: 'resign', epoch: this.state.election.epoch })
  }

  #post(event: RaftEvent): void {
    this.#events.push(event)
    if (this.#pending === undefined) this.#run()
  }

  #run(): void {
    while (this.#pending === undefined && this.#events.length > 0) {
      this.#take(step(this.state!, this.#events.shift()!, this.#surroundings()))
    }
  }

  #take({ state, effects }: Step): void {
    this.state = state
    this.#carryOut(effects, 0)
  }

  #carryOut(effects: readonly Effect[], from: number): void {
    for (let index = from; index < effects.length; index++) {
      const effect = effects[index]!
      if (effect.type === 'truncate') this.#options.watch.truncated(this, effect.endOffset)
      if (effect.type === 'persist' || effect.type === 'truncate') {
        this.#pending = { effects, from: index }
        return
      }
      this.#do(effect)
    }
    this.#run()
  }

  #do(effect: Exclude<Effect, { type: 'persist' | 'truncate' }>): void {
    const { watch } = this.#options
    switch (effect.type) {
      case 'send':
        return this.#send(effect)
      case 'answer':
        return this.#answer(effect.token, effect.answer)
      case 'hold': {
        const { token, request } = effect
        this.#held.set(token, { request, untilUs: this.nowUs + FETCH_WAIT_US })
        return
      }
      case 'append-leader-change':
        watch.elected(this)
        this.#append([{ epoch: effect.epoch, value: -effect.epoch >>> 0 }])
        this.#events.push({ type: 'log-moved' })
        return
      case 'append-fetched': {
        const entries = decodeEntries(effect.records, this.log, effect.epoch)
        if (entries !== undefined) this.#append(entries)
        this.#events.push({ type: entries === undefined ? 'append-refused' : 'log-moved' })
        return
      }
      case 'commit':
        watch.delivered(this, this.#delivered, effect.highWatermark)
        this.#delivered = effect.highWatermark
        return this.#releaseHeld()
      case 'role-changed':
        return this.#releaseHeld()
      case 'fail':
        return watch.failed(this, effect.message)
    }
  }

  #send({ to, turn, delayUs, request }: Extract<Effect, { type: 'send' }>): void {
    const { watch } = this.#options
    if (request.kind === 'vote' && !request.isPreVote) watch.voted(this.id, request.epoch, this.id)
    const message = { from: this.id, to, life: this.life, turn, request }
    if (delayUs === 0) watch.send(message)
    else this.#delayed.push({ atUs: this.nowUs + delayUs, message })
  }

  #answer(token: number, answer: PeerAnswer): void {
    const message = this.#open.get(token)!
    this.#open.delete(token)
    const { request } = message
    if (request.kind === 'vote' && !request.isPreVote && answer.granted === true) {
      this.#options.watch.voted(this.id, request.epoch, request.candidate.id)
    }
    const { fetched } = answer
    if (request.kind !== 'fetch' || fetched === undefined || fetched.diverging !== undefined) {
      return this.#options.watch.send({ ...message, answer })
    }
    const records = encodeEntries(this.log, request.offset, ENTRIES_OF_AN_ANSWER)
    this.#options.watch.send({ ...message, answer: { ...answer, fetched: { ...fetched, records } } })
  }

  #append(entries: readonly Entry[]): void {
    const from = this.log.endOffset
    this.log.entries.push(...entries)
    this.#options.watch.appended(this, from)
  }

  #releaseHeld(): void {
    for (const token of [...this.#held.keys()]) this.#release(token, false)
  }

  #release(token: number, isLast: boolean): void {
    const { request } = this.#held.get(token)!
    this.#held.delete(token)
    this.#events.push({ type: 'request', token, request, isLast })
    if (isLast && this.#pending === undefined) this.#run()
  }

  #surroundings(): Surroundings {
    const { voters, rules, draw } = this.#options
    const { id, log, nowUs } = this
    return { self: { id, directoryId: uuidOf(id) }, voters, rules, log, nowUs, draw, timeouts: MODEL_TIMEOUTS }
  }
}
