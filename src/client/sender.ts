/**
 * Sends batches to the leaders of their partitions, and deals with what comes back.
 *
 * One pass looks at every queue that is not empty and makes at most one request per broker, with at most one batch per
 * partition; passes are repeated until nothing more can go. What hinders a batch also says what wakes the sender again: a
 * time (linger, back-off, delivery timeout: one timer for all), an answer, a connection, a refresh of metadata, a producer
 * id. Attempts are bounded by `deliveryTimeoutMs`; no request waits longer than its batches may.
 */

import type { Timer } from '../world/clock.ts'
import type { Accumulator } from './accumulator.ts'
import { backoffMs } from './backoff.ts'
import type { ProducerSettings } from './options.ts'
import { afterIndefinite, clientFailure, type Failure, failureOfCode, failureOfWire } from './outcomes.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { type AttemptAnswer, type Departure, ProduceRequests } from './produce-requests.ts'
import { leavesFateUnknown, refusesEpoch, verdictOn } from './produce-verdict.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { ProducerIdentity } from './producer-identity.ts'
import type { Services } from './services.ts'

/** A moment that does not come: something other than time is waited for. */
const never = Number.MAX_SAFE_INTEGER

/** See the head of this file. */
export class Sender {
  readonly #services: Services
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #requests: ProduceRequests
  readonly #identity: ProducerIdentity | undefined
  /** Told when a queue's batch was closed by sending it. */
  readonly #batchClosed: (topic: string, partition: number) => void
  /** Brokers whose connections are being opened for us. */
  readonly #awaited = new Set<number>()
  #timer: Timer | undefined
  #timerUs = never
  #isDraining = false
  #drainAgain = false
  #isRefreshing = false
  #isClosed = false

