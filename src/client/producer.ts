/**
 * The producer that people program against: `send` gives a promise of how the record's journey ended.
 *
 * A record goes to its topic's partition as soon as the topic's partitions are known, in the order of the sends, and then
 * into a batch. Everything about batches and retries is in `sender.ts`. Every outcome is a value; no promise is rejected.
 */

import type { RecordHeader } from '../protocol/records.ts'
import { promised } from '../world/promises.ts'
import { Accumulator, type Incoming } from './accumulator.ts'
import { type ProducerOptions, type ProducerSettings, producerSettings } from './options.ts'
import { clientFailure } from './outcomes.ts'
import { partitionOfKey, StickyPartitions } from './partitioner.ts'
import { recordSizeBound, type SendOutcome, type Settle } from './producer-batch.ts'
import { Sender } from './sender.ts'
import type { Services } from './services.ts'
import { type Target, TopicArrivals } from './topic-arrivals.ts'

/** A record to send. */
export interface ProducerRecord {
  readonly topic: string
  /** Default: by the key, or where there is none the partition that the topic presently sticks to. */
  readonly partition?: number
  readonly key?: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly RecordHeader[]
  /** Milliseconds since the Unix epoch. Default: now, by the wall clock. */
  readonly timestampMs?: number
}

/** See the head of this file. */
export class Producer {
  readonly #services: Services
  readonly #settings: ProducerSettings
  readonly #accumulator: Accumulator
  readonly #sender: Sender
  readonly #sticky: StickyPartitions
  readonly #arrivals: TopicArrivals
  #isClosed = false

  constructor(services: Services, options: ProducerOptions) {
    this.#services = services
    this.#settings = producerSettings(options)
    this.#accumulator = new Accumulator(this.#settings)
    this.#sticky = new StickyPartitions(services.world.random)
    this.#sender = new Sender(services, this.#settings, this.#accumulator, (topic, partition) =>
      this.#sticky.release(topic, partition),
    )
    this.#arrivals = new TopicArrivals(services, this.#settings, this.#accumulator, (target, incoming) =>
      this.#place(target, incoming),
    )
  }

  /**
   * Sends a record; the value, key and headers belong to the producer until the outcome. Records of one partition are
   * appended in the order of the sends (with `maxInFlight` 1, or idempotence). At once a definite failure:
   * `MESSAGE_TOO_LARGE` beyond `maxRequestBytes`, `BUFFER_EXHAUSTED` beyond `bufferBytes`.
   */
  send(record: ProducerRecord): Promise<SendOutcome> {
    return promised(this.#services.world.promises, (done) =>
      this.#accept(record, (outcome) => done(undefined, outcome)),
    )
  }

  /** Sends without waiting for company, until everything sent before this call is settled. */
  flush(): Promise<void> {
    return promised(this.#services.world.promises, (done) => {
      this.#accumulator.flush(() => done(undefined, undefined))
      this.#sender.drain()
    })
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Fails everything unsettled, at once, as `CLOSED`: indefinitely what may have been appended. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sender.close()
    this.#arrivals.close()
    this.#services.connections.close()
  }

  #accept(record: ProducerRecord, settle: Settle): void {
    const { topic, key = null, value, headers } = record
    const timestamp = record.timestampMs ?? this.#services.world.clock.wallMs()
    const input = headers === undefined ? { timestamp, key, value } : { timestamp, key, value, headers }
    const size = recordSizeBound(input)
    if (this.#isClosed) settle(clientFailure('definite', 'CLOSED', 'the producer is closed'))
    else if (size > this.#settings.maxRequestBytes) {
      const detail = `${size} bytes are more than maxRequestBytes=${this.#settings.maxRequestBytes}`
      settle(clientFailure('definite', 'MESSAGE_TOO_LARGE', `a record for ${topic} was not sent: ${detail}`))
    } else if (!this.#accumulator.reserve(size)) {
      const detail = `bufferBytes=${this.#settings.bufferBytes} are taken by records that are not settled yet`
      settle(clientFailure('definite', 'BUFFER_EXHAUSTED', `a record for ${topic} was not sent: ${detail}`))
    } else {
      const incoming: Incoming = { record: input, size, era: this.#accumulator.eras.current, settle }
      this.#arrivals.arrive({ topic, partition: record.partition }, incoming)
    }
  }

  /** The topic's partitions are known: puts the record into a batch, and sees to it that it leaves in time. */
  #place({ topic, partition }: Target, incoming: Incoming): void {
    const chosen = partition ?? this.#choose(topic, incoming.record.key)
    const nowUs = this.#services.world.clock.monotonicUs()
    const added = this.#accumulator.add(topic, chosen, incoming, nowUs)
    if (added === 'to-open') return
    if (added === 'closed-and-began') this.#sender.drain()
    // A flush that began while the record waited for its topic asks for it to leave at once.
    const isFlushed = incoming.era < this.#accumulator.eras.current
    this.#sender.wakeAt(isFlushed ? nowUs : nowUs + this.#settings.lingerMs * 1000)
  }

  #choose(topic: string, key: Uint8Array | null): number {
    const { metadata } = this.#services
    const { partitions } = metadata.topic(topic)!
    if (key !== null) return partitionOfKey(key, partitions.length)
    return this.#sticky.choose(topic, partitions)
  }
}
