/** The cluster as a whole: versions, features, the quorum. Nothing here changes what another sequence sees. */

import type fc from 'fast-check'
import type { ApiName, Drawn } from '../request.ts'
import { body, of, oneOf, some, timeoutMs } from './pools.ts'

function featureUpdate(feature: string, maxVersionLevel: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn> {
  return body({
    ...{ feature: of(feature), maxVersionLevel, allowDowngrade: of(true, false) },
    upgradeType: oneOf([3, of(1, 2, 3)], [1, of(0, 4, -1)]),
  })
}

export const clusterRequests: Partial<Record<ApiName, fc.Arbitrary<Drawn>>> = {
  apiVersions: body({
    clientSoftwareName: oneOf([4, of('twin')], [1, of('', '-twin', 'a b', 'é', 'a.b-c')]),
    clientSoftwareVersion: oneOf([4, of('1.0')], [1, of('', '.', '1.', '1_0')]),
  }),
  updateFeatures: body({
    timeoutMs,
    featureUpdates: some(
      oneOf(
        [3, featureUpdate('metadata.version', oneOf([2, of(25)], [1, of(0, 1, -1, 6, 1000)]))],
        [1, featureUpdate('no.such.feature', of(0, 1, -1))],
        [1, featureUpdate('', of(0, 1, -1))],
        // Level 1 is what samsa does not serve: voters that are found out while the quorum runs.
        [1, featureUpdate('kraft.version', of(0, 0, -1, 6, 1000))],
      ),
      2,
    ),
    validateOnly: of(true),
  }),
  describeQuorum: body({
    topics: some(
      body({
        topicName: oneOf([4, of('__cluster_metadata')], [1, of('~a', '')]),
        partitions: some(body({ partitionIndex: oneOf([6, of(0)], [1, of(1, -1)]) }), 2),
      }),
      2,
    ),
  }),
}
