/**
 * RemoveAccessControlEntryRecord (type 19): an entry of the access control list is gone (KIP-801).
 *
 * Version 0 only.
 */

import { message, uuid } from '../schema.ts'

/** The record's schema. */
export const removeAccessControlEntryRecord = message(
  { name: 'RemoveAccessControlEntryRecord', apiKey: 19, versions: '0', flexible: '0+' },
  {
    id: uuid({ versions: '0+' }),
  },
)
