/**
 * Every setting of the client, with its meaning, unit and default, in one place. Names are Kafka's, in camel case; a
 * default that differs from Kafka's says so.
 */

import type { Compression } from '../protocol/record-batch.ts'
import { assert } from '../world/assert.ts'
import type { Address } from '../world/network.ts'

export interface ClientOptions {
  /** Where to look for the cluster first; tried in turn, and again when no known broker answers. At least one. */
  readonly bootstrap: readonly Address[]
  /** Named in every request, for logs and quotas. Since 0.1. */
  readonly clientId: string
  /** How long one request may wait for its response, in ms. Default 30000. Since 0.1. */
  readonly requestTimeoutMs?: number
  /** The first wait before a request is tried again, in ms; doubles from there (KIP-580). Default 100. Since 0.1. */
  readonly retryBackoffMs?: number
  /** The longest wait before a request is tried again, in ms. Default 1000. Since 0.1. */
  readonly retryBackoffMaxMs?: number
  /** The first wait before a broker is connected to again, in ms; doubles from there. Default 50. Since 0.1. */
  readonly reconnectBackoffMs?: number
  /** The longest wait before a broker is connected to again, in ms. Default 1000. Since 0.1. */
  readonly reconnectBackoffMaxMs?: number
  /** How long connecting and agreeing on versions may take, in ms. Default 10000. Since 0.1. */
  readonly socketConnectionSetupTimeoutMs?: number
  /** Metadata older than this is asked for again when next used, in ms. Default 300000. Since 0.1. */
  readonly metadataMaxAgeMs?: number
  /** How long a call that is not a produce or a poll is tried, in ms. Default 60000. Since 0.1. */
  readonly defaultApiTimeoutMs?: number
  /** Whether asking about an absent topic creates it. Default false (Kafka: true). Since 0.1. */
  readonly allowAutoCreateTopics?: boolean
}

export interface ProducerOptions {
  /** Who must have the record before it is acknowledged: nobody, the leader, or all in-sync replicas. Default 'all'. */
  readonly acks?: 0 | 1 | 'all'
  /** Whether retries are recognised by the broker (KIP-98). Needs acks 'all'. Default: true exactly with acks 'all'. */
  readonly idempotent?: boolean
  /** How long a batch waits for more records, in ms. Default 5. Since 0.1. */
  readonly lingerMs?: number
  /** A batch is closed at this size, in bytes; a larger record travels alone. Default 16384. Since 0.1. */
  readonly batchBytes?: number
  /** From `send` to a settled outcome at the latest, in ms. Default 120000. Since 0.1. */
  readonly deliveryTimeoutMs?: number
  /**
   * Unanswered requests per broker, and unanswered batches per partition. 1…5 when idempotent. Default 5 when
   * idempotent, else 1 (Kafka: 5), because without idempotence a retry behind a later batch changes the order.
   */
  readonly maxInFlight?: number
  /** Bytes of records that may wait for their outcome; a record beyond it fails at once. Default 33554432. Since 0.1. */
  readonly bufferBytes?: number
  /** The largest record and, but for a single batch, the largest request, in bytes. Default 1048576. Since 0.1. */
  readonly maxRequestBytes?: number
  /** How batches are compressed before they are sent. Default 'none'. Since 0.1. */
  readonly compression?: Compression
  /** The level of compression, as its codec counts them. Default: the codec's own. Since 0.1. */
  readonly compressionLevel?: number
  /** How long a record waits for its topic's partitions to be known, in ms. Default 60000. Since 0.1. */
  readonly maxBlockMs?: number
  /**
   * The sequence number of the first record to each partition, in [0, 2^31): a test sees with it what happens after 2^31
   * records. A broker takes any from a producer that it does not know (KIP-360). Default 0. Since 0.1.
   */
  readonly firstSequence?: number
}

export interface ConsumerOptions {
  /** How long the broker holds a fetch that has less than `fetchMinBytes`, in ms. Default 500. Since 0.1. */
  readonly fetchMaxWaitMs?: number
  /** The broker answers a fetch at once when it has this much, in bytes. Default 1. Since 0.1. */
  readonly fetchMinBytes?: number
  /** The most a fetch asks for, over all partitions, in bytes. Default 52428800. Since 0.1. */
  readonly fetchMaxBytes?: number
  /** The most a fetch asks for of one partition, in bytes; a larger first batch still comes whole. Default 1048576. */
  readonly maxPartitionFetchBytes?: number
  /** The most records one poll returns. Default 500. Since 0.1. */
  readonly maxPollRecords?: number
  /** Whether fetches name only what changed since the last one (KIP-227). Default true. Since 0.1. */
  readonly fetchSessions?: boolean
  /**
   * What to do where the position is not in the log: go to its start, to its end, or report it. Default 'error'
   * (Kafka: latest), because skipping records in silence is for the caller to ask for. Since 0.1.
   */
  readonly autoOffsetReset?: 'earliest' | 'latest' | 'error'
  /** Whether every batch's checksum is verified. Default true. Since 0.1. */
  readonly checkCrcs?: boolean
}

/** Client options with nothing left open. */
export type ClientSettings = Required<ClientOptions>
/** Producer options with nothing left open. */
export type ProducerSettings = Required<Omit<ProducerOptions, 'compressionLevel'>> &
  Pick<ProducerOptions, 'compressionLevel'>
/** Consumer options with nothing left open. */
export type ConsumerSettings = Required<ConsumerOptions>

/** Fills in the defaults. */
export function clientSettings(options: ClientOptions): ClientSettings {
  assert(options.bootstrap.length > 0, 'a client has at least one bootstrap address')
  return {
    requestTimeoutMs: 30_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    reconnectBackoffMs: 50,
    reconnectBackoffMaxMs: 1000,
    socketConnectionSetupTimeoutMs: 10_000,
    metadataMaxAgeMs: 300_000,
    defaultApiTimeoutMs: 60_000,
    allowAutoCreateTopics: false,
    ...options,
  }
}

/** Fills in the defaults, and holds what must go together. */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  const acks = options.acks ?? 'all'
  const idempotent = options.idempotent ?? acks === 'all'
  const settings: ProducerSettings = {
    lingerMs: 5,
    batchBytes: 16_384,
    deliveryTimeoutMs: 120_000,
    maxInFlight: idempotent ? 5 : 1,
    bufferBytes: 33_554_432,
    maxRequestBytes: 1_048_576,
    maxBlockMs: 60_000,
    firstSequence: 0,
    compression: 'none',
    ...options,
    acks,
    idempotent,
  }
  assert(!idempotent || acks === 'all', "an idempotent producer has acks 'all'")
  assert(settings.maxInFlight >= 1, 'at least one request may be in flight')
  assert(!idempotent || settings.maxInFlight <= 5, 'an idempotent producer has at most 5 requests in flight')
  return settings
}

/** Fills in the defaults. */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  return {
    fetchMaxWaitMs: 500,
    fetchMinBytes: 1,
    fetchMaxBytes: 52_428_800,
    maxPartitionFetchBytes: 1_048_576,
    maxPollRecords: 500,
    fetchSessions: true,
    autoOffsetReset: 'error',
    checkCrcs: true,
    ...options,
  }
}
