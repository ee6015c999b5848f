/**
 * FeatureLevelRecord (type 12): the finalized level of a feature (KIP-584), among them `metadata.version`.
 *
 * Version 0 only, for ever: a log begins with it, and it tells which versions of the other records follow.
 */

import { int16, message, string } from '../schema.ts'

/** The record's schema. Level 0 means that the feature is off. */
export const featureLevelRecord = message(
  { name: 'FeatureLevelRecord', apiKey: 12, versions: '0', flexible: '0+' },
  {
    name: string({ versions: '0+' }),
    featureLevel: int16({ versions: '0+' }),
  },
)
