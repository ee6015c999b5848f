/**
 * AbortTransactionRecord (type 25): the records since BeginTransactionRecord do not count (KIP-868).
 *
 * Version 0 only. A new controller writes it where the one before left a transaction open.
 */

import { message, string } from '../schema.ts'

/** The record's schema. `reason` is for people. */
export const abortTransactionRecord = message(
  { name: 'AbortTransactionRecord', apiKey: 25, versions: '0', flexible: '0+' },
  {
    reason: string({ versions: '0+', nullable: '0+', tagged: '0+', tag: 0, default: null }),
  },
)
