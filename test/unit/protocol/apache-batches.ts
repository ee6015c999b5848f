/** Bytes that Apache Kafka wrote, for the tests of this folder. */

import captured from '../../fixtures/apache-batches.json' with { type: 'json' }

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** One batch of three records, from the console producer: keys, headers, a null value, Korean text. */
export const producedBatch = bytesOf(captured.produced)

/** Two batches of a transaction, of one record and of two, and the COMMIT marker behind them. */
export const transactionLog = bytesOf(captured.transaction)

/** Batches of `__cluster_metadata-0`; the first is the LEADER_CHANGE. */
export const metadataBatches = captured.metadata.map(bytesOf)
