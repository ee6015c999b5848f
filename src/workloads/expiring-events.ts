/**
 * The workload *expiring events*: topics whose retention deletes within seconds what many producers write, consumers that
 * keep up, and consumers that come back to find their position deleted.
 *
 * Operations: `send-…` (`count` records at once to one partition; the style is in the name), `tail` and `lag` (`count`
 * polls of all of a topic, from its beginning on; a laggard gets few records at a time), `survey` (looks up where the
 * partitions of a topic begin, then reads them from there, `count` polls), `go-back` (seeks to a time in the last
 * seconds in one partition, `count` polls), `delete` (looks up where a partition begins and deletes `count` records from
 * there on), `delete-all` (deletes whatever consumers of a partition are shown), and those of
 * `timestamp-choices.ts`. Oracle: `earliest-offsets.ts`.
 */

import type { Consumer } from '../client/consumer.ts'
import type { ConsumerOptions } from '../client/options.ts'
import type { Producer } from '../client/producer.ts'
import { type Style, sendStyles } from './activity-plan.ts'
import { Actor, type Reading } from './actor.ts'
import { wrongEarliestOffsets } from './earliest-offsets.ts'
import { planExpiring } from './expiring-plan.ts'
import { readWhatIsLeft } from './read-all.ts'
import { mix, recordValue } from './record-content.ts'
import { timestampChanges } from './timestamp-choices.ts'
import { batchBytes, partitionsOf } from './topic-choices.ts'
import type { ActorSession, PlannedOperation, Workload } from './workload.ts'
import { UnknownOperationKind } from './workload-errors.ts'

const name = 'expiring-events'

/** The longest way back in time, in milliseconds. */
const goBackMsMax = 4000

export const expiringEvents: Workload = {
  name,
  summary: 'Topics that forget within seconds; what is above their earliest offsets must be whole.',
  keepsEverything: false,
  writesRecords: true,
  generate: planExpiring,
  act: async (session, operations) => {
    const expiring = new Expiring(session)
    for (const operation of operations) await expiring.perform(operation)
    expiring.close()
  },
  readAll: readWhatIsLeft,
  judge: wrongEarliestOffsets,
}

/** What consumers of each trade ask for. Whoever lags has little in hand, so that deletion overtakes it. */
const trades: ReadonlyMap<string, ConsumerOptions> = new Map([
  ['tail', { maxPollRecords: 100, autoOffsetReset: 'earliest' }],
  ['lag', { maxPollRecords: 2, maxPartitionFetchBytes: 100, fetchMaxBytes: 100, autoOffsetReset: 'earliest' }],
  ['survey', { maxPollRecords: 20, autoOffsetReset: 'earliest' }],
  ['go-back', { maxPollRecords: 20, autoOffsetReset: 'earliest' }],
  ['delete', {}],
  ['delete-all', {}],
])

/** One actor at work. Its producer and its consumers live until it has done everything. */
class Expiring {
  readonly #session: ActorSession
  readonly #actor: Actor
  #producer: Producer | undefined
  #consumer: Consumer | undefined
  /** What the consumer reads, if it goes on with that. */
  #followed: string | undefined

  constructor(session: ActorSession) {
    this.#session = session
    this.#actor = new Actor(session)
  }

  async perform(operation: PlannedOperation): Promise<void> {
    const { kind, atMs } = operation
    const style = sendStyles.get(kind)
    const options = trades.get(kind)
    const timestamps = timestampChanges.get(kind)
    if (style === undefined && options === undefined && timestamps === undefined)
      throw new UnknownOperationKind(name, kind)
    await this.#actor.until(atMs)
    if (style !== undefined) return this.#send(operation, style)
    if (timestamps !== undefined) return this.#actor.keepTimestamps(operation.topic, timestamps)
    this.#consumer ??= this.#session.client.consumer(options ?? {})
    if (kind === 'survey') await this.#survey(this.#consumer, operation)
    else if (kind === 'go-back') await this.#goBack(this.#consumer, operation)
    else if (kind === 'delete') await this.#delete(this.#consumer, operation)
    else if (kind === 'delete-all') await this.#actor.deleteRecords(operation, undefined)
    else await this.#follow(this.#consumer, operation)
  }

  close(): void {
    this.#producer?.close()
    this.#consumer?.close()
  }

  async #send(operation: PlannedOperation, style: Style): Promise<void> {
    const { id, actor, topic, partition, count, compression = 'none' } = operation
    const { client, producerOptions } = this.#session
    const bounds = { batchBytes, deliveryTimeoutMs: 30_000, maxBlockMs: 10_000 }
    this.#producer ??= client.producer({ ...style, ...bounds, ...producerOptions, compression })
    const timestampMs = this.#actor.nowMs()
    const records = Array.from({ length: count }, (_, index) => ({
      ...{ value: recordValue(id, index), timestampMs, key: `${actor}/event-${index}` },
    }))
    await this.#actor.send(this.#producer, { topic, partition, ...style, records })
  }

  async #follow(consumer: Consumer, { topic, count }: PlannedOperation): Promise<void> {
    const reading = this.#wholeTopic(topic)
    if (this.#followed !== topic) this.#actor.assign(consumer, reading)
    this.#followed = topic
    await this.#actor.pollOn(consumer, reading, count)
  }

  async #survey(consumer: Consumer, { topic, count }: PlannedOperation): Promise<void> {
    const reading = this.#wholeTopic(topic)
    if ((await this.#actor.earliestOffsets(consumer, reading.partitions)) === undefined) return
    this.#actor.assign(consumer, reading)
    await this.#actor.pollOn(consumer, reading, count)
  }

  async #goBack(consumer: Consumer, { id, topic, partition, count }: PlannedOperation): Promise<void> {
    const timestampMs = this.#actor.nowMs() - (mix(id) % goBackMsMax)
    const reading: Reading = { partitions: [{ topic, partition }], from: { found: { timestampMs } } }
    // What was read before is let go of, so that the place that is found counts as a new one.
    this.#actor.assign(consumer, { ...reading, partitions: [] })
    this.#actor.assign(consumer, reading)
    await this.#actor.pollOn(consumer, reading, count)
  }

  /** Where fewer records are there it is refused. */
  async #delete(consumer: Consumer, operation: PlannedOperation): Promise<void> {
    const earliest = await this.#actor.earliestOffsets(consumer, [operation])
    if (earliest !== undefined) await this.#actor.deleteRecords(operation, earliest[0]!.offset + operation.count)
  }

  #wholeTopic(topic: string): Reading {
    return {
      partitions: partitionsOf(this.#session.topics.filter((planned) => planned.name === topic)),
      from: 'beginning',
    }
  }
}
