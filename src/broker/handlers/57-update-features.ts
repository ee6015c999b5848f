/**
 * UpdateFeatures (key 57), versions 0 to 2: all updates or none.
 *
 * Version 0 says only whether a downgrade is allowed; from 1 on it is told whether a safe one is (KIP-584, KIP-778).
 * From version 2 on the answer is one for all updates. The request's timeout means nothing, as in Kafka.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { updateFeatures } from '../controller/features.ts'
import { handler } from './services.ts'

const UPGRADE = 1
const SAFE_DOWNGRADE = 2

export const handleUpdateFeatures = handler(
  apis.updateFeatures,
  ({ controller }, { apiVersion }, { featureUpdates, validateOnly }, answer) => {
    const updates = featureUpdates.map(({ feature, maxVersionLevel, allowDowngrade, upgradeType }) => ({
      ...{ feature, maxVersionLevel },
      upgradeType: apiVersion > 0 ? upgradeType : allowDowngrade ? SAFE_DOWNGRADE : UPGRADE,
    }))
    updateFeatures(controller, updates, validateOnly, (refusal) => {
      if (refusal !== undefined) {
        const { errorCode: code, errorMessage } = refusal
        return answer({ errorCode: code, errorMessage, results: [] })
      }
      const one = { errorCode: errorCode.NONE, errorMessage: 'NONE' }
      const results = apiVersion > 1 ? [] : updates.map(({ feature }) => ({ feature, ...one }))
      answer({ errorCode: errorCode.NONE, errorMessage: null, results })
    })
  },
)
