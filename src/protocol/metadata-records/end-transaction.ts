/**
 * EndTransactionRecord (type 24): the records since BeginTransactionRecord count (KIP-868).
 *
 * Version 0 only.
 */

import { message } from '../schema.ts'

/** The record's schema. */
export const endTransactionRecord = message(
  { name: 'EndTransactionRecord', apiKey: 24, versions: '0', flexible: '0+' },
  {},
)
