/**
 * Deleting topics, by name or by id: one outcome per topic asked for, all deletions in one batch. A topic that is named
 * twice, once in each way even, is not deleted, and is told of once. Source: Kafka's `ControllerApis.deleteTopics`; KIP-516.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import type { ClusterState, TopicState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { type Deadline, lookInTime } from './deadline.ts'
import { notController, Refusal } from './refusal.ts'

/** A topic to delete: a name and the zero id, or null and an id. */
export interface TopicToDelete {
  readonly name: string | null
  readonly topicId: Uuid
}

/** A request to delete topics; without a deadline it is carried out whenever its turn comes. */
export interface TopicsToDelete {
  readonly topics: readonly TopicToDelete[]
  readonly deadline?: Deadline
}

export interface DeletionOutcome {
  readonly name: string | null
  readonly topicId: Uuid
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

/**
 * Deletes what can be deleted; `done` gets one outcome per distinct topic, in the order asked, once all is committed. Where
 * the whole request is refused it gets one per topic of the request, as in Kafka.
 */
export function deleteTopics(
  controller: Controller,
  { topics, deadline }: TopicsToDelete,
  done: (outcomes: readonly DeletionOutcome[]) => void,
): void {
  const named = topics.map((topic, place) => [isMalformed(topic) ? String(place) : keyOf(topic), topic] as const)
  const distinct = [...new Map(named).values()]
  const times = timesNamed(topics)
  // Of what is malformed, or named twice, nobody need be asked.
  const isMeant = topics.some((topic) => isSound(topic, times))
  controller.performInSlices(
    () => lookInTime(controller, isMeant ? deadline : undefined, () => plan(controller.state, distinct, times)),
    (planned = notController()) => {
      if (planned instanceof Refusal) return done(topics.map((topic) => outcomeOf(topic, planned)))
      const { records, outcomes } = planned
      controller.decide(records, (refusal) => {
        if (refusal === undefined) return done(outcomes)
        done(outcomes.map((outcome) => (outcome.errorCode === errorCode.NONE ? outcomeOf(outcome, refusal) : outcome)))
      })
    },
  )
}

interface Plan {
  readonly records: readonly MetadataRecord[]
  readonly outcomes: readonly DeletionOutcome[]
}

/** What is to be written, and what becomes of each topic then; a topic a step. */
function* plan(
  state: ClusterState,
  distinct: readonly TopicToDelete[],
  times: ReadonlyMap<string, number>,
): Generator<void, Plan> {
  const found: (TopicState | Refusal)[] = []
  const deletions = new Map<Uuid, number>()
  for (const asked of distinct) {
    const topic = isMalformed(asked) || times.get(keyOf(asked)) === 1 ? find(state, asked) : duplicate(asked)
    found.push(topic)
    if (!(topic instanceof Refusal)) deletions.set(topic.id, (deletions.get(topic.id) ?? 0) + 1)
    // An id that is refused, being given twice, stands in the way of the topic's name as well.
    else if (asked.name === null) deletions.set(asked.topicId, 2)
    yield
  }
  const records: MetadataRecord[] = []
  const outcomes: DeletionOutcome[] = []
  for (const [index, asked] of distinct.entries()) {
    const outcome = outcomeFor(asked, found[index]!, deletions, records)
    if (outcome !== undefined) outcomes.push(outcome)
    yield
  }
  return { records, outcomes }
}

/** What becomes of a topic; undefined where its name tells it. The record of its deletion is added where it is deleted. */
function outcomeFor(
  asked: TopicToDelete,
  topic: TopicState | Refusal,
  deletions: ReadonlyMap<Uuid, number>,
  records: MetadataRecord[],
): DeletionOutcome | undefined {
  if (topic instanceof Refusal) return outcomeOf(asked, topic)
  const named = { name: topic.name, topicId: topic.id }
  if (deletions.get(topic.id)! > 1) {
    return asked.name === null
      ? undefined
      : outcomeOf(named, invalid('The provided topic name maps to an ID that was already supplied.'))
  }
  records.push({ type: 'RemoveTopicRecord', version: 0, topicId: topic.id })
  return { ...named, errorCode: errorCode.NONE, errorMessage: null }
}

function keyOf({ name, topicId }: TopicToDelete): string {
  return name === null ? topicId : `${topicId}/${name}`
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

/** How often each topic is named, by its key. */
function timesNamed(topics: readonly TopicToDelete[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const topic of topics) times.set(keyOf(topic), (times.get(keyOf(topic)) ?? 0) + 1)
  return times
}

function isSound(topic: TopicToDelete, times: ReadonlyMap<string, number>): boolean {
  return !isMalformed(topic) && times.get(keyOf(topic)) === 1
}

/** Named in both ways, or in neither: each such entry of a request is told of. */
function isMalformed({ name, topicId }: TopicToDelete): boolean {
  return (name === null) === (topicId === ZERO_UUID)
}

function duplicate({ name }: TopicToDelete): Refusal {
  return invalid(name === null ? 'Duplicate topic id.' : 'Duplicate topic name.')
}

function invalid(why: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, why)
}

function outcomeOf({ name, topicId }: TopicToDelete, refusal: Refusal): DeletionOutcome {
  return { name, topicId, errorCode: refusal.errorCode, errorMessage: refusal.errorMessage }
}
