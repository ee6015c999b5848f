/**
 * Records as a history has them, with the time that a broker gave them where it did (`message.timestamp.type`, KIP-32): told
 * by the acknowledgement, and carried by what is read.
 */

import type { ConsumedRecord } from '../client/fetched-records.ts'
import type { SendOutcome } from '../client/producer-batch.ts'
import type { Key, PolledRecord, Send } from './history/operation.ts'
import { decodeContent, type RecordContent } from './record-content.ts'

/** A record that was sent, with what its acknowledgement told of it. */
export function sentRecord(send: Send, outcome: SendOutcome | undefined, record: RecordContent | undefined): Send {
  if (outcome?.kind !== 'acknowledged' || outcome.offset === undefined) return send
  const { offset, timestampMs } = outcome
  return timestampMs === record?.timestampMs ? { ...send, offset } : { ...send, offset, appendTimeMs: timestampMs }
}

/** A record that was read from the partition of that name. */
export function polledRecord(key: Key, record: ConsumedRecord): PolledRecord {
  const { offset, timestampMs } = record
  const value = decodeContent(record)
  return record.timestampType === 'CreateTime'
    ? { key, offset, value }
    : { key, offset, value, appendTimeMs: timestampMs }
}
