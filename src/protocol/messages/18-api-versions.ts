/**
 * ApiVersions (key 18): which APIs and versions a broker speaks, and its features; the first request on a connection.
 *
 * Versions 0 to 4; flexible from 3, but the response's header never is: a client that guessed its version too high
 * must be able to read the answer, which then is a version 0 body with UNSUPPORTED_VERSION (KIP-511).
 * - 0: the ranges of versions (KIP-35).
 * - 1: throttle time (KIP-124).
 * - 2: throttled responses are sent before the throttling (KIP-219).
 * - 3: flexible (KIP-482); the client's software and its version (KIP-511); features (KIP-584).
 * - 4: a feature's smallest supported level may be 0; such features are left out of version 3 (KAFKA-17011).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. */
export const apiVersionsRequest = message(
  { name: 'ApiVersionsRequest', apiKey: 18, versions: '0-4', flexible: '3+' },
  {
    clientSoftwareName: string({ versions: '3+', ignorable: true }),
    clientSoftwareVersion: string({ versions: '3+', ignorable: true }),
  },
)

/** The response's schema. `finalizedFeatures` count only where `finalizedFeaturesEpoch` is not -1. */
export const apiVersionsResponse = message(
  { name: 'ApiVersionsResponse', apiKey: 18, versions: '0-4', flexible: '3+' },
  {
    errorCode: int16({ versions: '0+' }),
    apiKeys: array(
      {
        apiKey: int16({ versions: '0+', mapKey: true }),
        minVersion: int16({ versions: '0+' }),
        maxVersion: int16({ versions: '0+' }),
      },
      { versions: '0+' },
    ),
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    supportedFeatures: array(
      {
        name: string({ versions: '3+', mapKey: true }),
        minVersion: int16({ versions: '3+' }),
        maxVersion: int16({ versions: '3+' }),
      },
      { versions: '3+', tagged: '3+', tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64({ versions: '3+', tagged: '3+', tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: array(
      {
        name: string({ versions: '3+', mapKey: true }),
        maxVersionLevel: int16({ versions: '3+' }),
        minVersionLevel: int16({ versions: '3+' }),
      },
      { versions: '3+', tagged: '3+', tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ versions: '3+', tagged: '3+', tag: 3, default: false, ignorable: true }),
  },
)

/** An ApiVersions request as decoded. */
export type ApiVersionsRequest = Decoded<typeof apiVersionsRequest>
/** An ApiVersions response as decoded. */
export type ApiVersionsResponse = Decoded<typeof apiVersionsResponse>
/** An ApiVersions request to encode. */
export type ApiVersionsRequestInput = Encodable<typeof apiVersionsRequest>
/** An ApiVersions response to encode. */
export type ApiVersionsResponseInput = Encodable<typeof apiVersionsResponse>
