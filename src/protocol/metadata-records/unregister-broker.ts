/**
 * UnregisterBrokerRecord (type 1): a broker was taken off the list for good (KIP-631).
 *
 * Version 0 only.
 */

import { int32, int64, message } from '../schema.ts'

/** The record's schema. `brokerEpoch` is that of the registration that ends. */
export const unregisterBrokerRecord = message(
  { name: 'UnregisterBrokerRecord', apiKey: 1, versions: '0', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+' }),
  },
)
