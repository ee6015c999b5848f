/**
 * RegisterControllerRecord (type 27): a controller's process has registered, and where it is to be found (KIP-919).
 *
 * Version 0 only. A later registration of the same id replaces it.
 */

import { array, bool, int16, int32, message, string, uint16, uuid } from '../schema.ts'

/** The record's schema. `zkMigrationReady` is a remnant, false from Kafka 4.0 on. */
export const registerControllerRecord = message(
  { name: 'RegisterControllerRecord', apiKey: 27, versions: '0', flexible: '0+' },
  {
    controllerId: int32({ versions: '0+' }),
    incarnationId: uuid({ versions: '0+' }),
    zkMigrationReady: bool({ versions: '0+' }),
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
  },
)
