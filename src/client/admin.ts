/**
 * Creating topics, and listing them: what a workload needs to prepare a cluster and to look at it.
 *
 * Topics are created through any broker, which forwards to the controller. An answer names each topic's own outcome.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode } from '../protocol/errors.ts'
import type { CreateTopicsResponse } from '../protocol/messages/19-create-topics.ts'
import type { Uuid } from '../protocol/uuid.ts'
import { promised } from '../world/promises.ts'
import { callApi } from './api-call.ts'
import { type PartitionMetadata, topicOfAnswer } from './metadata.ts'
import { afterIndefinite, type Failure, failureOfCode, type Outcome } from './outcomes.ts'
import type { Services } from './services.ts'

/** A topic to create. */
export interface NewTopic {
  readonly name: string
  /** Default -1: as many as the broker's `num.partitions`. */
  readonly numPartitions?: number
  /** Default -1: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number
  /** Brokers for each partition by number, in place of the two counts; the first of each is its preferred leader. */
  readonly assignments?: readonly (readonly number[])[]
  /** Configurations by Kafka's names. */
  readonly configs?: Readonly<Record<string, string>>
}

/** How one topic's creation ended. */
export type TopicOutcome =
  | {
      readonly kind: 'created'
      readonly name: string
      /** The zero UUID where the broker does not tell. */
      readonly topicId: Uuid
      /** -1 where the broker does not tell. */
      readonly numPartitions: number
    }
  | (Failure & { readonly name: string })

export interface TopicDescription {
  readonly name: string
  readonly topicId: Uuid
  readonly isInternal: boolean
  readonly partitions: readonly PartitionMetadata[]
}

export interface CreateTopicsOptions {
  /** How long to try, in ms. Default: the client's `defaultApiTimeoutMs`. */
  readonly timeoutMs?: number
}

/** Errors that say: nothing was done, another broker or another moment may do it. */
const passing: ReadonlySet<number> = new Set([errorCode.NOT_CONTROLLER])

/** See `Client.createTopics`. */
export function createTopics(
  services: Services,
  topics: readonly NewTopic[],
  options: CreateTopicsOptions,
): Promise<TopicOutcome[]> {
  const { connections, settings, world } = services
  const timeoutMs = options.timeoutMs ?? settings.defaultApiTimeoutMs
  const body = {
    topics: topics.map(({ name, numPartitions = -1, replicationFactor = -1, assignments = [], configs = {} }) => ({
      name,
      // With an assignment there are as many as it has, and the counts must be -1.
      numPartitions: assignments.length > 0 ? -1 : numPartitions,
      replicationFactor: assignments.length > 0 ? -1 : replicationFactor,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs: Math.min(timeoutMs, settings.requestTimeoutMs),
  }
  const isFinal = (response: CreateTopicsResponse): boolean =>
    response.topics.length === 0 || response.topics.some((topic) => !passing.has(topic.errorCode))
  const call = { api: apis.createTopics, body, pickNode: () => connections.pickNode(), isFinal, timeoutMs }
  return promised(world.promises, (done) =>
    callApi(services, call, (failure, response, isUnknown) =>
      done(
        undefined,
        topics.map(({ name }) => outcomeOf(name, failure, response, isUnknown)),
      ),
    ),
  )
}

/** See `Client.describeTopics`. */
export function describeTopics(
  services: Services,
  names: readonly string[] | undefined,
): Promise<Outcome<TopicDescription[]>> {
  const { connections, settings, world } = services
  const body = { topics: names?.map((name) => ({ name })) ?? null, allowAutoTopicCreation: false }
  const call = {
    api: apis.metadata,
    body,
    pickNode: () => connections.pickNode(),
    isFinal: () => true,
    timeoutMs: settings.defaultApiTimeoutMs,
  }
  return promised(world.promises, (done) =>
    callApi(services, call, (failure, response) => {
      if (response === undefined) {
        done(undefined, failure!)
        return
      }
      services.metadata.learn(response)
      const failed = response.topics.find((topic) => topic.errorCode !== errorCode.NONE)
      if (failed !== undefined && names !== undefined) {
        done(undefined, failureOfCode(failed.errorCode, `topic ${failed.name} was described`, null))
        return
      }
      const value: TopicDescription[] = []
      for (const topic of response.topics) {
        if (topic.name === null || topic.errorCode !== errorCode.NONE) continue
        const { name, id, isInternal, partitions } = topicOfAnswer(topic, topic.name)
        value.push({ name, topicId: id, isInternal, partitions })
      }
      done(undefined, { kind: 'ok', value })
    }),
  )
}

function outcomeOf(
  name: string,
  failure: Failure | undefined,
  response: CreateTopicsResponse | undefined,
  isUnknown: boolean,
): TopicOutcome {
  const answer = response?.topics.find((topic) => topic.name === name)
  if (answer === undefined) {
    const missing = failureOfCode(
      errorCode.UNKNOWN_SERVER_ERROR,
      `topic ${name} was created`,
      'the answer leaves it out',
    )
    return { ...(failure ?? missing), name }
  }
  if (answer.errorCode === errorCode.NONE) {
    return { kind: 'created', name, topicId: answer.topicId, numPartitions: answer.numPartitions }
  }
  const refused = failureOfCode(answer.errorCode, `topic ${name} was created`, answer.errorMessage)
  return { ...(isUnknown ? afterIndefinite(refused) : refused), name }
}
