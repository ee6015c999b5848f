/**
 * ApiVersions (key 18), versions 0 to 4: what is served, and which features are finalized.
 *
 * An unknown version is answered in version 0 with UNSUPPORTED_VERSION and the range of this API alone, so that clients
 * can fall back (KIP-511). From version 3 on the client's software name and version are validated. Produce is advertised
 * from version 0 though 3 is the first that is taken: librdkafka derives features from it (KAFKA-18659). An API that the
 * program can read but this broker does not serve is not named.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { ApiVersionsResponseInput } from '../../protocol/messages/18-api-versions.ts'
import { SUPPORTED_FEATURES } from '../metadata/features.ts'
import { type Handler, handler } from './services.ts'

/** The handler that names what `servedApis` gives, itself included: every API that has a handler, in the order of keys. */
export function apiVersionsHandler(servedApis: () => readonly Api[]): Handler {
  return handler(apis.apiVersions, (services, { apiVersion }, request, answer) => {
    const { clientSoftwareName, clientSoftwareVersion } = request
    if (apiVersion >= 3 && !(isSoftwareWord(clientSoftwareName) && isSoftwareWord(clientSoftwareVersion))) {
      return answer({ errorCode: errorCode.INVALID_REQUEST, apiKeys: [] })
    }
    answer({
      errorCode: errorCode.NONE,
      apiKeys: servedApis().map(range),
      supportedFeatures: SUPPORTED_FEATURES.map(({ name, min, max }) => ({ name, minVersion: min, maxVersion: max })),
      finalizedFeaturesEpoch: services.image.endOffset - 1,
      finalizedFeatures: [...services.image.features()].map(([name, level]) => ({
        ...{ name, maxVersionLevel: level, minVersionLevel: level },
      })),
    })
  })
}

/** The answer, in version 0, to a version that is not known. */
export function unsupportedApiVersions(): ApiVersionsResponseInput {
  return { errorCode: errorCode.UNSUPPORTED_VERSION, apiKeys: [range(apis.apiVersions)] }
}

function range({ key, advertised }: Pick<Api, 'key' | 'advertised'>) {
  return { apiKey: key, minVersion: advertised.min, maxVersion: advertised.max }
}

function isSoftwareWord(word: string): boolean {
  return /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/.test(word)
}
