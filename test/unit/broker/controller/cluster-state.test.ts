import { describe, expect, it } from 'vitest'
import { ClusterState } from '../../../../src/broker/controller/cluster-state.ts'
import type { MetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { uuidOf } from './controller-fixture.ts'

const begin: MetadataRecord = { type: 'BeginTransactionRecord', version: 0, name: null }
const end: MetadataRecord = { type: 'EndTransactionRecord', version: 0 }
const abort: MetadataRecord = { type: 'AbortTransactionRecord', version: 0, reason: null }
const topic = (number: number): MetadataRecord => ({
  ...{ type: 'TopicRecord', version: 0, name: `t${number}`, topicId: uuidOf(number) },
})

function stateOf(...records: readonly MetadataRecord[]): ClusterState {
  const state = new ClusterState()
  for (const [offset, record] of records.entries()) state.apply(record, offset)
  return state
}

const names = (state: ClusterState): string[] => [...state.topics()].map(({ name }) => name).sort()

describe('a transaction of records', () => {
  it('that is aborted leaves nothing, though its records were committed', () => {
    const state = stateOf(topic(1), begin, topic(2))
    state.commitTo(2)
    state.apply(abort, 3)
    expect(names(state)).toEqual(['t1'])
  })

  it('that has ended cannot be undone', () => {
    const state = stateOf(begin, topic(1), end, begin, topic(2))
    state.commitTo(4)
    state.apply(abort, 5)
    expect(names(state)).toEqual(['t1'])
  })

  it('whose end is taken back can be aborted after all', () => {
    const state = stateOf(begin, topic(1), end, topic(2))
    state.commitTo(1)
    state.revertTo(1)
    expect(state.isInTransaction).toBe(true)
    state.apply(abort, 2)
    expect(names(state)).toEqual([])
  })

  it('whose abort is taken back is open again, with all that it did, though another began meanwhile', () => {
    const state = stateOf(begin, topic(1), abort, begin, topic(2))
    state.commitTo(1)
    state.revertTo(1)
    expect(names(state)).toEqual(['t1'])
    state.apply(abort, 2)
    expect(names(state)).toEqual([])
  })
})

it('a topic has all its settings in one batch before its partitions, and loses them with itself', () => {
  const setting: MetadataRecord = {
    ...{ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName: 't1', name: 'retention.ms', value: '1' },
  }
  const state = stateOf(topic(1), setting)
  expect(state.configs(2, 't1')).toEqual(new Map([['retention.ms', '1']]))
  state.apply({ type: 'RemoveTopicRecord', version: 0, topicId: uuidOf(1) }, 2)
  expect(state.configs(2, 't1')).toEqual(new Map())
  state.revertTo(1)
  expect(state.configs(2, 't1').size).toBe(1)
})
