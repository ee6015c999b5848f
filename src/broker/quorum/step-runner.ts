/**
 * The state of a quorum node whose log is open: takes its steps, and carries out what each asks for, in order.
 *
 * Behind `persist` and `truncate` the rest of a step, and every later event, waits until they are done: nothing is said
 * that a crash could take back. What a step asks of the disk is in `log-effects.ts`, of other nodes in `outbox.ts`; what
 * is committed goes to the listeners by `delivery.ts`; nothing is decided here.
 */

import { drawBelow } from '../../world/random.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import { Delivery } from './delivery.ts'
import type { EventQueue } from './event-queue.ts'
import type { Delivered, Leadership } from './leadership.ts'
import { LogEffects } from './log-effects.ts'
import type { MetadataLog } from './metadata-log.ts'
import { Outbox } from './outbox.ts'
import type { QuorumListener } from './quorum.ts'
import type { QuorumNodeOptions } from './quorum-node.ts'
import type { Effect, RaftEvent } from './raft/raft-events.ts'
import type { ElectionState, RaftState, ReplicaKey } from './raft/raft-state.ts'
import type { Surroundings } from './raft/raft-surroundings.ts'
import { begin, step } from './raft/step.ts'
import type { Step } from './raft/transitions.ts'
import type { RequestDesk } from './request-desk.ts'
import { RoleDeadline } from './role-deadline.ts'
import { SnapshotReplacement } from './snapshot-replacement.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'
import { loadSnapshotInto } from './snapshots/snapshot-loading.ts'

type DurableEffect = Extract<Effect, { type: 'persist' | 'truncate' }>

export interface StepRunnerOptions {
  readonly node: QuorumNodeOptions
  readonly log: MetadataLog
  /** Held: the runner releases it. */
  readonly queue: EventQueue
  readonly desk: RequestDesk
  readonly leadership: Leadership
  readonly listeners: readonly QuorumListener[]
}

export class StepRunner {
  readonly #options: StepRunnerOptions
  readonly #self: ReplicaKey
  readonly #effects: LogEffects
  readonly #delivery: Delivery
  readonly #delivered: Delivered
  readonly #outbox: Outbox
  readonly #deadline: RoleDeadline
  readonly #replacement: SnapshotReplacement
  #state: RaftState | undefined

