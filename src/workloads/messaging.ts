/**
 * The workload *messaging*: streams of messages whose order matters, one writer for each partition, and consumers that
 * follow them while they are written. What certainly failed is sent again by the application, as a new record.
 *
 * Operations: `send` (`count` messages to one partition), `tail` (`count` polls of all of a topic, from its beginning on),
 * `look-up` (reads a partition from its beginning, `count` polls, then finds the last record's place again by its time),
 * and those of `timestamp-choices.ts`.
 * Oracle: `message-order.ts`, `look-ups.ts`, `positions-lost.ts`.
 */

import type { Consumer } from '../client/consumer.ts'
import type { Producer } from '../client/producer.ts'
import { Actor, type Reading } from './actor.ts'
import { wrongLookUps } from './look-ups.ts'
import { messageOrder } from './message-order.ts'
import { planMessaging } from './messaging-plan.ts'
import { positionsLost } from './positions-lost.ts'
import { readAll } from './read-all.ts'
import { recordValue } from './record-content.ts'
import { timestampChanges } from './timestamp-choices.ts'
import { batchBytes, partitionsOf } from './topic-choices.ts'
import type { ActorSession, PlannedOperation, Workload } from './workload.ts'
import { UnknownOperationKind } from './workload-errors.ts'

const name = 'messaging'

/** How often a message is sent, at most, and the first pause between two times, in milliseconds; it doubles. */
const attemptsMax = 5
const firstPauseMs = 200
/** Polls in which the place that was looked up must show itself. */
const lookUpPolls = 3

export const messaging: Workload = {
  name,
  summary: 'Streams of messages in order, followed while they are written; nobody may see a gap or a swap.',
  keepsEverything: true,
  writesRecords: true,
  generate: planMessaging,
  act: async (session, operations) => {
    const messenger = new Messenger(session)
    for (const operation of operations) await messenger.perform(operation)
    messenger.close()
  },
  readAll,
  judge: (operations, excuses) => [
    ...messageOrder(operations, excuses),
    ...wrongLookUps(operations, excuses),
    ...positionsLost(operations, excuses),
  ],
}

/** One actor at work. Its producer and its consumer live until it has done everything. */
class Messenger {
  readonly #session: ActorSession
  readonly #actor: Actor
  #producer: Producer | undefined
  #consumer: Consumer | undefined
  /** The topic that a tailer follows. */
  #tailed: string | undefined

  constructor(session: ActorSession) {
    this.#session = session
    this.#actor = new Actor(session)
  }

  async perform(operation: PlannedOperation): Promise<void> {
    await this.#actor.until(operation.atMs)
    if (operation.kind === 'send') await this.#send(operation)
    else if (operation.kind === 'tail') await this.#tail(operation)
    else if (operation.kind === 'look-up') await this.#lookUp(operation)
    else {
      const type = timestampChanges.get(operation.kind)
      if (type === undefined) throw new UnknownOperationKind(name, operation.kind)
      await this.#actor.keepTimestamps(operation.topic, type)
    }
  }

  close(): void {
    this.#producer?.close()
    this.#consumer?.close()
  }

  /** As long as anything is in doubt nothing is sent again: a second copy would be no retry but another message. */
  async #send({ id, actor, topic, partition, count, compression = 'none' }: PlannedOperation): Promise<void> {
    const bounds = { batchBytes, deliveryTimeoutMs: 30_000, maxBlockMs: 10_000 }
    this.#producer ??= this.#session.client.producer({ ...bounds, ...this.#session.producerOptions, compression })
    let indexes: readonly number[] = Array.from({ length: count }, (_, index) => index)
    for (let attempt = 0; attempt < attemptsMax && indexes.length > 0; attempt++) {
      if (attempt > 0) await this.#actor.pause(firstPauseMs << (attempt - 1))
      const timestampMs = this.#actor.nowMs()
      const records = indexes.map((index) => ({
        ...{ value: recordValue(id, index, { attempt, timestampMs }), timestampMs, key: `${actor}/message-${id}` },
      }))
      const burst = { topic, partition, acks: 'all', idempotent: true, records } as const
      const outcomes = await this.#actor.send(this.#producer, burst)
      if (outcomes.some((outcome) => outcome.kind === 'failed' && outcome.certainty === 'indefinite')) return
      indexes = indexes.filter((_, position) => outcomes[position]?.kind === 'failed')
    }
  }

  async #tail({ topic, count }: PlannedOperation): Promise<void> {
    const partitions = partitionsOf(this.#session.topics.filter((planned) => planned.name === topic))
    const reading: Reading = { partitions, from: 'beginning' }
    this.#consumer ??= this.#session.client.consumer({ maxPollRecords: 50 })
    if (this.#tailed !== topic) this.#actor.assign(this.#consumer, reading)
    this.#tailed = topic
    await this.#actor.pollOn(this.#consumer, reading, count)
  }

  async #lookUp({ topic, partition, count }: PlannedOperation): Promise<void> {
    this.#consumer ??= this.#session.client.consumer({ maxPollRecords: 10 })
    const partitions = [{ topic, partition }]
    const reading: Reading = { partitions, from: 'beginning' }
    this.#actor.assign(this.#consumer, reading)
    const known = (await this.#actor.pollOn(this.#consumer, reading, count)).at(-1)
    if (known === undefined) return
    const found: Reading = { partitions, from: { found: { timestampMs: known.timestampMs } } }
    this.#actor.assign(this.#consumer, { partitions: [], from: found.from })
    this.#actor.assign(this.#consumer, found)
    for (let polls = 0; polls < lookUpPolls; polls++) {
      const polled = await this.#actor.poll(this.#consumer)
      if (polled.kind === 'failed' || polled.records.length > 0) return
    }
  }
}
