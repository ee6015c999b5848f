/**
 * Metadata transactions: records between a BeginTransactionRecord and an EndTransactionRecord count together, or after
 * an AbortTransactionRecord not at all. They let a controller make a change that is larger than a batch. KIP-866.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { MetadataError } from './metadata-error.ts'

/**
 * Whether a transaction is open after these records, given whether one was before them.
 * @throws {MetadataError} for a transaction in a transaction, and for an end without a beginning.
 */
export function isTransactionOpen(records: readonly MetadataRecord[], wasOpen: boolean): boolean {
  let isOpen = wasOpen
  for (const { type } of records) {
    const begins = type === 'BeginTransactionRecord'
    if (!begins && type !== 'EndTransactionRecord' && type !== 'AbortTransactionRecord') continue
    if (begins === isOpen) {
      throw new MetadataError(
        `a ${type} while ${isOpen ? 'a' : 'no'} transaction is open; the metadata log contradicts itself`,
      )
    }
    isOpen = begins
  }
  return isOpen
}

/** The records that count, in their order, of batches after which no transaction is open. */
export function* withoutTransactions<R extends { readonly type: string }>(
  batches: readonly (readonly R[])[],
): Generator<R> {
  let inTransaction: R[] | undefined
  for (const records of batches) {
    for (const record of records) {
      if (record.type === 'BeginTransactionRecord') {
        inTransaction = []
      } else if (record.type === 'EndTransactionRecord') {
        yield* inTransaction!
        inTransaction = undefined
      } else if (record.type === 'AbortTransactionRecord') {
        inTransaction = undefined
      } else if (inTransaction === undefined) {
        yield record
      } else {
        inTransaction.push(record)
      }
    }
  }
}
