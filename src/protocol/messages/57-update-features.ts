/**
 * UpdateFeatures (key 57): finalized feature levels are raised or lowered, among them `metadata.version`.
 *
 * Versions 0 to 2; flexible from 0. A broker passes it on; only the active controller decides.
 * - 0: the levels (KIP-584).
 * - 1: types of downgrade, validation only (KIP-778).
 * - 2: all updates or none, so no result for each (KIP-1022).
 */

import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/**
 * The request's schema. `upgradeType` is 1 to raise, 2 to lower without loss, 3 to lower though metadata be lost;
 * version 0 has `allowDowngrade` for that. A level below 1 takes the feature away.
 */
export const updateFeaturesRequest = message(
  { name: 'UpdateFeaturesRequest', apiKey: 57, versions: '0-2', flexible: '0+' },
  {
    timeoutMs: int32({ versions: '0+', default: 60_000 }),
    featureUpdates: array(
      {
        feature: string({ versions: '0+', mapKey: true }),
        maxVersionLevel: int16({ versions: '0+' }),
        allowDowngrade: bool({ versions: '0', default: false }),
        upgradeType: int8({ versions: '1+', default: 1 }),
      },
      { versions: '0+' },
    ),
    validateOnly: bool({ versions: '1+', default: false }),
  },
)

/** The response's schema. */
export const updateFeaturesResponse = message(
  { name: 'UpdateFeaturesResponse', apiKey: 57, versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+' }),
    results: array(
      {
        feature: string({ versions: '0+', mapKey: true }),
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '0+', nullable: '0+' }),
      },
      { versions: '0-1', ignorable: true },
    ),
  },
)

/** An UpdateFeatures request as decoded. */
export type UpdateFeaturesRequest = Decoded<typeof updateFeaturesRequest>
/** An UpdateFeatures response as decoded. */
export type UpdateFeaturesResponse = Decoded<typeof updateFeaturesResponse>
/** An UpdateFeatures request to encode. */
export type UpdateFeaturesRequestInput = Encodable<typeof updateFeaturesRequest>
/** An UpdateFeatures response to encode. */
export type UpdateFeaturesResponseInput = Encodable<typeof updateFeaturesResponse>
