/**
 * Creating topics: Kafka's validations with their error codes, one outcome per topic, all accepted topics in one batch.
 *
 * A topic that exists is answered only when its creation is committed. Left out: quotas, policies.
 * Source: Kafka's `ReplicationControlManager.createTopics`.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import { topicSettingProblem } from '../config/topic-settings.ts'
import { newUuid } from '../log/uuids.ts'
import { TOPIC_RESOURCE } from '../metadata/config-table.ts'
import { type Assignment, byHand, placed } from './assignments.ts'
import type { Controller } from './controller.ts'
import type { Deadline } from './deadline.ts'
import { type AskedByName, decideByName, type PlanByName } from './decide-by-name.ts'
import { configRecord, partitionRecord } from './records.ts'
import { Refusal } from './refusal.ts'
import { topicNameProblem } from './topic-name.ts'

/** A topic to create; −1 partitions or replicas leave the number to the broker's defaults. */
export interface NewTopic {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/** A request for topics; without a deadline it is carried out whenever its turn comes. */
export interface TopicsToCreate {
  readonly topics: readonly NewTopic[]
  readonly validateOnly: boolean
  readonly deadline?: Deadline
}

export interface TopicOutcome {
  readonly name: string
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
  readonly topicId: Uuid
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: ReadonlyMap<string, string>
}

/** More records than this in one request are refused, as in Kafka: they are one batch. */
export const RECORDS_MAX = 10_000

/** Creates what can be created; `done` gets one outcome per name, in the order asked, once all are committed. */
export function createTopics(
  controller: Controller,
  { topics, validateOnly, deadline }: TopicsToCreate,
  done: (outcomes: readonly TopicOutcome[]) => void,
): void {
  const decision = { topics, validateOnly, deadline, mayBeAskedFor, refused }
  decideByName(controller, { ...decision, plan: (byName) => plan(controller, byName) }, done)
}

/** What is to be written, and what becomes of each topic then; a topic or a partition a step. */
function* plan(
  controller: Controller,
  byName: AskedByName<NewTopic>,
): Generator<void, PlanByName<TopicOutcome> | Refusal> {
  const distinct = [...byName].flatMap(([name, named]) => (named.length === 1 && mayBeAskedFor(name) ? named : []))
  if (partitionsOf(controller, distinct) > RECORDS_MAX) return tooLarge()
  const batch = new Batch(controller)
  const outcomes: TopicOutcome[] = []
  for (const [name, [topic, ...others]] of byName) {
    const outcome = others.length > 0 ? duplicate(name) : yield* batch.add(topic!)
    if (outcome instanceof Refusal && outcome.errorCode === errorCode.POLICY_VIOLATION) return outcome
    outcomes.push(outcome instanceof Refusal ? refused(name, outcome) : outcome)
    if (batch.records.length > RECORDS_MAX) return tooLarge()
    yield
  }
  return { records: batch.records, outcomes }
}

/** The metadata log is no topic to create; that is known before anybody is asked. */
function mayBeAskedFor(name: string): boolean {
  return name !== '__cluster_metadata'
}

/** How many partitions are asked for in all. */
function partitionsOf({ options }: Controller, topics: readonly NewTopic[]): number {
  const counts = topics.map(({ numPartitions, assignments }) => {
    if (assignments.length > 0) return assignments.length
    return numPartitions === -1 ? options.settings.value('num.partitions') : numPartitions
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

/** What is too much for one request. */
export function tooLarge(): Refusal {
  const why = `Unable to perform excessively large batch operation: it takes more than ${RECORDS_MAX} records`
  return new Refusal(errorCode.POLICY_VIOLATION, why)
}

/** The records of the topics accepted so far. */
class Batch {
  readonly records: MetadataRecord[] = []
  readonly #controller: Controller

  constructor(controller: Controller) {
    this.#controller = controller
  }

  *add(topic: NewTopic): Generator<void, TopicOutcome | Refusal> {
    const { name } = topic
    const problem = this.#nameProblem(name) ?? configProblem(topic)
    if (problem !== undefined) return problem
    const assignments = yield* assign(this.#controller, topic)
    if (assignments instanceof Refusal) return assignments
    const topicId = newUuid(this.#controller.options.world.random)
    const configs = new Map(topic.configs.map((config) => [config.name, config.value!]))
    this.records.push({ type: 'TopicRecord', version: 0, name, topicId })
    for (const [key, value] of configs) this.records.push(configRecord(TOPIC_RESOURCE, name, key, value))
    for (const [index, assignment] of assignments.entries()) {
      this.records.push(partitionRecord(topicId, index, assignment))
      yield
    }
    return {
      ...{ name, errorCode: errorCode.NONE, errorMessage: null, topicId, configs },
      ...{ numPartitions: assignments.length, replicationFactor: assignments[0]!.replicas.length },
    }
  }

  #nameProblem(name: string): Refusal | undefined {
    const invalid = (why: string): Refusal => new Refusal(errorCode.INVALID_TOPIC_EXCEPTION, why)
    const problem = topicNameProblem(name)
    if (problem !== undefined) return invalid(`Topic name is invalid: ${problem}`)
    if (!mayBeAskedFor(name)) {
      const why = 'Creation of internal topic __cluster_metadata is prohibited.'
      return new Refusal(errorCode.INVALID_REQUEST, why)
    }
    const { state } = this.#controller
    if (state.topicNamed(name) !== undefined) {
      return new Refusal(errorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`)
    }
    // As in Kafka, which looks at those alone that there were before the request.
    const like = state.topicLike(name)
    return like === undefined ? undefined : invalid(`Topic '${name}' collides with existing topic: ${like}`)
  }
}

function configProblem({ configs }: NewTopic): Refusal | undefined {
  // A null is refused though another value of the setting follows.
  const none = configs.find(({ value }) => value === null)
  if (none !== undefined) return new Refusal(errorCode.INVALID_CONFIG, topicSettingProblem(none.name, null) ?? null)
  // Of a setting that is named twice the last value counts.
  for (const [name, value] of new Map(configs.map((config) => [config.name, config.value]))) {
    const problem = topicSettingProblem(name, value)
    if (problem !== undefined) return new Refusal(errorCode.INVALID_CONFIG, problem)
  }
  return undefined
}

/** Where each partition lies. */
function* assign(controller: Controller, topic: NewTopic): Generator<void, readonly Assignment[] | Refusal> {
  const { numPartitions, replicationFactor, assignments } = topic
  if (assignments.length > 0) return yield* assignByHand(controller, topic)
  if (replicationFactor === 0 || replicationFactor < -1) {
    const why = 'Replication factor must be larger than 0, or -1 to use the default value.'
    return new Refusal(errorCode.INVALID_REPLICATION_FACTOR, why)
  }
  if (numPartitions === 0 || numPartitions < -1) {
    const why = 'Number of partitions was set to an invalid non-positive value.'
    return new Refusal(errorCode.INVALID_PARTITIONS, why)
  }
  const { settings } = controller.options
  const replicas = replicationFactor === -1 ? settings.value('default.replication.factor') : replicationFactor
  const count = numPartitions === -1 ? settings.value('num.partitions') : numPartitions
  if (count <= RECORDS_MAX) return yield* placed(controller, count, replicas)
  // A negative number beside it has kept the sum of the request small. Where it could not be placed, that is told first.
  const one = yield* placed(controller, 1, replicas)
  return one instanceof Refusal ? one : tooLarge()
}

function* assignByHand(controller: Controller, topic: NewTopic): Generator<void, readonly Assignment[] | Refusal> {
  const begin = 'A manual partition assignment was specified, but'
  if (topic.replicationFactor !== -1) {
    return new Refusal(errorCode.INVALID_REQUEST, `${begin} replication factor was not set to -1.`)
  }
  if (topic.numPartitions !== -1) {
    return new Refusal(errorCode.INVALID_REQUEST, `${begin} numPartitions was not set to -1.`)
  }
  const bad = (why: string): Refusal => new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, why)
  const byIndex = new Map<number, Assignment>()
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (byIndex.has(partitionIndex)) {
      return bad(`Found multiple manual partition assignments for partition ${partitionIndex}`)
    }
    const first = topic.assignments[0]!.brokerIds.length
    const assigned = byHand(controller.state, partitionIndex, brokerIds, byIndex.size === 0 ? undefined : first)
    if (assigned instanceof Refusal) return assigned
    byIndex.set(partitionIndex, assigned)
    yield
  }
  const inOrder: Assignment[] = []
  for (let index = 0; index < byIndex.size; index++) {
    const assigned = byIndex.get(index)
    if (assigned === undefined) return bad('partitions should be a consecutive 0-based integer sequence')
    inOrder.push(assigned)
  }
  return inOrder
}

function refused(name: string, { errorCode: code, errorMessage }: Refusal): TopicOutcome {
  return {
    ...{ name, errorCode: code, errorMessage, topicId: ZERO_UUID },
    ...{ numPartitions: -1, replicationFactor: -1, configs: new Map() },
  }
}

function duplicate(name: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, `Duplicate topic name: ${name}`)
}
