/**
 * ProducerIdsRecord (type 15): a block of producer ids was given to a broker (KIP-730).
 *
 * Version 0 only. The ids below `nextProducerId` are given away for good, used or not.
 */

import { int32, int64, message } from '../schema.ts'

/** The record's schema. `nextProducerId` is the first id of the next block. */
export const producerIdsRecord = message(
  { name: 'ProducerIdsRecord', apiKey: 15, versions: '0', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
    nextProducerId: int64({ versions: '0+' }),
  },
)
