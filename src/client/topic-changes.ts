/**
 * Changing topics that exist: deleting them, setting their configurations, and reading those. Asked of any broker, which
 * forwards changes to the controller. An answer names each topic's own outcome.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode } from '../protocol/errors.ts'
import type { DeleteTopicsResponse } from '../protocol/messages/20-delete-topics.ts'
import type { DescribeConfigsResponse } from '../protocol/messages/32-describe-configs.ts'
import type { IncrementalAlterConfigsResponse } from '../protocol/messages/44-incremental-alter-configs.ts'
import { promised } from '../world/promises.ts'
import { callApi } from './api-call.ts'
import { afterIndefinite, type Failure, failureOfCode, type Outcome } from './outcomes.ts'
import type { Services } from './services.ts'

/** How the change of one topic ended. */
export type ChangeOutcome = { readonly kind: 'changed'; readonly name: string } | (Failure & { readonly name: string })

/** What a topic's configurations are, by Kafka's names, defaults included. */
export interface TopicConfigs {
  readonly name: string
  readonly configs: ReadonlyMap<string, string | null>
}

/** Kafka's number of topics among resources, and of setting and going back to the default among their changes. */
const TOPIC = 2
const SET = 0
const DELETE = 1

/** See `Client.deleteTopics`. */
export function deleteTopics(services: Services, names: readonly string[]): Promise<ChangeOutcome[]> {
  const { connections, settings, world } = services
  const topics = names.map((name) => ({ name }))
  const body = { topics, topicNames: names, timeoutMs: settings.requestTimeoutMs }
  const isFinal = ({ responses }: DeleteTopicsResponse): boolean => areFinal(responses)
  const timeoutMs = settings.defaultApiTimeoutMs
  const call = { api: apis.deleteTopics, body, pickNode: () => connections.pickNode(), isFinal, timeoutMs }
  return promised(world.promises, (done) =>
    callApi(services, call, (failure, response, isUnknown) => {
      const answers = new Map(response?.responses.map((each) => [each.name, each]))
      done(
        undefined,
        names.map((name) => outcomeOf(name, 'was deleted', answers.get(name), failure, isUnknown)),
      )
    }),
  )
}

/** See `Client.setTopicConfigs`. */
export function setTopicConfigs(
  services: Services,
  name: string,
  configs: Readonly<Record<string, string | null>>,
): Promise<ChangeOutcome> {
  const { connections, settings, world } = services
  const changes = Object.entries(configs).map(([config, value]) => ({
    ...{ name: config, configOperation: value === null ? DELETE : SET, value },
  }))
  const body = {
    resources: [{ resourceType: TOPIC, resourceName: name, configs: changes }],
    validateOnly: false,
  }
  const isFinal = ({ responses }: IncrementalAlterConfigsResponse): boolean => areFinal(responses)
  const timeoutMs = settings.defaultApiTimeoutMs
  const call = { api: apis.incrementalAlterConfigs, body, pickNode: () => connections.pickNode(), isFinal, timeoutMs }
  return promised(world.promises, (done) =>
    callApi(services, call, (failure, response, isUnknown) =>
      done(undefined, outcomeOf(name, 'was configured', response?.responses[0], failure, isUnknown)),
    ),
  )
}

/** See `Client.describeTopicConfigs`. */
export function describeTopicConfigs(services: Services, names: readonly string[]): Promise<Outcome<TopicConfigs[]>> {
  const { connections, settings, world } = services
  const resources = names.map((name) => ({ resourceType: TOPIC, resourceName: name, configurationKeys: null }))
  const isFinal = (_response: DescribeConfigsResponse): boolean => true
  const timeoutMs = settings.defaultApiTimeoutMs
  const call = {
    api: apis.describeConfigs,
    body: { resources },
    pickNode: () => connections.pickNode(),
    isFinal,
    timeoutMs,
  }
  return promised(world.promises, (done) =>
    callApi(services, call, (failure, response) => {
      if (response === undefined) return done(undefined, failure!)
      const failed = response.results.find(({ errorCode: code }) => code !== errorCode.NONE)
      if (failed !== undefined) {
        const what = `topic ${failed.resourceName} was described`
        return done(undefined, failureOfCode(failed.errorCode, what, failed.errorMessage))
      }
      const value = response.results.map(({ resourceName, configs }) => ({
        ...{ name: resourceName, configs: new Map(configs.map((config) => [config.name, config.value])) },
      }))
      done(undefined, { kind: 'ok', value })
    }),
  )
}

/** False for an answer that says that nothing was done, and that another broker or another moment may do it. */
function areFinal(answers: readonly { readonly errorCode: number }[]): boolean {
  return answers.length === 0 || answers.some(({ errorCode: code }) => code !== errorCode.NOT_CONTROLLER)
}

function outcomeOf(
  name: string,
  what: string,
  answer: { readonly errorCode: number; readonly errorMessage: string | null } | undefined,
  failure: Failure | undefined,
  isUnknown: boolean,
): ChangeOutcome {
  const context = `topic ${name} ${what}`
  if (answer === undefined) {
    const missing = failureOfCode(errorCode.UNKNOWN_SERVER_ERROR, context, 'the answer leaves it out')
    return { ...(failure ?? missing), name }
  }
  if (answer.errorCode === errorCode.NONE) return { kind: 'changed', name }
  const refused = failureOfCode(answer.errorCode, context, answer.errorMessage)
  return { ...(isUnknown ? afterIndefinite(refused) : refused), name }
}
