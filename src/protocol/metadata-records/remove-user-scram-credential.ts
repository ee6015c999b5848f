/**
 * RemoveUserScramCredentialRecord (type 22): a user's credential for one SCRAM mechanism is gone (KIP-900).
 *
 * Version 0 only.
 */

import { int8, message, string } from '../schema.ts'

/** The record's schema. `mechanism` is 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
export const removeUserScramCredentialRecord = message(
  { name: 'RemoveUserScramCredentialRecord', apiKey: 22, versions: '0', flexible: '0+' },
  {
    name: string({ versions: '0+' }),
    mechanism: int8({ versions: '0+' }),
  },
)
