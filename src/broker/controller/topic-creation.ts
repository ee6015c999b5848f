/**
 * Creating topics: Kafka's validations with their error codes, one answer per topic, all accepted topics in one batch.
 *
 * Placement is trivial while there is one broker: every replica is on it. A topic that exists is answered only when its
 * creation is committed. Source: Kafka's `ReplicationControlManager.createTopics`.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import type { Random } from '../../world/random.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { topicSettingProblem } from '../config/topic-settings.ts'
import { newUuid } from '../log/uuids.ts'
import type { Controller } from './controller.ts'
import { collisionKey, topicNameProblem } from './topic-name.ts'

/** A topic to create; −1 partitions or replicas leave the number to the broker's defaults. */
export interface NewTopic {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
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

export interface TopicCreation {
  readonly controller: Controller
  readonly settings: BrokerSettings
  readonly random: Random
}

/** More partitions than this in one request are refused, as in Kafka: they would not fit one batch. */
const PARTITIONS_MAX = 10_000

class Refusal extends Error {
  readonly errorCode: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.errorCode = code
  }
}

/** Creates what can be created; `done` gets one outcome per topic, in the order asked, once all are committed. */
export function createTopics(
  creation: TopicCreation,
  topics: readonly NewTopic[],
  validateOnly: boolean,
  done: (outcomes: readonly TopicOutcome[]) => void,
): void {
  const times = new Map<string, number>()
  for (const { name } of topics) times.set(name, (times.get(name) ?? 0) + 1)
  const records: MetadataRecordInput[] = []
  const outcomes: TopicOutcome[] = []
  let partitions = 0
  for (const topic of topics) {
    const count = times.get(topic.name)!
    if (count > 1 && outcomes.some(({ name }) => name === topic.name)) continue
    const outcome = count > 1 ? refused(topic, duplicateRefusal(topic.name)) : plan(creation, topic, records)
    partitions += Math.max(outcome.errorCode === 0 ? outcome.numPartitions : 0, 0)
    outcomes.push(outcome)
  }
  if (partitions > PARTITIONS_MAX) return done(topics.map((topic) => refused(topic, tooLargeRefusal())))
  if (validateOnly || records.length === 0) return creation.controller.whenCommitted(() => done(outcomes))
  const error = creation.controller.decide(records, () => done(outcomes))
  if (error !== undefined) {
    const refusal = new Refusal(errorCode.KAFKA_STORAGE_ERROR, error.message)
    done(outcomes.map((outcome, index) => (outcome.errorCode === 0 ? refused(topics[index]!, refusal) : outcome)))
  }
}

/** Validates a topic and adds its records to the batch. */
function plan(creation: TopicCreation, topic: NewTopic, records: MetadataRecordInput[]): TopicOutcome {
  try {
    validateName(creation.controller, topic.name, records)
    const configs = validateConfigs(topic)
    const assignment = assign(creation, topic)
    const topicId = newUuid(creation.random)
    records.push({ type: 'TopicRecord', version: 0, name: topic.name, topicId })
    for (const [partitionId, replicas] of assignment.entries()) {
      records.push(partitionRecord(topicId, partitionId, replicas))
    }
    for (const [name, value] of configs) {
      records.push({ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName: topic.name, name, value })
    }
    const replicationFactor = assignment[0]!.length
    return {
      ...{ name: topic.name, errorCode: errorCode.NONE, errorMessage: null, topicId, configs },
      ...{ numPartitions: assignment.length, replicationFactor },
    }
  } catch (error) {
    if (error instanceof Refusal) return refused(topic, error)
    throw error
  }
}

function validateName(controller: Controller, name: string, records: readonly MetadataRecordInput[]): void {
  const problem = topicNameProblem(name)
  if (problem !== undefined) throw new Refusal(errorCode.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: ${problem}`)
  if (name === '__cluster_metadata') {
    throw new Refusal(
      errorCode.TOPIC_AUTHORIZATION_FAILED,
      'Creation of internal topic __cluster_metadata is prohibited.',
    )
  }
  if (controller.hasTopic(name)) throw new Refusal(errorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`)
  const key = collisionKey(name)
  const planned = records.find((record) => record.type === 'TopicRecord' && collisionKey(record.name) === key)
  const like = controller.topicLike(key) ?? (planned?.type === 'TopicRecord' ? planned.name : undefined)
  if (like !== undefined) {
    throw new Refusal(errorCode.INVALID_TOPIC_EXCEPTION, `Topic '${name}' collides with existing topic: ${like}`)
  }
}