  constructor(
    services: Services,
    settings: ProducerSettings,
    accumulator: Accumulator,
    batchClosed: (topic: string, partition: number) => void,
  ) {
    this.#services = services
    this.#settings = settings
    this.#accumulator = accumulator
    this.#batchClosed = batchClosed
    this.#requests = new ProduceRequests(services, settings, {
      answered: (departure, answer) => this.#answered(departure, answer),
      landed: () => this.drain(),
    })
    this.#identity = settings.idempotent
      ? new ProducerIdentity(services, {
          identityKnown: () => this.drain(),
          identityRefused: (failure) => this.#failWaiting(failure),
        })
      : undefined
  }

  /** Makes sure of a drain at this monotonic time, in microseconds, at the latest. */
  wakeAt(dueUs: number): void {
    if (dueUs >= this.#timerUs || this.#isClosed) return
    this.#timer?.cancel()
    this.#timerUs = dueUs
    const { clock } = this.#services.world
    this.#timer = clock.setTimer(Math.max(0, dueUs - clock.monotonicUs()), () => {
      this.#timer = undefined
      this.#timerUs = never
      this.drain()
    })
  }

  /** Sends what can be sent now. Within a drain: has it go on until nothing more can. */
  drain(): void {
    this.#drainAgain = true
    if (this.#isDraining || this.#isClosed) return
    this.#isDraining = true
    let dueUs = never
    while (this.#drainAgain) {
      this.#drainAgain = false
      dueUs = this.#pass(this.#services.world.clock.monotonicUs())
    }
    this.#isDraining = false
    if (dueUs < never) this.wakeAt(dueUs)
  }

  /** Fails everything unsettled: indefinitely what may have been appended. Nothing is sent any more. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    for (const queue of [...this.#accumulator.active]) {
      for (const batch of [...queue.inFlight, ...queue.waiting]) {
        const isUnknown = batch.isUnknown || queue.inFlight.includes(batch)
        const certainty = isUnknown ? 'indefinite' : 'definite'
        this.#fail(queue, batch, clientFailure(certainty, 'CLOSED', 'the producer was closed before an answer came'))
      }
    }
  }

  /** One look at every queue. Returns when to look again, in monotonic microseconds, or `never`. */
  #pass(nowUs: number): number {
    this.#services.refresher.refreshIfOld(nowUs)
    let dueUs = never
    for (const queue of [...this.#accumulator.active]) {
      const queueDueUs = this.#consider(queue, nowUs)
      if (queueDueUs < dueUs) dueUs = queueDueUs
    }
    if (this.#requests.depart()) this.#drainAgain = true
    return dueUs
  }

  /** Puts the queue's head on its way if it may go. Returns when to look again if time is what it waits for. */
  #consider(queue: PartitionQueue, nowUs: number): number {
    this.#expire(queue, nowUs)
    const batch = queue.head
    if (batch === undefined) return never
    const expiryUs = this.#expiryUs(batch)
    const readyUs = this.#readyUs(batch)
    if (readyUs > nowUs) return Math.min(readyUs, expiryUs)
    const identity = this.#identity?.current()
    if (this.#identity !== undefined && identity === undefined) return expiryUs
    const readiness = queue.readiness(identity, this.#settings.maxInFlight)
    if (readiness === 'needs-new-epoch') {
      this.#identity?.renew(queue.identity)
      this.#drainAgain = true
    }
    if (readiness !== 'sendable') return expiryUs
    const leader = this.#services.metadata.leaderOf(queue.topic, queue.partition)
    if (leader < 0) this.#refresh()
    else if (this.#requests.hasRoom(leader, batch) && this.#isConnected(leader)) this.#board(leader, queue, identity)
    return queue.head === undefined ? never : expiryUs
  }

  /** When the batch need not, and must not, wait any longer for company or for its back-off to end. */
  #readyUs(batch: ProducerBatch): number {
    if (batch.ordinal >= 0) return batch.retryAtUs
    if (batch.isClosed || batch.era < this.#accumulator.eras.current) return 0
    return batch.createdUs + this.#settings.lingerMs * 1000
  }

  #expiryUs(batch: ProducerBatch): number {
    return batch.createdUs + this.#settings.deliveryTimeoutMs * 1000
  }

  #isConnected(node: number): boolean {
    const { connections } = this.#services
    if (connections.isOpen(node)) return true
    if (!this.#awaited.has(node)) {
      this.#awaited.add(node)
      connections.whenOpen(node, (error) => {
        this.#awaited.delete(node)
        if (error === undefined) this.drain()
        else this.#refresh()
      })
    }
    return false
  }

  #board(leader: number, queue: PartitionQueue, identity: ReturnType<ProducerIdentity['current']>): void {
    const batch = queue.take(identity)
    this.#batchClosed(queue.topic, queue.partition)
    this.#requests.board(leader, queue, batch, this.#expiryUs(batch))
    this.#accumulator.rotate(queue)
  }

  /** Fails what has waited for too long. Older batches are in front, so the first that has not ends the search. */
  #expire(queue: PartitionQueue, nowUs: number): void {
    for (let batch = queue.waiting[0]; batch !== undefined; batch = queue.waiting[0]) {
      if (this.#expiryUs(batch) > nowUs) return
      this.#fail(queue, batch, this.#expired(batch, 'no attempt was acknowledged'))
    }
  }

  #answered(departure: Departure, answer: AttemptAnswer): void {
    if (this.#isClosed) return
    const { queue, batch } = departure
    batch.attempts++
    if (answer.kind === 'no-answer') {
      const failure = failureOfWire(answer.error, this.#about(queue))
      if (answer.error.sent) batch.isUnknown = true
      if (answer.error.code === 'UNSUPPORTED_VERSION') {
        this.#fail(queue, batch, failure)
        return
      }
      this.#refresh()
      this.#retry(departure, failure, false)
      return
    }
    const { code } = answer
    if (leavesFateUnknown(code)) batch.isUnknown = true
    if (refusesEpoch(code)) this.#identity?.discard(batch.producerId)
    switch (verdictOn(batch, queue, code)) {
      case 'acknowledged':
        queue.acknowledged(batch)
        this.#accumulator.settled(queue, batch)
        batch.acknowledge(answer.baseOffset, answer.logAppendTimeMs)
        return
      case 'renumber':
        queue.renumber(batch)
        return
      case 'fail':
        this.#fail(queue, batch, failureOfCode(code, this.#about(queue), answer.message))
        return
      case 'retry':
        if (answer.isStale) this.#refresh()
        this.#retry(departure, failureOfCode(code, this.#about(queue), answer.message), answer.leaderIsNews)
    }
  }

  /** Sends the batch again, after a back-off unless there is a new leader to send it to, or gives it up. */
  #retry({ queue, batch }: Departure, last: Failure, atOnce: boolean): void {
    const { clock, random } = this.#services.world
    const { retryBackoffMs, retryBackoffMaxMs } = this.#services.settings
    const nowUs = clock.monotonicUs()
    if (nowUs >= this.#expiryUs(batch)) {
      this.#fail(queue, batch, this.#expired(batch, last.message))
      return
    }
    const pauseMs = atOnce ? 0 : backoffMs(random, retryBackoffMs, retryBackoffMaxMs, batch.attempts)
    batch.retryAtUs = nowUs + pauseMs * 1000
    queue.retry(batch)
  }

  #fail(queue: PartitionQueue, batch: ProducerBatch, failure: Failure): void {
    const outcome = batch.isUnknown ? afterIndefinite(failure) : failure
    queue.failed(batch)
    this.#accumulator.settled(queue, batch)
    batch.fail(outcome)
  }

  /** No producer id is to be had: what holds none, and so was never sent, fails. */
  #failWaiting(failure: Failure): void {
    for (const queue of [...this.#accumulator.active]) {
      for (const batch of [...queue.waiting]) if (!batch.isSequenced) this.#fail(queue, batch, failure)
    }
  }

  #refresh(): void {
    if (this.#isRefreshing || this.#isClosed) return
    this.#isRefreshing = true
    this.#services.refresher.refresh(() => {
      this.#isRefreshing = false
      this.drain()
    })
  }

  #expired(batch: ProducerBatch, last: string): Failure {
    const timeout = `not acknowledged within deliveryTimeoutMs=${this.#settings.deliveryTimeoutMs}`
    return clientFailure(batch.isUnknown ? 'indefinite' : 'definite', 'DELIVERY_TIMED_OUT', `${timeout}: ${last}`)
  }

  #about(queue: PartitionQueue): string {
    return `a batch was produced to ${queue.topic}-${queue.partition}`
  }
}
