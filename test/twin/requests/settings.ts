/** Settings of topics, of the broker and of all brokers: described, set, taken away, right and wrong. */

import fc from 'fast-check'
import type { ApiName, Drawn } from '../request.ts'
import { body, flag, of, oneOf, some, topicName, usualTopic } from './pools.ts'

/** Values by setting, good and bad. Only settings that samsa serves; `cleanup.policy` as far as it is served. */
const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  'segment.bytes': ['1048576', '13', '14', '1048575', '2097152', '-1', 'x', '2147483648', ' 1048577 '],
  'internal.segment.bytes': ['14', '200', 'x', '1048576'],
  'segment.ms': ['1', '0', '604800000', '9223372036854775807', '9223372036854775808'],
  'segment.index.bytes': ['1024', '3', '10485760', '1.5'],
  'index.interval.bytes': ['0', '-1', '4096', '+8', ' 16 '],
  'retention.ms': ['-1', '-2', '86400000', '0'],
  'retention.bytes': ['-1', '-2', '1073741824'],
  'max.message.bytes': ['1048588', '0', '-1', '150', ''],
  'file.delete.delay.ms': ['0', '-1', '60000'],
  'flush.messages': ['1', '0', '9223372036854775807'],
  'flush.ms': ['0', '-1', '1000'],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime', 'createtime', '', ' LogAppendTime'],
  'message.timestamp.before.max.ms': ['3600000', '0', '-1', '9223372036854775807'],
  'message.timestamp.after.max.ms': ['3600000', '0', '-1', '86400000'],
  'cleanup.policy': ['delete', '', 'nonsense', 'DELETE', 'delete,delete', ' delete', ' ', ',', 'delete,'],
  'min.insync.replicas': ['1', '0', '2', '-1'],
  'compression.type': ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd', 'none', 'GZIP'],
  'compression.gzip.level': ['-1', '0', '1', '9', '10'],
  'compression.lz4.level': ['1', '9', '17', '18', '0'],
  'compression.zstd.level': ['3', '22', '23', '-131072', '-131073'],
}

/** A topic's setting with a value for it, most of them good. */
export const topicSetting: fc.Arbitrary<Drawn> = oneOf(
  [
    20,
    fc
      .constantFrom(...Object.keys(VALUES))
      .chain((name) => fc.constantFrom(...VALUES[name]!).map((value) => ({ name, value }))),
  ],
  [1, of({ name: 'no.such.setting', value: '1' }, { name: '', value: '1' }, { name: 'segment.bytes', value: null })],
  [1, of({ name: 'log.segment.bytes', value: '1048576' })],
)

const settingName = oneOf(
  [8, fc.constantFrom(...Object.keys(VALUES)) as fc.Arbitrary<Drawn>],
  [1, of('no.such.setting', '', 'log.retention.ms', 'message.max.bytes', 'num.partitions')],
)

const resourceType = { topic: 2, broker: 4 }
const KNOWN_TYPES = { ...resourceType, brokerLogger: 8, clientMetrics: 16, group: 32 }

/** A resource that may be changed without another sequence seeing it. */
const ownResource = oneOf(
  [12, body({ resourceType: of(resourceType.topic), resourceName: usualTopic })],
  [2, body({ resourceType: of(resourceType.topic), resourceName: topicName })],
  [1, body({ resourceType: of(0, 1, 3, 5, -1, 127), resourceName: of('', '1', '~a') })],
  [1, body({ resourceType: of(resourceType.broker), resourceName: of('-1', 'x', '99999999999', '1.0', '2') })],
)

const anyResource = oneOf(
  [4, ownResource],
  [1, body({ resourceType: of(resourceType.broker), resourceName: of('', '1', '01', '+1') })],
)

const anyBroker = body({ resourceType: of(resourceType.broker), resourceName: of('', '1', 'x', '2') })

const brokerSetting = oneOf(
  [
    3,
    of(
      ...[
        { name: 'log.retention.ms', value: '1000' },
        { name: 'log.retention.ms', value: '-2' },
        { name: 'log.retention.ms', value: '0' },
        { name: 'log.segment.bytes', value: '1048576' },
        { name: 'log.segment.bytes', value: 'x' },
        { name: 'log.segment.bytes', value: '1048575' },
        { name: 'log.cleanup.policy', value: '' },
        { name: 'message.max.bytes', value: '1000' },
        { name: 'compression.type', value: 'gzip' },
        { name: 'compression.type', value: 'none' },
        { name: 'min.insync.replicas', value: '0' },
        { name: 'num.partitions', value: '3' },
        { name: 'node.id', value: '3' },
        { name: 'default.replication.factor', value: '1' },
      ],
    ),
  ],
  [
    1,
    of({ name: 'log.flush.interval.ms', value: '5' }, { name: 'log.message.timestamp.type', value: 'LogAppendTime' }),
  ],
)

const operation = oneOf([8, of(0)], [4, of(1)], [1, of(2, 3)])

function withChanges(resource: fc.Arbitrary<Drawn>, setting: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn> {
  const changes = some(
    fc
      .tuple(setting, operation)
      .map(([chosen, configOperation]) => ({ ...(chosen as object), configOperation }) as Drawn),
  )
  return fc.tuple(resource, changes).map(([named, configs]) => ({ ...(named as object), configs }) as Drawn)
}

/** What changes settings: for good those of the sequence's own topics, those of brokers only to see what would be said. */
const alteration = (each: typeof some) =>
  oneOf(
    [
      4,
      body({
        resources: each(withChanges(ownResource, topicSetting), 2, 1),
        validateOnly: oneOf([4, of(false)], [1, of(true)]),
      }),
    ],
    [1, body({ resources: each(withChanges(anyBroker, brokerSetting), 2, 1), validateOnly: of(true) })],
  )

/** Distinct resources: Apache Kafka leaves an AlterConfigs request that names one twice without an answer. */
function distinctResources(resource: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn> {
  const nameOf = (drawn: Drawn): string => {
    const { resourceType, resourceName } = drawn as { readonly resourceType: number; readonly resourceName: string }
    // To Kafka all types that do not exist are one.
    return `${Object.values(KNOWN_TYPES).includes(resourceType) ? resourceType : 'unknown'}/${resourceName}`
  }
  return fc.uniqueArray(resource, { minLength: 1, maxLength: 2, selector: nameOf })
}

export const settingsRequests: Partial<Record<ApiName, fc.Arbitrary<Drawn>>> = {
  describeConfigs: body({
    resources: some(
      fc
        .tuple(anyResource, oneOf([2, of(null)], [1, of([])], [2, some(settingName)]))
        .map(([resource, configurationKeys]) => ({ ...(resource as object), configurationKeys }) as Drawn),
    ),
    includeSynonyms: flag,
    includeDocumentation: flag,
  }),
  alterConfigs: alteration(distinctResources),
  incrementalAlterConfigs: alteration(some),
  listConfigResources: body({ resourceTypes: some(of(2, 4, 8, 16, 32, 0, 1, -1), 3) }),
}
