/** Reads everything that lies in a topic, from the first record that is kept to the last one that can be read now. */

import type { Client } from '../client/client.ts'
import type { ConsumedRecord } from '../client/fetched-records.ts'
import type { Outcome } from '../client/outcomes.ts'
import { ClusterError } from './cluster-error.ts'

/** How long one poll waits, in ms: short, for the end of a log is found by its offset. */
const POLL_MS = 20

/** The records in the order of partitions and offsets. @throws {ClusterError} where the topic cannot be read. */
export async function readTopic(client: Client, topic: string): Promise<ConsumedRecord[]> {
  const doing = `the topic ${topic} could not be read`
  const [described] = succeeded(await client.describeTopics([topic]), doing)
  const partitions = described!.partitions.map(({ partition }) => ({ topic, partition }))
  const consumer = client.consumer({ fetchMaxWaitMs: POLL_MS })
  try {
    const ends = succeeded(await consumer.endOffsets(partitions), doing)
    const unread = ends.filter(({ offset }) => offset > 0)
    consumer.assign(unread.map(({ partition }) => ({ topic, partition, from: 'earliest' })))
    const records: ConsumedRecord[] = []
    while (unread.some(({ partition, offset }) => (consumer.position(topic, partition) ?? 0) < offset)) {
      const polled = await consumer.poll(POLL_MS)
      if (polled.kind === 'failed') throw new ClusterError(`${doing}: ${polled.message}`)
      records.push(...polled.records)
    }
    return records
      .filter(({ partition, offset }) => offset < ends.find((end) => end.partition === partition)!.offset)
      .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  } finally {
    consumer.close()
  }
}

/** The value of a call that succeeded. @throws {ClusterError} with what the call says, where it did not. */
export function succeeded<T>(outcome: Outcome<T>, doing: string): T {
  if (outcome.kind === 'ok') return outcome.value
  throw new ClusterError(`${doing}: ${outcome.message}`)
}
