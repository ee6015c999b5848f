/**
 * What the actors of all workloads can do, each thing recorded in the history: send, assign, poll, look up earliest
 * offsets, delete records, create, delete, configure and list topics.
 *
 * An actor does one thing at a time. After an outcome that nobody knows it goes on as another process of the history.
 * Not here: when and why; see the workloads.
 */

import type { Consumer, PollOutcome, TopicPartition } from '../client/consumer.ts'
import type { ConsumedRecord } from '../client/fetched-records.ts'
import type { Producer } from '../client/producer.ts'
import type { SendOutcome } from '../client/producer-batch.ts'
import type { ChangeOutcome } from '../client/topic-changes.ts'
import type { TimestampType } from '../protocol/record-batch.ts'
import { promised } from '../world/promises.ts'
import type { Token } from './history/history.ts'
import {
  type Acks,
  type EarliestOffset,
  type Key,
  neverAcknowledged,
  type TopicSetting,
  type TopicShape,
} from './history/operation.ts'
import { lostPositionErrors } from './positions-lost.ts'
import { encodeContent, encodeKey, type RecordContent } from './record-content.ts'
import { polledRecord, sentRecord } from './record-times.ts'
import { timestampTypeSetting } from './timestamp-choices.ts'
import type { ActorSession } from './workload.ts'

/** How long a poll waits for records, in milliseconds. */
const pollWaitMs = 500
/** Between two looks at whether an offset was found, in milliseconds. */
const lookUpPauseMs = 20

/** What a consumer reads: which partitions, and from where. */
export interface Reading {
  readonly partitions: readonly TopicPartition[]
  /** `found`: from a position that this process has not read up to, which the history does not tell. */
  readonly from: 'beginning' | { readonly found: { readonly timestampMs: number } }
}

/** Records for one partition, sent one after the other without waiting. */
export interface Burst extends TopicPartition {
  readonly acks: Acks
  readonly idempotent: boolean
  readonly records: readonly RecordContent[]
}

/** See the head of this file. */
export class Actor {
  readonly #session: ActorSession
  #process: number

  constructor(session: ActorSession) {
    this.#session = session
    this.#process = session.process
  }

  /** Resolves at that time of the workload; at once where it has passed. */
  async until(atMs: number): Promise<void> {
    const { world, startUs } = this.#session
    const delayUs = startUs + atMs * 1000 - world.clock.monotonicUs()
    if (delayUs > 0) await this.#waitUs(delayUs)
  }

  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void> {
    return this.#waitUs(ms * 1000)
  }

  /** Now, by the wall clock. */
  nowMs(): number {
    return this.#session.world.clock.wallMs()
  }

