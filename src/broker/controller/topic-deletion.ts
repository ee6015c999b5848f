/**
 * Deleting topics, by name or by id: one outcome per topic asked for, all deletions in one batch. A topic that is named
 * twice, once in each way even, is not deleted. Source: Kafka's `ControllerApis.deleteTopics`; KIP-516.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import type { ClusterState, TopicState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { notController, Refusal } from './refusal.ts'

/** A topic to delete: a name and the zero id, or null and an id. */
export interface TopicToDelete {
  readonly name: string | null
  readonly topicId: Uuid
}

export interface DeletionOutcome {
  readonly name: string | null
  readonly topicId: Uuid
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

/** Deletes what can be deleted; `done` gets one outcome per distinct topic, in the order asked, once all is committed. */
export function deleteTopics(
  controller: Controller,
  topics: readonly TopicToDelete[],
  done: (outcomes: readonly DeletionOutcome[]) => void,
): void {
  controller.perform(() => deleteNow(controller, topics, done))
}

function deleteNow(
  controller: Controller,
  topics: readonly TopicToDelete[],
  done: (outcomes: readonly DeletionOutcome[]) => void,
): void {
  const { state } = controller
  const times = new Map<string, number>()
  for (const topic of topics) times.set(keyOf(topic), (times.get(keyOf(topic)) ?? 0) + 1)
  const distinct = [...new Map(topics.map((topic) => [keyOf(topic), topic])).values()]
  if (!controller.isActive) return done(distinct.map((topic) => outcomeOf(topic, notController())))
  const found = distinct.map((topic) => (times.get(keyOf(topic))! > 1 ? duplicate(topic) : find(state, topic)))
  const deletions = new Map<Uuid, number>()
  for (const topic of found) {
    if (!(topic instanceof Refusal)) deletions.set(topic.id, (deletions.get(topic.id) ?? 0) + 1)
  }
  const records: MetadataRecord[] = []
  const outcomes = distinct.map((asked, index): DeletionOutcome => {
    const topic = found[index]!
    if (topic instanceof Refusal) return outcomeOf(asked, topic)
    const named = { name: topic.name, topicId: topic.id }
    if (deletions.get(topic.id)! > 1) return outcomeOf(named, invalid('The topic is named by its name and by its id.'))
    records.push({ type: 'RemoveTopicRecord', version: 0, topicId: topic.id })
    return { ...named, errorCode: errorCode.NONE, errorMessage: null }
  })
  controller.decide(records, (refusal) => {
    if (refusal === undefined) return done(outcomes)
    done(outcomes.map((outcome) => (outcome.errorCode === errorCode.NONE ? outcomeOf(outcome, refusal) : outcome)))
  })
}

function keyOf({ name, topicId }: TopicToDelete): string {
  return `${topicId}/${name ?? ''}`
}

function find(state: ClusterState, { name, topicId }: TopicToDelete): TopicState | Refusal {
  if (name !== null && topicId !== ZERO_UUID) return invalid('You may not specify both topic name and topic id.')
  if (name !== null) {
    const why = 'This server does not host this topic-partition.'
    return state.topicNamed(name) ?? new Refusal(errorCode.UNKNOWN_TOPIC_OR_PARTITION, why)
  }
  if (topicId === ZERO_UUID) return invalid('Neither topic name nor id were specified.')
  return state.topic(topicId) ?? new Refusal(errorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.')
}

function duplicate({ name, topicId }: TopicToDelete): Refusal {
  if (name === null && topicId === ZERO_UUID) return invalid('Neither topic name nor id were specified.')
  return invalid(name === null ? 'Duplicate topic id.' : 'Duplicate topic name.')
}

function invalid(why: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, why)
}

function outcomeOf({ name, topicId }: TopicToDelete, refusal: Refusal): DeletionOutcome {
  return { name, topicId, errorCode: refusal.errorCode, errorMessage: refusal.errorMessage }
}
