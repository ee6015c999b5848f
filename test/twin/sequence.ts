/** Sequences of requests over all APIs that both brokers serve, at any version of them. */

import fc from 'fast-check'
import { apis } from '../../src/protocol/apis.ts'
import type { ApiName, Damage, Drawn, DrawnRequest } from './request.ts'
import { administrationRequests } from './requests/administration.ts'
import { clusterRequests } from './requests/cluster.ts'
import { recordRequests } from './requests/records.ts'
import { settingsRequests } from './requests/settings.ts'
import { plainTopic, topicRequests } from './requests/topics.ts'

/** How often each API is asked. */
const WEIGHTS: Partial<Record<ApiName, number>> = {
  produce: 14,
  fetch: 10,
  listOffsets: 5,
  metadata: 4,
  createTopics: 7,
  deleteTopics: 3,
  createPartitions: 4,
  describeConfigs: 4,
  incrementalAlterConfigs: 5,
  alterConfigs: 2,
  initProducerId: 3,
  deleteRecords: 4,
  offsetForLeaderEpoch: 2,
  describeProducers: 2,
  describeTopicPartitions: 3,
  apiVersions: 1,
  describeCluster: 1,
  updateFeatures: 1,
  describeQuorum: 1,
  listConfigResources: 1,
}

const bodies: Partial<Record<ApiName, (version: number) => fc.Arbitrary<Drawn>>> = {
  ...topicRequests,
  ...ofAnyVersion(recordRequests),
  ...ofAnyVersion(administrationRequests),
  ...ofAnyVersion(settingsRequests),
  ...ofAnyVersion(clusterRequests),
}

/** Versions and keys that nobody serves, and bodies that end too early. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), bytes: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('version' as const), version: fc.constantFrom(-1, 99, 32_767) }),
  fc.record({ kind: fc.constant('key' as const), key: fc.constantFrom(-1, 4, 7, 52, 62, 93, 32_767) }),
)

function seldom<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 60, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
}

function requestOf(api: ApiName): fc.Arbitrary<DrawnRequest> {
  const { versions } = apis[api]
  return fc
    .integer(versions)
    .chain((version) =>
      fc
        .tuple(bodies[api]!(version), seldom(damage))
        .map(([body, how]) => ({ api, version, body, ...(how !== undefined && { damage: how }) })),
    )
}

const anyRequest = (only: readonly ApiName[]): fc.Arbitrary<DrawnRequest> =>
  fc.oneof(...only.map((api) => ({ weight: WEIGHTS[api] ?? 1, arbitrary: requestOf(api) })))

const firstTopic: fc.Arbitrary<DrawnRequest> = plainTopic.map((topic) => ({
  ...{ api: 'createTopics', version: apis.createTopics.versions.max },
  body: { topics: [topic], timeoutMs: 5_000, validateOnly: false },
}))

/** All APIs that are drawn. */
const DRAWN_APIS = Object.keys(bodies) as readonly ApiName[]

/** Mostly topics first, and then whatever comes. */
export function sequences(only: readonly ApiName[] = DRAWN_APIS): fc.Arbitrary<readonly DrawnRequest[]> {
  const rest = fc.array(anyRequest(only), { minLength: 1, maxLength: 10 })
  const first = fc.array(firstTopic, { minLength: 0, maxLength: 2 })
  return fc.tuple(first, rest).map(([topics, others]) => [...topics, ...others])
}

function ofAnyVersion(
  those: Partial<Record<ApiName, fc.Arbitrary<Drawn>>>,
): Partial<Record<ApiName, (version: number) => fc.Arbitrary<Drawn>>> {
  return Object.fromEntries(Object.entries(those).map(([api, arbitrary]) => [api, () => arbitrary]))
}