  /** Sends the records and waits for all outcomes, which are in the order of the records. */
  async send(producer: Producer, burst: Burst): Promise<readonly SendOutcome[]> {
    const { history } = this.#session
    const { topic, partition, acks, idempotent, records } = burst
    const key = keyOf(burst)
    const value = records.map((record) => ({ key, value: record.value }))
    const token = history.invoke(this.#process, 'send', { value, acks, idempotent })
    const sending = records.map((content) =>
      producer.send({
        topic,
        partition,
        key: encodeKey(content.key),
        value: encodeContent(content),
        timestampMs: content.timestampMs,
      }),
    )
    const outcomes = await Promise.all(sending)
    this.#sent(token, outcomes, records)
    return outcomes
  }

  /** Has the consumer read these partitions and no others. */
  assign(consumer: Consumer, { partitions, from }: Reading): void {
    const { history } = this.#session
    const value = partitions.map(keyOf)
    const fields = from === 'beginning' ? { value, seekTo: from } : { value }
    const token = history.invoke(this.#process, 'assign', fields)
    const point = from === 'beginning' ? 'earliest' : from.found
    consumer.assign(partitions.map(({ topic, partition }) => ({ topic, partition, from: point })))
    history.ok(token)
  }

  /**
   * The next records, if any come in time; where they cannot be had, why. A failed poll moves no position, but for that
   * of a consumer whose position is lost: it is to be assigned anew.
   */
  async poll(consumer: Consumer): Promise<PollOutcome> {
    const { history } = this.#session
    const token = history.invoke(this.#process, 'poll', { value: [] })
    const outcome = await consumer.poll(pollWaitMs)
    if (outcome.kind === 'failed') {
      history.fail(token, outcome.error)
      return outcome
    }
    const value = outcome.records.map((record) => polledRecord(keyOf(record), record))
    history.ok(token, value)
    return outcome
  }

  /** Polls so many times; begins anew, as `reading` says, where the position is lost. All records that came. */
  async pollOn(consumer: Consumer, reading: Reading, polls: number): Promise<readonly ConsumedRecord[]> {
    const records: ConsumedRecord[] = []
    for (let count = 0; count < polls; count++) {
      const polled = await this.poll(consumer)
      if (polled.kind === 'records') records.push(...polled.records)
      else if (lostPositionErrors.has(polled.error)) this.assign(consumer, reading)
    }
    return records
  }

  /**
   * Where the partitions begin now, each asked for on its own; undefined where one of them could not be told. Takes the
   * consumer's assignment away: it is to be assigned anew.
   */
  async earliestOffsets(
    consumer: Consumer,
    partitions: readonly TopicPartition[],
  ): Promise<readonly EarliestOffset[] | undefined> {
    const { history } = this.#session
    const token = history.invoke(this.#process, 'earliest-offsets', { value: [] })
    const earliest: EarliestOffset[] = []
    for (const partition of partitions) {
      const found = await this.#earliestOffset(consumer, partition)
      if (typeof found === 'string') {
        history.fail(token, found)
        return undefined
      }
      earliest.push({ key: keyOf(partition), offset: found })
    }
    history.ok(token, earliest)
    return earliest
  }

  /** Deletes what the partition has below `below`; everything that is shown where it is undefined. */
  async deleteRecords({ topic, partition }: TopicPartition, below: number | undefined): Promise<void> {
    const { history, client } = this.#session
    const asked = below === undefined ? {} : { below }
    const value = { key: keyOf({ topic, partition }), ...asked }
    const token = history.invoke(this.#process, 'delete-records', { value })
    const outcome = await client.deleteRecords({ topic, partition, ...asked })
    if (outcome.kind === 'ok') history.ok(token, { ...value, lowWatermark: outcome.value })
    else if (outcome.certainty === 'definite') history.fail(token, outcome.error)
    else {
      history.info(token, outcome.error)
      this.#process = history.nextProcess(this.#process)
    }
  }

  async createTopic(shape: TopicShape, configs: Readonly<Record<string, string>>): Promise<void> {
    const { history, client } = this.#session
    const token = history.invoke(this.#process, 'create-topic', { value: shape })
    const [outcome] = await client.createTopics([{ name: shape.topic, numPartitions: shape.partitions, configs }])
    if (outcome?.kind === 'created') history.ok(token)
    else if (outcome?.certainty === 'definite') history.fail(token, outcome.error)
    else {
      history.info(token, outcome?.error ?? 'no outcome')
      this.#process = history.nextProcess(this.#process)
    }
  }

  async deleteTopic(topic: string): Promise<void> {
    const { history, client } = this.#session
    const token = history.invoke(this.#process, 'delete-topic', { value: topic })
    const [outcome] = await client.deleteTopics([topic])
    this.#changed(token, outcome)
  }

  async setConfig(value: TopicSetting): Promise<void> {
    const { history, client } = this.#session
    const token = history.invoke(this.#process, 'set-config', { value })
    this.#changed(token, await client.setTopicConfigs(value.topic, { [value.setting]: value.text }))
  }

  /** From then on the topic has timestamps from that clock; where the outcome is unknown, from either. */
  keepTimestamps(topic: string, type: TimestampType): Promise<void> {
    return this.setConfig({ topic, setting: timestampTypeSetting, text: type })
  }

  /** These configurations of the topics; undefined where they could not be told. */
  async describeConfigs(
    topics: readonly string[],
    settings: readonly string[],
  ): Promise<readonly TopicSetting[] | undefined> {
    const { history, client } = this.#session
    const token = history.invoke(this.#process, 'describe-configs', { value: [] })
    const outcome = await client.describeTopicConfigs(topics)
    if (outcome.kind === 'failed') {
      history.fail(token, outcome.error)
      return undefined
    }
    const shown = outcome.value.flatMap(({ name, configs }) =>
      settings.map((setting) => ({ topic: name, setting, text: configs.get(setting) ?? '' })),
    )
    history.ok(token, shown)
    return shown
  }

  /** All topics but internal ones; undefined where the cluster could not be asked. */
  async listTopics(): Promise<readonly TopicShape[] | undefined> {
    const { history, client } = this.#session
    const token = history.invoke(this.#process, 'list-topics', { value: [] })
    const outcome = await client.describeTopics()
    if (outcome.kind === 'failed') {
      history.fail(token, outcome.error)
      return undefined
    }
    const shapes = outcome.value
      .filter(({ isInternal }) => !isInternal)
      .map(({ name, partitions }) => ({ topic: name, partitions: partitions.length }))
    history.ok(token, shapes)
    return shapes
  }

  #changed(token: Token<'delete-topic' | 'set-config'>, outcome: ChangeOutcome | undefined): void {
    const { history } = this.#session
    if (outcome?.kind === 'changed') history.ok(token)
    else if (outcome?.certainty === 'definite') history.fail(token, outcome.error)
    else {
      history.info(token, outcome?.error ?? 'no outcome')
      this.#process = history.nextProcess(this.#process)
    }
  }

  /** Only what all records share is an outcome of the whole; offsets are told of acknowledged records alone. */
  #sent(token: Token<'send'>, outcomes: readonly SendOutcome[], records: readonly RecordContent[]): void {
    const { history } = this.#session
    const failures = outcomes.filter((outcome) => outcome.kind === 'failed')
    const value = token.value.map((send, index) => sentRecord(send, outcomes[index], records[index]))
    const [failure] = failures
    if (failures.length === outcomes.length && failures.every(({ certainty }) => certainty === 'definite')) {
      history.fail(token, failure?.error ?? 'nothing to send')
      return
    }
    if (value.every(({ offset }) => offset !== undefined)) {
      history.ok(token, value)
      return
    }
    // Without a failure and without an offset the broker knows only that it has the batch already.
    const unknown = token.acks === 0 ? neverAcknowledged : 'offset unknown'
    history.info(token, failure?.error ?? unknown, value)
    this.#process = history.nextProcess(this.#process)
  }

  /** The offset, or why there is none. Nothing is fetched: a poll that does not wait begins the look-up alone. */
  async #earliestOffset(consumer: Consumer, { topic, partition }: TopicPartition): Promise<number | string> {
    consumer.assign([{ topic, partition, from: 'earliest' }])
    for (;;) {
      const polled = await consumer.poll(0)
      if (polled.kind === 'failed') return polled.error
      const position = consumer.position(topic, partition)
      // Should records have come all the same, the position lies behind them.
      if (position !== undefined) return polled.records[0]?.offset ?? position
      await this.pause(lookUpPauseMs)
    }
  }

  #waitUs(delayUs: number): Promise<void> {
    const { promises, clock } = this.#session.world
    return promised(promises, (done) => {
      clock.setTimer(delayUs, () => done(undefined, undefined))
    })
  }
}

/** The name of the partition in histories. */
export function keyOf({ topic, partition }: TopicPartition): Key {
  return `${topic}-${partition}`
}
