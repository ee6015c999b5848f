/**
 * The workload *activity tracking*: many producers report what users do, in bursts and with every kind of
 * acknowledgement; a reader that comes late counts it; topics are added while all this goes on.
 *
 * Operations: `send-…` (`count` records at once to one partition; the style is in the name), `replay` and `read-on` (the
 * reader assigns everything planned from the beginning, or goes on, and polls `count` times), `create-topic` (with `count`
 * partitions), `list-topics`, and those of `timestamp-choices.ts`. Oracle: `activity-count.ts`, `positions-lost.ts`.
 */

import type { Consumer } from '../client/consumer.ts'
import type { Producer } from '../client/producer.ts'
import { miscounted, userOf } from './activity-count.ts'
import { planActivity, type Style, sendStyles, settingsOfCreated } from './activity-plan.ts'
import { Actor, type Reading } from './actor.ts'
import { positionsLost } from './positions-lost.ts'
import { readAll } from './read-all.ts'
import { recordValue } from './record-content.ts'
import { timestampChanges } from './timestamp-choices.ts'
import { batchBytes, partitionsOf } from './topic-choices.ts'
import type { ActorSession, PlannedOperation, Workload } from './workload.ts'
import { UnknownOperationKind } from './workload-errors.ts'

const name = 'activity-tracking'

export const activityTracking: Workload = {
  name,
  summary: 'Many producers report what users do, with every kind of acknowledgement; each event must be counted once.',
  keepsEverything: true,
  writesRecords: true,
  generate: planActivity,
  act: async (session, operations) => {
    const tracking = new Tracking(session)
    for (const operation of operations) await tracking.perform(operation)
    tracking.close()
  },
  readAll,
  judge: (operations, excuses) => [...miscounted(operations, excuses), ...positionsLost(operations, excuses)],
}

/** One actor at work. Its producer of each style and its consumer live until it has done everything. */
class Tracking {
  readonly #session: ActorSession
  readonly #actor: Actor
  readonly #producers = new Map<string, Producer>()
  readonly #reading: Reading
  #consumer: Consumer | undefined

  constructor(session: ActorSession) {
    this.#session = session
    this.#actor = new Actor(session)
    this.#reading = { partitions: partitionsOf(session.topics), from: 'beginning' }
  }

  async perform(operation: PlannedOperation): Promise<void> {
    const { atMs, kind, topic, count } = operation
    const style = sendStyles.get(kind)
    await this.#actor.until(atMs)
    if (style !== undefined) await this.#report(operation, style)
    else if (kind === 'replay' || kind === 'read-on') await this.#read(kind === 'replay', count)
    else if (kind === 'create-topic') {
      await this.#actor.createTopic({ topic, partitions: count }, settingsOfCreated(topic))
    } else if (kind === 'list-topics') await this.#actor.listTopics()
    else if (timestampChanges.has(kind)) await this.#actor.keepTimestamps(topic, timestampChanges.get(kind)!)
    else throw new UnknownOperationKind(name, kind)
  }

  close(): void {
    for (const producer of this.#producers.values()) producer.close()
    this.#consumer?.close()
  }

  async #report(operation: PlannedOperation, style: Style): Promise<void> {
    const { id, kind, actor, topic, partition, count, compression = 'none' } = operation
    let producer = this.#producers.get(kind)
    if (producer === undefined) {
      const bounds = { batchBytes, deliveryTimeoutMs: 30_000, maxBlockMs: 10_000 }
      producer = this.#session.client.producer({
        ...style,
        ...bounds,
        ...this.#session.producerOptions,
        compression,
      })
      this.#producers.set(kind, producer)
    }
    const timestampMs = this.#actor.nowMs()
    const records = Array.from({ length: count }, (_, index) => ({
      ...{ value: recordValue(id, index), timestampMs, key: `${actor}/${userOf(id, index)}` },
    }))
    await this.#actor.send(producer, { topic, partition, ...style, records })
  }

  async #read(isReplay: boolean, polls: number): Promise<void> {
    const isNew = this.#consumer === undefined
    this.#consumer ??= this.#session.client.consumer({ maxPollRecords: 100 })
    if (isNew || isReplay) this.#actor.assign(this.#consumer, this.#reading)
    await this.#actor.pollOn(this.#consumer, this.#reading, polls)
  }
}
