/**
 * BrokerRegistrationChangeRecord (type 17): a broker is fenced or not, shuts down, or has other log directories.
 *
 * Versions 0 to 2.
 * - 0: fenced or not (KIP-746).
 * - 1: in controlled shutdown (KIP-841).
 * - 2: log directories (KIP-858).
 */

import { array, int8, int32, int64, message } from '../schema.ts'

/** The record's schema. 0 is unchanged; `fenced` is 1 for fenced, -1 for unfenced; no `logDirs` is unchanged. */
export const brokerRegistrationChangeRecord = message(
  { name: 'BrokerRegistrationChangeRecord', apiKey: 17, versions: '0-2', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+' }),
    fenced: int8({ versions: '0+', tagged: '0+', tag: 0 }),
    inControlledShutdown: int8({ versions: '1+', tagged: '1+', tag: 1 }),
    logDirs: array('uuid', { versions: '2+', tagged: '2+', tag: 2 }),
  },
)
