/**
 * RemoveDelegationTokenRecord (type 26): a delegation token is gone: expired or cancelled (KIP-48).
 *
 * Version 0 only.
 */

import { message, string } from '../schema.ts'

/** The record's schema. */
export const removeDelegationTokenRecord = message(
  { name: 'RemoveDelegationTokenRecord', apiKey: 26, versions: '0', flexible: '0+' },
  {
    tokenId: string({ versions: '0+' }),
  },
)
