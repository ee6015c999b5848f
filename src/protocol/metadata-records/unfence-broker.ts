/**
 * UnfenceBrokerRecord (type 8): a broker is fenced no longer (KIP-631).
 *
 * Version 0 only. BrokerRegistrationChangeRecord has taken its place.
 */

import { int32, int64, message } from '../schema.ts'

/** The record's schema. `epoch` is the broker's. */
export const unfenceBrokerRecord = message(
  { name: 'UnfenceBrokerRecord', apiKey: 8, versions: '0', flexible: '0+' },
  {
    id: int32({ versions: '0+' }),
    epoch: int64({ versions: '0+' }),
  },
)
