/**
 * Records whose topic's partitions are not known yet: they wait here, in order, at most `maxBlockMs`.
 *
 * As soon as the partitions are known, all records of the topic go on in the order in which they came, and later ones pass
 * through. Records that wait are bounded by the producer's `bufferBytes`. What fails here was never sent, so definitely.
 */

import { errorCode } from '../protocol/errors.ts'
import type { Timer } from '../world/clock.ts'
import type { Accumulator, Incoming } from './accumulator.ts'
import type { ProducerSettings } from './options.ts'
import { clientFailure, type Failure, failureOfCode } from './outcomes.ts'
import type { Services } from './services.ts'

/** Where a record is to go; the partition is undefined where the producer is to choose. */
export interface Target {
  readonly topic: string
  readonly partition: number | undefined
}

interface Arrival {
  readonly target: Target
  readonly incoming: Incoming
  readonly deadlineUs: number
}

/** Errors about a topic that asking again does not cure. */
const finalErrors: ReadonlySet<number> = new Set([
  errorCode.INVALID_TOPIC_EXCEPTION,
  errorCode.TOPIC_AUTHORIZATION_FAILED,
  errorCode.CLUSTER_AUTHORIZATION_FAILED,
])

/** See the head of this file. */
export class TopicArrivals {
  readonly #services: Services
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #place: (target: Target, incoming: Incoming) => void
  /** Topics with at least one record that waits. */
  readonly #waiting = new Map<string, Arrival[]>()
  #timer: Timer | undefined
  #isRefreshing = false

  /** `place` gets each record whose partitions are known; one that names a partition names one that is there. */
  constructor(
    services: Services,
    settings: ProducerSettings,
    accumulator: Accumulator,
    place: (target: Target, incoming: Incoming) => void,
  ) {
    this.#services = services
    this.#settings = settings
    this.#accumulator = accumulator
    this.#place = place
  }

  /** A record comes in; room for it is reserved. */
  arrive(target: Target, incoming: Incoming): void {
    const { metadata, world } = this.#services
    const waiting = this.#waiting.get(target.topic)
    if (waiting === undefined && this.#partitionCount(target.topic) > 0) {
      this.#goOn(target, incoming)
      return
    }
    this.#accumulator.eras.begin(incoming.era)
    const deadlineUs = world.clock.monotonicUs() + this.#settings.maxBlockMs * 1000
    const arrival: Arrival = { target, incoming, deadlineUs }
    if (waiting !== undefined) waiting.push(arrival)
    else this.#waiting.set(target.topic, [arrival])
    metadata.want(target.topic)
    this.#refresh()
    this.#timer ??= world.clock.setTimer(this.#settings.maxBlockMs * 1000, () => this.#expire())
  }

  /** Fails all that wait. */
  close(): void {
    this.#timer?.cancel()
    for (const topic of [...this.#waiting.keys()]) {
      this.#failTopic(topic, clientFailure('definite', 'CLOSED', 'the producer was closed before its topic was known'))
    }
  }

  #refresh(): void {
    if (this.#isRefreshing) return
    this.#isRefreshing = true
    this.#services.refresher.refresh(() => {
      this.#isRefreshing = false
      for (const topic of [...this.#waiting.keys()]) this.#review(topic)
      if (this.#waiting.size > 0 && !this.#services.isClosed()) this.#refresh()
    })
  }

  /** Lets the topic's records go on if its partitions are known now, or fails them if they never will be. */
  #review(topic: string): void {
    const code = this.#services.metadata.topic(topic)?.errorCode ?? errorCode.NONE
    if (this.#partitionCount(topic) > 0) {
      const arrivals = this.#waiting.get(topic)!
      this.#waiting.delete(topic)
      for (const { target, incoming } of arrivals) {
        this.#goOn(target, incoming)
        this.#accumulator.eras.end(incoming.era)
      }
    } else if (finalErrors.has(code)) {
      this.#failTopic(topic, failureOfCode(code, `metadata of ${topic} was asked for`, null))
    }
  }

  #goOn(target: Target, incoming: Incoming): void {
    const { topic, partition } = target
    const count = this.#partitionCount(topic)
    if (partition === undefined || (partition >= 0 && partition < count)) this.#place(target, incoming)
    else {
      const message = `a record was not sent: ${topic} has partitions 0 to ${count - 1}, not ${partition}`
      this.#accumulator.release(incoming.size)
      incoming.settle(clientFailure('definite', 'INVALID_PARTITION', message))
    }
  }

  /** Fails what has waited too long, and comes back for what has not. */
  #expire(): void {
    const { clock } = this.#services.world
    const nowUs = clock.monotonicUs()
    let nextUs = Number.MAX_SAFE_INTEGER
    for (const [topic, arrivals] of [...this.#waiting]) {
      const kept = arrivals.findIndex(({ deadlineUs }) => deadlineUs > nowUs)
      const failure = this.#timedOut(topic)
      for (const arrival of arrivals.splice(0, kept < 0 ? arrivals.length : kept)) this.#fail(arrival, failure)
      if (arrivals.length === 0) this.#waiting.delete(topic)
      else nextUs = Math.min(nextUs, arrivals[0]!.deadlineUs)
    }
    this.#timer = this.#waiting.size === 0 ? undefined : clock.setTimer(nextUs - nowUs, () => this.#expire())
  }

  #timedOut(topic: string): Failure {
    const { maxBlockMs } = this.#settings
    const message = `the partitions of ${topic} were not known within maxBlockMs=${maxBlockMs}: does the topic exist?`
    return clientFailure('definite', 'METADATA_TIMED_OUT', message)
  }

  #failTopic(topic: string, failure: Failure): void {
    const arrivals = this.#waiting.get(topic)!
    this.#waiting.delete(topic)
    for (const arrival of arrivals) this.#fail(arrival, failure)
  }

  #fail({ incoming }: Arrival, failure: Failure): void {
    this.#accumulator.release(incoming.size)
    this.#accumulator.eras.end(incoming.era)
    incoming.settle({ ...failure, certainty: 'definite' })
  }

  #partitionCount(topic: string): number {
    return this.#services.metadata.topic(topic)?.partitions.length ?? 0
  }
}
