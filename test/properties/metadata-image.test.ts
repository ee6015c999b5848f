import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetadataImage, SnapshotState } from '../../src/broker/metadata/image.ts'
import type { MetadataRecord, MetadataRecordInput } from '../../src/protocol/metadata-records/table.ts'
import { decoded } from '../unit/broker/metadata/records.ts'
import { arbitraryHistory, fold } from './metadata-history.ts'

const batchSizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })

function imageOf(records: readonly MetadataRecord[], sizes: readonly number[] = [1000]): MetadataImage {
  const image = new MetadataImage()
  fold(image, records, sizes)
  return image
}

function snapshotOf(records: Iterable<MetadataRecordInput>): SnapshotState {
  const snapshot = new SnapshotState()
  // As they come out of a file.
  for (const record of records) snapshot.apply([decoded(record)])
  return snapshot
}

/** What entity a record is about, so that records of different ones may change places. */
function entityOf(record: MetadataRecord, topicNames: ReadonlyMap<string, string>): string {
  if ('topicId' in record) return `topic ${topicNames.get(record.topicId)}`
  if (record.type === 'ConfigRecord') {
    return record.resourceType === 2 ? `topic ${record.resourceName}` : `config ${record.resourceName}`
  }
  if (record.type === 'FeatureLevelRecord') return `feature ${record.name}`
  return 'brokerEpoch' in record && record.type !== 'ProducerIdsRecord' ? `broker ${record.brokerId}` : record.type
}

describe('the metadata image', () => {
  it('has the same hash however the records came in batches', () => {
    fc.assert(
      fc.property(arbitraryHistory, batchSizes, (records, sizes) => {
        expect(imageOf(records, sizes).hash).toBe(imageOf(records).hash)
      }),
    )
  })

  it('has the same hash whatever the order of records of different entities', () => {
    fc.assert(
      fc.property(arbitraryHistory, fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), (records, choices) => {
        const names = new Map(records.flatMap((one) => (one.type === 'TopicRecord' ? [[one.topicId, one.name]] : [])))
        const queues = new Map<string, MetadataRecord[]>(records.map((record) => [entityOf(record, names), []]))
        for (const record of records) queues.get(entityOf(record, names))!.push(record)
        const shuffled: MetadataRecord[] = []
        for (let turn = 0; shuffled.length < records.length; turn++) {
          const waiting = [...queues.values()].filter(({ length }) => length > 0)
          shuffled.push(waiting[choices[turn % choices.length]! % waiting.length]!.shift()!)
        }
        expect(imageOf(shuffled).hash).toBe(imageOf(records).hash)
      }),
    )
  })

  it('has another hash after a change of any one thing', () => {
    fc.assert(
      fc.property(arbitraryHistory, (records) => {
        const image = new MetadataImage()
        const told = new Map<string, string>([[image.hash, '[]']])
        for (const record of records) {
          fold(image, [record], [1])
          const content = JSON.stringify([...image.freeze().records()].map((one) => JSON.stringify(one)).sort())
          expect(told.get(image.hash) ?? content).toBe(content)
          told.set(image.hash, content)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('is rebuilt by the records of its frozen view', () => {
    fc.assert(
      fc.property(arbitraryHistory, (records) => {
        const frozen = imageOf(records).freeze()
        const snapshot = snapshotOf(frozen.records())
        expect(snapshot.state.hash).toBe(frozen.hash)
      }),
    )
  })

  it('leaves a frozen view as it was, however much changes while the view is read', () => {
    fc.assert(
      fc.property(arbitraryHistory, fc.nat(60), fc.integer({ min: 1, max: 9 }), (records, at, perChange) => {
        const image = imageOf(records.slice(0, at))
        const frozen = image.freeze()
        const snapshot = new SnapshotState()
        let next = Math.min(at, records.length)
        let taken = 0
        for (const record of frozen.records()) {
          snapshot.apply([decoded(record)])
          if (++taken % perChange === 0 && next < records.length) fold(image, [records[next++]!], [1])
        }
        expect(snapshot.state.hash).toBe(frozen.hash)
        fold(image, records.slice(next), [3])
        expect(image.hash).toBe(imageOf(records).hash)
      }),
    )
  })

  it('tells deltas from which a subscriber that knows nothing else has the same partitions, snapshots included', () => {
    fc.assert(
      fc.property(arbitraryHistory, fc.nat(60), batchSizes, (records, snapshotAt, sizes) => {
        const image = new MetadataImage()
        const known = new Map<string, unknown>()
        image.onPublished(({ createdTopics, removedTopics, changedPartitions }) => {
          for (const { id, partitions } of removedTopics) {
            // Some may have come in the step in which the topic went.
            for (const { index } of partitions) known.delete(`${id}-${index}`)
          }
          for (const { id, partitions } of createdTopics) {
            for (const one of partitions) known.set(`${id}-${one.index}`, one)
          }
          for (const { topic, partition, before } of changedPartitions) {
            expect(known.get(`${topic.id}-${partition.index}`)).toEqual(before)
            known.set(`${topic.id}-${partition.index}`, partition)
          }
        })
        fold(image, records.slice(0, snapshotAt), sizes)
        expect(known).toEqual(partitionsOf(image))
        image.reset(snapshotOf(imageOf(records).freeze().records()).state, { endOffset: records.length, epoch: 1 })
        expect(known).toEqual(partitionsOf(image))
      }),
    )
  })
})

function partitionsOf(image: MetadataImage): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const { id, partitions } of image.topics()) {
    for (const one of partitions) found.set(`${id}-${one.index}`, one)
  }
  return found
}
