/**
 * Clients of other people from npm, which lie in `test/compatibility/clients/node_modules` once `npm ci` was run there, and
 * of which only what is used here is declared. Tests install nothing: what is not there is undefined, and is skipped.
 */

import { createRequire } from 'node:module'

/** How what is missing gets there. */
export const INSTALL = 'npm ci in test/compatibility/clients'

const require = createRequire(new URL('./clients/package.json', import.meta.url))

type Bytes = Buffer | null
type Configs = Readonly<Record<string, unknown>>

/** kafkajs 2.2. */
export interface KafkaJs {
  readonly Kafka: new (
    config: Configs,
  ) => { producer(config?: Configs): KafkaJsProducer; admin(config?: Configs): KafkaJsAdmin }
  readonly CompressionTypes: Readonly<Record<'None' | 'GZIP' | 'Snappy' | 'LZ4' | 'ZSTD', number>>
  /** By the numbers of `CompressionTypes`. */
  readonly CompressionCodecs: Record<number, () => KafkaJsCodec>
}

export interface KafkaJsCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

export interface KafkaJsMessage {
  readonly key?: Bytes
  readonly value: Bytes
  readonly partition?: number
  readonly headers?: Readonly<Record<string, Buffer>>
  readonly timestamp?: string
}

export interface KafkaJsProducer {
  connect(): Promise<void>
  send(batch: {
    readonly topic: string
    readonly acks?: number
    readonly compression?: number
    readonly messages: readonly KafkaJsMessage[]
  }): Promise<readonly { readonly partition: number; readonly baseOffset?: string }[]>
  disconnect(): Promise<void>
}

export interface KafkaJsAdmin {
  connect(): Promise<void>
  createTopics(request: { readonly topics: readonly Configs[] }): Promise<boolean>
  createPartitions(request: { readonly topicPartitions: readonly Configs[] }): Promise<void>
  deleteTopics(request: { readonly topics: readonly string[] }): Promise<void>
  listTopics(): Promise<string[]>
  fetchTopicMetadata(request: {
    readonly topics: readonly string[]
  }): Promise<{ readonly topics: readonly { readonly partitions: readonly unknown[] }[] }>
  fetchTopicOffsets(topic: string): Promise<readonly Configs[]>
  fetchTopicOffsetsByTimestamp(topic: string, timestampMs: number): Promise<readonly Configs[]>
  describeConfigs(request: {
    readonly includeSynonyms: boolean
    readonly resources: readonly Configs[]
  }): Promise<{ readonly resources: readonly { readonly configEntries: readonly Configs[] }[] }>
  alterConfigs(request: { readonly validateOnly: boolean; readonly resources: readonly Configs[] }): Promise<unknown>
  describeCluster(): Promise<{ readonly brokers: readonly Configs[]; readonly clusterId: string }>
  listGroups(): Promise<unknown>
  disconnect(): Promise<void>
}

/** node-rdkafka 3.6: librdkafka. */
export interface RdKafka {
  readonly librdkafkaVersion: string
  readonly features: readonly string[]
  readonly Producer: new (global: Configs, topic?: Configs) => RdProducer
  readonly KafkaConsumer: new (global: Configs, topic?: Configs) => RdConsumer
  readonly AdminClient: { create(config: Configs): RdAdmin }
}

type Done<T = unknown> = (error: Error | null | undefined, value: T) => void

interface RdClient {
  connect(options?: Configs, done?: Done): this
  disconnect(done?: Done): this
  on(event: 'event.error', listener: (error: Error & { readonly isFatal?: boolean }) => void): this
  once(event: 'ready', listener: () => void): this
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeoutMs: number,
    done: Done<{ readonly lowOffset: number; readonly highOffset: number }>,
  ): void
}

export interface RdProducer extends RdClient {
  produce(
    topic: string,
    partition: number | null,
    value: Bytes,
    key?: Bytes,
    timestamp?: number | null,
    opaque?: unknown,
    headers?: readonly Readonly<Record<string, string>>[],
  ): unknown
  setPollInterval(ms: number): this
  flush(timeoutMs: number, done: Done): this
  on(event: 'event.error', listener: (error: Error & { readonly isFatal?: boolean }) => void): this
  on(event: 'delivery-report', listener: (error: Error | null, report: RdReport) => void): this
}

export interface RdReport {
  readonly partition: number
  readonly offset: number
  readonly opaque: unknown
}

export interface RdRecord {
  readonly partition: number
  readonly offset: number
  readonly key: Bytes
  readonly value: Bytes
  readonly timestamp: number
  readonly headers?: readonly Readonly<Record<string, Buffer>>[]
}

interface RdPlace {
  readonly topic: string
  readonly partition: number
  readonly offset?: number | string
}

export interface RdConsumer extends RdClient {
  assign(places: readonly RdPlace[]): this
  consume(count: number, done: Done<readonly RdRecord[]>): void
  setDefaultConsumeTimeout(ms: number): void
  offsetsForTimes(places: readonly RdPlace[], timeoutMs: number, done: Done<readonly Required<RdPlace>[]>): void
}

export interface RdAdmin {
  createTopic(topic: Configs, timeoutMs: number, done: Done): void
  createPartitions(topic: string, total: number, timeoutMs: number, done: Done): void
  deleteTopic(topic: string, timeoutMs: number, done: Done): void
  disconnect(): void
}

export const kafkaJs = required<KafkaJs>('kafkajs')
/** Also undefined where it could not be compiled. */
export const rdKafka = required<RdKafka>('node-rdkafka')

function required<T>(name: string): T | undefined {
  try {
    return require(name) as T
  } catch {
    return undefined
  }
}

/** A promise of what a callback of a client says. */
export function told<T>(ask: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error === null || error === undefined ? resolve(value) : reject(error)))
  })
}