function validateConfigs(topic: NewTopic): ReadonlyMap<string, string> {
  const configs = new Map<string, string>()
  for (const { name, value } of topic.configs) {
    const problem = topicSettingProblem(name, value)
    if (problem !== undefined) throw new Refusal(errorCode.INVALID_CONFIG, problem)
    if (value !== null) configs.set(name, value)
  }
  return configs
}

/** The replicas of each partition. */
function assign({ controller, settings }: TopicCreation, topic: NewTopic): readonly (readonly number[])[] {
  const { numPartitions, replicationFactor, assignments } = topic
  if (assignments.length > 0) return assignByHand(controller, topic)
  if (numPartitions === 0 || numPartitions < -1) {
    throw new Refusal(errorCode.INVALID_PARTITIONS, 'Number of partitions was set to an invalid non-positive value.')
  }
  if (replicationFactor === 0 || replicationFactor < -1) {
    throw new Refusal(
      errorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  }
  const replicas = replicationFactor === -1 ? settings.value('default.replication.factor') : replicationFactor
  if (replicas > 1) {
    throw new Refusal(
      errorCode.INVALID_REPLICATION_FACTOR,
      `Unable to replicate the partition ${replicas} time(s): The target replication factor of ${replicas} cannot be reached because only 1 broker(s) are registered.`,
    )
  }
  const count = numPartitions === -1 ? settings.value('num.partitions') : numPartitions
  if (count > PARTITIONS_MAX) throw tooLargeRefusal()
  return Array.from({ length: count }, () => [controller.nodeId])
}

function assignByHand(controller: Controller, topic: NewTopic): readonly (readonly number[])[] {
  if (topic.replicationFactor !== -1) {
    throw new Refusal(
      errorCode.INVALID_REQUEST,
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    )
  }
  if (topic.numPartitions !== -1) {
    throw new Refusal(
      errorCode.INVALID_REQUEST,
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    )
  }
  const replicas: (readonly number[])[] = []
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    const bad = (why: string): Refusal => new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, why)
    if (replicas[partitionIndex] !== undefined)
      throw bad(`Found multiple manual partition assignments for partition ${partitionIndex}`)
    if (brokerIds.length === 0) throw bad('The manual partition assignment includes an empty replica list.')
    if (new Set(brokerIds).size !== brokerIds.length) {
      throw bad('The manual partition assignment includes duplicate brokers.')
    }
    const stranger = brokerIds.find((id) => id !== controller.nodeId)
    if (stranger !== undefined) {
      throw bad(`The manual partition assignment includes broker ${stranger}, but no such broker is registered.`)
    }
    if (partitionIndex < 0 || partitionIndex >= topic.assignments.length) {
      throw bad('partitions should be a consecutive 0-based integer sequence')
    }
    replicas[partitionIndex] = brokerIds
  }
  return replicas
}

function partitionRecord(topicId: Uuid, partitionId: number, replicas: readonly number[]): MetadataRecordInput {
  return {
    ...{ type: 'PartitionRecord', version: 1, topicId, partitionId, replicas, isr: replicas },
    ...{ removingReplicas: [], addingReplicas: [] },
    ...{ leader: replicas[0]!, leaderEpoch: 0, partitionEpoch: 0 },
    directories: replicas.map(() => UNASSIGNED_DIRECTORY),
  }
}

/** Uuid(0, 1): the broker has not said yet in which of its directories a replica lies. KIP-858. */
const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ' as Uuid

function refused(topic: NewTopic, { errorCode: code, message }: Refusal): TopicOutcome {
  return {
    ...{ name: topic.name, errorCode: code, errorMessage: message, topicId: ZERO_UUID },
    ...{ numPartitions: -1, replicationFactor: -1, configs: new Map() },
  }
}

function duplicateRefusal(name: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, `Duplicate topic name: ${name}`)
}

function tooLargeRefusal(): Refusal {
  return new Refusal(
    errorCode.POLICY_VIOLATION,
    `Unable to perform excessively large batch operation: more than ${PARTITIONS_MAX} partitions`,
  )
}
