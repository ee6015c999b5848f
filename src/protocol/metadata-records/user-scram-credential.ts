/**
 * UserScramCredentialRecord (type 11): a user's credential for one SCRAM mechanism (KIP-900).
 *
 * Version 0 only. A later one for the same user and mechanism replaces it.
 */

import { bytes, int8, int32, message, string } from '../schema.ts'

/** The record's schema. `mechanism` is 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
export const userScramCredentialRecord = message(
  { name: 'UserScramCredentialRecord', apiKey: 11, versions: '0', flexible: '0+' },
  {
    name: string({ versions: '0+' }),
    mechanism: int8({ versions: '0+' }),
    salt: bytes({ versions: '0+' }),
    storedKey: bytes({ versions: '0+' }),
    serverKey: bytes({ versions: '0+' }),
    iterations: int32({ versions: '0+' }),
  },
)
