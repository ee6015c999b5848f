/**
 * RegisterBrokerRecord (type 0): a broker's process has registered with the controller, and where it is to be found.
 *
 * Versions 0 to 3. Its offset in the log is the broker's epoch; a later registration of the same id replaces it.
 * - 0: incarnation, endpoints, features, rack (KIP-631).
 * - 1: whether it is shutting down (KIP-841).
 * - 2: whether it is migrating from ZooKeeper (KIP-866).
 * - 3: its log directories (KIP-858).
 */

import { array, bool, int16, int32, int64, message, string, uint16, uuid } from '../schema.ts'

/** The record's schema. A broker that is `fenced` leads nothing and is in no ISR. */
export const registerBrokerRecord = message(
  { name: 'RegisterBrokerRecord', apiKey: 0, versions: '0-3', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    isMigratingZkBroker: bool({ versions: '2+', default: false }),
    incarnationId: uuid({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+' }),
    endPoints: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        host: string({ versions: '0+' }),
        port: uint16({ versions: '0+' }),
        securityProtocol: int16({ versions: '0+' }),
      },
      { versions: '0+' },
    ),
    features: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        minSupportedVersion: int16({ versions: '0+' }),
        maxSupportedVersion: int16({ versions: '0+' }),
      },
      { versions: '0+' },
    ),
    rack: string({ versions: '0+', nullable: '0+' }),
    fenced: bool({ versions: '0+', default: true }),
    inControlledShutdown: bool({ versions: '1+', default: false }),
    logDirs: array('uuid', { versions: '3+', tagged: '3+', tag: 0 }),
  },
)
