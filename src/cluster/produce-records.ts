/** Records as tests write them, with text for bytes, and their way into a topic. */

import type { Client } from '../client/client.ts'
import { ClusterError } from './cluster-error.ts'

/** Text is written as UTF-8. */
export type Content = string | Uint8Array | null

/** A record to append. */
export interface NewRecord {
  /** Default null. */
  readonly key?: Content
  /** Default null, a tombstone. */
  readonly value?: Content
  readonly headers?: Readonly<Record<string, Content>>
  /** Default: by the key, as Kafka's own clients choose. */
  readonly partition?: number
  /** Milliseconds since the Unix epoch. Default: the cluster's time. */
  readonly timestampMs?: number
}

/** Resolves when all are acknowledged; those of one partition lie in their order. @throws {ClusterError} */
export async function produceRecords(client: Client, topic: string, records: readonly NewRecord[]): Promise<void> {
  const producer = client.producer({ lingerMs: 0, deliveryTimeoutMs: 10_000 })
  try {
    const outcomes = await Promise.all(
      records.map(({ key = null, value = null, headers = {}, partition, timestampMs }) =>
        producer.send({
          ...{ topic, key: bytesOf(key), value: bytesOf(value) },
          headers: Object.entries(headers).map(([name, content]) => ({ key: name, value: bytesOf(content) })),
          ...(partition === undefined ? {} : { partition }),
          ...(timestampMs === undefined ? {} : { timestampMs }),
        }),
      ),
    )
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') throw new ClusterError(`a record was not appended to ${topic}: ${outcome.message}`)
    }
  } finally {
    producer.close()
  }
}

function bytesOf(content: Content): Uint8Array | null {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}
