/**
 * BrokerRegistration (key 62): a broker's process registers with the active controller, and gets its broker epoch.
 *
 * Versions 0 to 4; flexible from 0. Only controllers answer it.
 * - 0: incarnation, listeners, features, rack (KIP-631).
 * - 1: whether the broker is migrating from ZooKeeper (KIP-866).
 * - 2: its log directories (KIP-858).
 * - 3: the epoch that ended with a clean shutdown, -1 where it did not (KIP-966).
 * - 4: features may be supported from level 0 on; until then those are left out (KAFKA-17011).
 */

import {
  array,
  bool,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  message,
  string,
  uint16,
  uuid,
} from '../schema.ts'

/**
 * The request's schema. Each process draws a new `incarnationId`, so that its epoch is told from that of one before.
 */
export const brokerRegistrationRequest = message(
  { name: 'BrokerRegistrationRequest', apiKey: 62, versions: '0-4', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    clusterId: string({ versions: '0+' }),
    incarnationId: uuid({ versions: '0+' }),
    listeners: array(
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
    isMigratingZkBroker: bool({ versions: '1+', default: false }),
    logDirs: array('uuid', { versions: '2+', ignorable: true }),
    previousBrokerEpoch: int64({ versions: '3+', default: -1, ignorable: true }),
  },
)

/** The response's schema. `brokerEpoch` is the offset of the registration's record in the metadata log. */
export const brokerRegistrationResponse = message(
  { name: 'BrokerRegistrationResponse', apiKey: 62, versions: '0-4', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
  },
)

/** A BrokerRegistration request as decoded. */
export type BrokerRegistrationRequest = Decoded<typeof brokerRegistrationRequest>
/** A BrokerRegistration response as decoded. */
export type BrokerRegistrationResponse = Decoded<typeof brokerRegistrationResponse>
/** A BrokerRegistration request to encode. */
export type BrokerRegistrationRequestInput = Encodable<typeof brokerRegistrationRequest>
/** A BrokerRegistration response to encode. */
export type BrokerRegistrationResponseInput = Encodable<typeof brokerRegistrationResponse>
