/**
 * ControllerRegistration (key 70): a controller tells the active one its endpoints and features, as brokers do.
 *
 * Version 0; flexible. Only controllers answer it.
 * - 0: the registration (KIP-919).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, message, string, uint16, uuid } from '../schema.ts'

/** The request's schema. `zkMigrationReady` is a remnant, false from Kafka 4.0 on. */
export const controllerRegistrationRequest = message(
  { name: 'ControllerRegistrationRequest', apiKey: 70, versions: '0', flexible: '0+' },
  {
    controllerId: int32({ versions: '0+' }),
    incarnationId: uuid({ versions: '0+' }),
    zkMigrationReady: bool({ versions: '0+' }),
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
  },
)

/** The response's schema. */
export const controllerRegistrationResponse = message(
  { name: 'ControllerRegistrationResponse', apiKey: 70, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+' }),
  },
)

/** A ControllerRegistration request as decoded. */
export type ControllerRegistrationRequest = Decoded<typeof controllerRegistrationRequest>
/** A ControllerRegistration response as decoded. */
export type ControllerRegistrationResponse = Decoded<typeof controllerRegistrationResponse>
/** A ControllerRegistration request to encode. */
export type ControllerRegistrationRequestInput = Encodable<typeof controllerRegistrationRequest>
/** A ControllerRegistration response to encode. */
export type ControllerRegistrationResponseInput = Encodable<typeof controllerRegistrationResponse>