  constructor(options: StepRunnerOptions) {
    this.#options = options
    const { node, log, queue } = options
    const { world, observer, directory, voters, send } = node
    this.#self = { id: directory.meta.nodeId, directoryId: directory.meta.directoryId }
    this.#effects = new LogEffects({ world, observer, directory, log, voters })
    const delivery = new Delivery({
      ...{ clock: world.clock, log, observer, listeners: options.listeners },
      onDelivered: () => this.#onDelivered(),
      onFailed: (error) => this.#fail(error),
    })
    this.#delivery = delivery
    this.#delivered = { end: () => delivery.end, epochAt: (offset) => log.epochAt(offset) }
    this.#outbox = new Outbox({
      ...{ clock: world.clock, send, post: (event) => queue.post(event) },
      isTurn: (turn) => this.#state?.turn === turn,
    })
    this.#deadline = new RoleDeadline(world.clock, () => queue.post({ type: 'deadline' }))
    this.#replacement = this.#newReplacement()
  }

  /** Undefined before `begin`. */
  get state(): RaftState | undefined {
    return this.#state
  }

  /** Everything below this offset is committed and delivered. */
  get deliveredEnd(): number {
    return this.#delivery.end
  }

  /** Delivers the newest snapshot and takes the first role. @throws {DiskError | SnapshotError} */
  async begin(saved: ElectionState | undefined): Promise<void> {
    const { latestSnapshot } = this.#options.log
    if (latestSnapshot !== undefined) await this.#deliverSnapshot(latestSnapshot)
    this.#take(begin(saved, this.#surroundings()))
  }

  /** Takes the step of an event; the queue is held. */
  step(event: RaftEvent): void {
    this.#take(step(this.#state!, event, this.#surroundings()))
  }

  /** Takes no step any more; `done` when the voters that hear of a resignation know, or `limitUs` have passed. */
  stop(limitUs: number, done: () => void): void {
    const { queue, leadership } = this.#options
    this.#outbox.whenAllKnow(limitUs, () => {
      if (queue.isClosed) return
      queue.close(() => {
        this.#deadline.cancel()
        leadership.end()
        done()
      })
    })
  }

  lookWhetherCaughtUp(): void {
    if (this.#state !== undefined) this.#options.leadership.lookWhetherCaughtUp(this.#state, this.#delivered)
  }

  /** See `QuorumNode.snapshotTaken`. */
  snapshotTaken(id: SnapshotId, bytesMax: number): void {
    this.#effects.snapshotTaken(id, bytesMax, this.deliveredEnd)
  }

  #take({ state, effects }: Step): void {
    this.#state = state
    this.#carryOut(effects, 0)
  }

  /** Carries effects out from the one at `from` on; goes on later behind one that takes time. */
  #carryOut(effects: readonly Effect[], from: number): void {
    for (let index = from; index < effects.length; index++) {
      const effect = effects[index]!
      if (effect.type === 'persist' || effect.type === 'truncate') {
        return this.#doDurably(effect, () => this.#carryOut(effects, index + 1))
      }
      this.#do(effect)
    }
    this.#deadline.arm(this.#state!.role.deadlineUs)
    this.lookWhetherCaughtUp()
    this.#options.queue.release()
  }

  #doDurably(effect: DurableEffect, goOn: () => void): void {
    if (effect.type === 'persist') return this.#effects.persist(effect.election, goOn)
    this.#effects.truncate(effect.endOffset, () => {
      this.#options.queue.followAtOnce({ type: 'truncated' })
      goOn()
    })
  }

  #do(effect: Exclude<Effect, DurableEffect>): void {
    const { queue, desk, leadership } = this.#options
    switch (effect.type) {
      case 'send':
        return this.#outbox.send(effect)
      case 'answer':
        return this.#answer(effect)
      case 'hold':
        return desk.hold(effect.token, effect.request)
      case 'append-leader-change':
        return queue.follow(this.#effects.openEpoch(effect.epoch, effect.granted))
      case 'append-fetched':
        return queue.follow(this.#effects.appendFetched(effect.records, effect.epoch))
      case 'commit':
        desk.releaseHeld()
        return this.#delivery.deliverTo(effect.highWatermark)
      case 'role-changed':
        desk.releaseHeld()
        return leadership.roleChanged(this.#state!, this.#self.id)
      case 'fetch-snapshot':
        return this.#replacement.fetch(effect)
      case 'fail':
        return this.#fail(new DirectoryError(effect.message))
    }
  }

  #answer({ token, request, answer }: Extract<Effect, { type: 'answer' }>): void {
    const { node, desk, queue } = this.#options
    if (request.kind === 'vote' && node.observer.watching) {
      const { epoch, candidate, isPreVote } = request
      const isGranted = answer.granted === true
      node.observer.tell({ type: 'VoteAnswered', epoch, candidateId: candidate.id, isPreVote, isGranted })
    }
    const { turn } = this.#state!
    this.#effects.fillIn(request, answer, (whole) => {
      if (this.#state!.turn === turn) return desk.answer(token, whole)
      // Who leads no longer may have cut these records and others in their place: they are not those that were promised.
      queue.post({ type: 'request', token, request, isLast: true })
    })
  }

  #onDelivered(): void {
    // What a snapshot brings is delivered before the first role is taken.
    if (this.#state === undefined) return
    this.#options.leadership.delivered(this.#state, this.#delivered)
    this.lookWhetherCaughtUp()
  }

  /** Hands the records of a snapshot to the listeners. @throws {DiskError | SnapshotError} */
  async #deliverSnapshot(id: SnapshotId): Promise<void> {
    await loadSnapshotInto(this.#delivery.beginSnapshot(id), this.#options.node.world, METADATA_DIRECTORY, id)
  }

  #fail(error: Error): void {
    const { observer, world } = this.#options.node
    observer.error(`${error.message}; the node stops`)
    world.halt(error)
  }

  #newReplacement(): SnapshotReplacement {
    const { node, log, queue } = this.#options
    const { world, observer, directory, askForPiece, snapshotRules } = node
    return new SnapshotReplacement({
      ...{ world, observer, directory, self: this.#self, rules: snapshotRules, askForPiece, queue },
      delivery: this.#delivery,
      state: () => this.#state!,
      replaceBy: async (id) => {
        await log.beginAt(id)
        await this.#deliverSnapshot(id)
      },
      onFailed: (error) => this.#fail(error),
    })
  }

  #surroundings(): Surroundings {
    const { world, rules, timeouts, voters } = this.#options.node
    return {
      ...{ self: this.#self, voters, timeouts, rules, log: this.#options.log, nowUs: world.clock.monotonicUs() },
      draw: (below) => drawBelow(world.random, below),
    }
  }
}
