/** The cluster as a whole: versions, features, the quorum. Nothing here changes what another sequence sees. */

import type fc from 'fast-check'
import type { ApiName, Drawn } from '../request.ts'
import { body, distinct, of, oneOf, some } from './pools.ts'

export const clusterRequests: Partial<Record<ApiName, fc.Arbitrary<Drawn>>> = {
  apiVersions: body({
    clientSoftwareName: oneOf([4, of('twin')], [1, of('', '-twin', 'a b', 'é', 'a.b-c')]),
    clientSoftwareVersion: oneOf([4, of('1.0')], [1, of('', '.', '1.', '1_0')]),
  }),
  updateFeatures: body({
    timeoutMs: of(5_000),
    featureUpdates: distinct(
      body({
        feature: oneOf([3, of('metadata.version')], [1, of('no.such.feature', '', 'kraft.version')]),
        maxVersionLevel: oneOf([2, of(25)], [1, of(0, 1, -1, 6, 1000)]),
        allowDowngrade: of(true, false),
        upgradeType: oneOf([3, of(1, 2, 3)], [1, of(0, 4, -1)]),
      }),
      'feature',
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
