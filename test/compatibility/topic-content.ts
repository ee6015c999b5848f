/** What lies in a topic, by our own client; and which codecs its batches are compressed with, by its files. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../src/client/client.ts'
import { batchBytes, batchCompression } from '../../src/protocol/record-batch.ts'

/** A record as text, with what may be null so. */
export interface Content {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
  readonly timestampMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** Every record, partition after partition. @throws where one cannot be read. */
export async function contentOf(client: Client, topic: string, partitions = 1): Promise<Content[]> {
  const consumer = client.consumer()
  try {
    const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
    const ends = await consumer.endOffsets(places)
    if (ends.kind === 'failed') throw new Error(ends.message)
    const total = ends.value.reduce((sum, { offset }) => sum + offset, 0)
    consumer.assign(places.map((place) => ({ ...place, from: 'earliest' as const })))
    const found: Content[] = []
    while (found.length < total) {
      const outcome = await consumer.poll(5000)
      if (outcome.kind === 'failed') throw new Error(outcome.message)
      if (outcome.records.length === 0) throw new Error(`${found.length} of ${total} records can be read`)
      for (const { partition, offset, key, value, timestampMs, headers } of outcome.records) {
        const named = Object.fromEntries(headers.map((header) => [header.key, text(header.value) ?? 'null']))
        found.push({ partition, offset, key: text(key), value: text(value), timestampMs, headers: named })
      }
    }
    return found.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  } finally {
    consumer.close()
  }
}

/** The codecs of the batches in a partition's files. */
export function codecsOf(directory: string, topic: string, partition = 0): string[] {
  const folder = join(directory, `${topic}-${partition}`)
  const found = new Set<string>()
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.log'))) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)))
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) found.add(String(batchCompression(bytes, at)))
  }
  return [...found]
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}
