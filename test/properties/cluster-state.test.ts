/**
 * The controller's state against a fold: whatever is applied, committed and taken back, in whatever order, the state is
 * that of the records that were not taken back, applied in order to an empty one; transactions and their aborts included.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ApplyError } from '../../src/broker/controller/apply-error.ts'
import { ClusterState } from '../../src/broker/controller/cluster-state.ts'
import { partitionChange, partitionRecord, registerBrokerRecord } from '../../src/broker/controller/records.ts'
import type { MetadataRecord } from '../../src/protocol/metadata-records/table.ts'
import type { Uuid } from '../../src/protocol/uuid.ts'

const uuidOf = (number: number): Uuid => `${String.fromCharCode(65 + number)}${'x'.repeat(20)}A` as Uuid
const few = fc.nat(2)
const brokers = fc.uniqueArray(few, { minLength: 1, maxLength: 3 })

const record: fc.Arbitrary<MetadataRecord> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(few, few).map(([id, name]): MetadataRecord => topic(id, `t${name}`)) },
  few.map((id): MetadataRecord => ({ type: 'RemoveTopicRecord', version: 0, topicId: uuidOf(id) })),
  {
    weight: 3,
    arbitrary: fc
      .tuple(few, few, brokers)
      .map(
        ([id, index, replicas]): MetadataRecord =>
          partitionRecord(uuidOf(id), index, { replicas, isr: replicas, directories: replicas.map(uuidOf) }),
      ),
  },
  fc
    .tuple(few, few, brokers, fc.integer({ min: -2, max: 2 }))
    .map(
      ([id, index, isr, leader]): MetadataRecord => partitionChange({ topicId: uuidOf(id), index }, { isr, leader }),
    ),
  fc.tuple(few, few).map(([brokerId, epoch]): MetadataRecord => registration(brokerId, epoch)),
  fc.tuple(few, few).map(
    ([brokerId, brokerEpoch]): MetadataRecord => ({
      ...{ type: 'UnregisterBrokerRecord', version: 0, brokerId, brokerEpoch },
    }),
  ),
  fc.tuple(few, few, fc.integer({ min: -1, max: 1 })).map(
    ([brokerId, brokerEpoch, fenced]): MetadataRecord => ({
      ...{ type: 'BrokerRegistrationChangeRecord', version: 0, brokerId, brokerEpoch, fenced },
      ...{ inControlledShutdown: 0, logDirs: [] },
    }),
  ),
  fc.tuple(few, few, fc.option(fc.constantFrom('1', '2'))).map(
    ([name, key, value]): MetadataRecord => ({
      ...{ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName: `t${name}`, name: `k${key}`, value },
    }),
  ),
  fc.nat(9).map(
    (next): MetadataRecord => ({
      ...{ type: 'ProducerIdsRecord', version: 0, brokerId: 0, brokerEpoch: 0, nextProducerId: next * 1000 },
    }),
  ),
  fc.constantFrom<MetadataRecord>(
    { type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 25 },
    { type: 'ClearElrRecord', version: 0, topicName: '' },
    { type: 'NoOpRecord', version: 0 },
  ),
  {
    weight: 6,
    arbitrary: fc.constantFrom<MetadataRecord>(
      { type: 'BeginTransactionRecord', version: 0, name: null },
      { type: 'EndTransactionRecord', version: 0 },
      { type: 'AbortTransactionRecord', version: 0, reason: null },
    ),
  },
)

function topic(id: number, name: string): MetadataRecord {
  return { type: 'TopicRecord', version: 0, name, topicId: uuidOf(id) }
}

function registration(brokerId: number, epoch: number): MetadataRecord {
  return registerBrokerRecord({
    ...{ brokerId, epoch, incarnationId: uuidOf(epoch), endPoints: [], features: [], rack: null, logDirs: [] },
    ...{ fenced: true, inControlledShutdown: false },
  })
}

type Step =
  | { readonly kind: 'apply'; readonly record: MetadataRecord }
  /** Commits, or takes back, so many of the records that are not committed. */
  | { readonly kind: 'commit' | 'revert'; readonly count: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: record.map((each): Step => ({ kind: 'apply', record: each })) },
  fc.tuple(fc.constantFrom('commit' as const, 'revert' as const), fc.nat(5)).map(([kind, count]) => ({ kind, count })),
)

/** Everything that can be asked of a state, in an order of its own. */
function told(state: ClusterState): unknown {
  const sorted = (items: Iterable<unknown>): string[] => [...items].map((item) => JSON.stringify(item)).sort()
  const names = ['t0', 't1', 't2']
  return {
    brokers: sorted(state.brokers()),
    topics: sorted(state.topics()),
    ids: names.map((name) => state.topicNamed(name)?.id),
    likes: names.map((name) => state.topicLike(name)),
    partitions: sorted(state.partitions()),
    configs: sorted(state.configuredResources()),
    settings: names.map((name) => sorted(state.configs(2, name))),
    features: sorted(state.features()),
    nextProducerId: state.nextProducerId,
    isInTransaction: state.isInTransaction,
  }
}

/** Whether the record fits the state, which it is applied to if so. */
function applies(state: ClusterState, each: MetadataRecord, offset: number): boolean {
  try {
    state.apply(each, offset)
    return true
  } catch (error) {
    if (error instanceof ApplyError) return false
    throw error
  }
}

/** A fold without any undoing: an abort makes it begin again without what was aborted. */
function folded(records: readonly MetadataRecord[]): ClusterState {
  const kept: [MetadataRecord, number][] = []
  let begin = 0
  for (const [offset, each] of records.entries()) {
    if (each.type === 'BeginTransactionRecord') begin = kept.length
    if (each.type === 'AbortTransactionRecord') kept.length = begin
    else kept.push([each, offset])
  }
  const state = new ClusterState()
  for (const [each, offset] of kept) state.apply(each, offset)
  return state
}

it('the state is the fold of the records that were not taken back, whatever was applied and taken back besides', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const state = new ClusterState()
      let records: MetadataRecord[] = []
      let committed = 0
      for (const each of steps) {
        if (each.kind === 'apply') {
          if (!applies(folded(records), each.record, records.length)) continue
          expect(applies(state, each.record, records.length)).toBe(true)
          records.push(each.record)
        } else if (each.kind === 'commit') {
          committed = Math.min(records.length, committed + each.count)
          state.commitTo(committed - 1)
        } else {
          records = records.slice(0, Math.max(committed, records.length - each.count))
          state.revertTo(records.length - 1)
        }
        expect(told(state)).toEqual(told(folded(records)))
      }
    }),
    { numRuns: 300 },
  )
})
