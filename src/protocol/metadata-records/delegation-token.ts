/**
 * DelegationTokenRecord (type 10): a delegation token was issued or renewed (KIP-48).
 *
 * Version 0 only. The secret itself is not in it: each node derives it from the token id.
 */

import { array, int64, message, string } from '../schema.ts'

/** The record's schema. Timestamps are milliseconds since the Unix epoch; after `maxTimestamp` it cannot be renewed. */
export const delegationTokenRecord = message(
  { name: 'DelegationTokenRecord', apiKey: 10, versions: '0', flexible: '0+' },
  {
    owner: string({ versions: '0+' }),
    requester: string({ versions: '0+' }),
    renewers: array('string', { versions: '0+' }),
    issueTimestamp: int64({ versions: '0+' }),
    maxTimestamp: int64({ versions: '0+' }),
    expirationTimestamp: int64({ versions: '0+' }),
    tokenId: string({ versions: '0+' }),
  },
)
