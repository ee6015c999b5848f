/**
 * BeginTransactionRecord (type 23): the records that follow count only if the transaction ends (KIP-868).
 *
 * Version 0 only. Transactions of the metadata log do not nest and do not outlive their controller.
 */

import { message, string } from '../schema.ts'

/** The record's schema. `name` is for people. */
export const beginTransactionRecord = message(
  { name: 'BeginTransactionRecord', apiKey: 23, versions: '0', flexible: '0+' },
  {
    name: string({ versions: '0+', nullable: '0+', tagged: '0+', tag: 0, default: null }),
  },
)
