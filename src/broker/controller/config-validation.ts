/** Whether settings may be changed so: does the resource exist, is the setting served, does it take the value. */

import { errorCode } from '../../protocol/errors.ts'
import { brokerSetting } from '../config/broker-settings.ts'
import { isDynamic } from '../config/describe-settings.ts'
import { parseAsked, type Setting } from '../config/setting.ts'
import { topicSetting } from '../config/topic-settings.ts'
import { BROKER_RESOURCE, TOPIC_RESOURCE } from '../metadata/config-table.ts'
import type { ClusterState } from './cluster-state.ts'
import type { ConfigChange, ConfigResource } from './configs.ts'
import { Refusal } from './refusal.ts'
import { topicNameProblem } from './topic-name.ts'

/** Kafka's other resources: loggers of a broker, client metrics, groups. Known, and not served. */
const NOT_SERVED: ReadonlyMap<number, string> = new Map([
  [8, 'BROKER_LOGGER'],
  [16, 'CLIENT_METRICS'],
  [32, 'GROUP'],
])

/** What is wrong with a resource whose settings are to change, before it is known what they are to be. */
export function problemOfType({ resourceType, resourceName }: ConfigResource): Refusal | undefined {
  if (resourceType === TOPIC_RESOURCE) return undefined
  if (resourceType === BROKER_RESOURCE) return problemOfBrokerName(resourceName)
  const known = NOT_SERVED.get(resourceType)
  if (known !== undefined) return invalid(`Unexpected resource type ${known}.`)
  return invalid(`Unknown resource type ${resourceType}.`)
}

/** What is wrong with the name of a topic whose settings are to change: Kafka looks at it after the operations. */
export function problemOfName({ resourceType, resourceName }: ConfigResource): Refusal | undefined {
  return resourceType === TOPIC_RESOURCE ? problemOfTopicName(resourceName) : undefined
}

/** Why a resource with a right name cannot be changed: it is not there. Kafka asks when the values were found right. */
export function problemOfAbsence(state: ClusterState, resource: ConfigResource): Refusal | undefined {
  const { resourceType, resourceName: name } = resource
  if (resourceType === TOPIC_RESOURCE) {
    if (state.topicNamed(name) !== undefined) return undefined
    return new Refusal(errorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
  }
  if (name === '') return undefined
  const isController = [...state.controllers()].some(({ controllerId }) => controllerId === Number(name))
  if (state.broker(Number(name)) !== undefined || isController) return undefined
  return new Refusal(errorCode.BROKER_ID_NOT_REGISTERED, `No broker with id ${name} found.`)
}

/** The operation that needs no value. */
const DELETE = 1

/** What is wrong with the settings named and with what is to become of them. */
export function problemOfNames(changes: readonly ConfigChange[]): Refusal | undefined {
  const names = new Set(changes.map(({ name }) => name))
  if (names.size !== changes.length) return invalid('Error due to duplicate config keys')
  const empty = changes.find(({ operation, value }) => value === null && operation !== DELETE)
  if (empty !== undefined) return invalid(`Null value not supported for :${empty.name}`)
  const strange = changes.find(({ operation }) => operation < 0 || operation > 3)
  return strange === undefined ? undefined : invalid(`Unknown operation type ${strange.operation}.`)
}

/** What is wrong with a setting's value to be; taking a value away is always right. */
export function problemOfValue(resourceType: number, name: string, value: string | null): Refusal | undefined {
  if (value === null) return undefined
  const bad = (why: string): Refusal => new Refusal(errorCode.INVALID_CONFIG, why)
  const setting = settingOf(resourceType, name)
  if (setting === undefined) {
    return bad(
      resourceType === TOPIC_RESOURCE ? `Unknown topic config name: ${name}` : `Unknown broker config: ${name}`,
    )
  }
  if (resourceType === BROKER_RESOURCE && !isDynamic(name)) {
    return invalid(`Cannot update these configs dynamically: ${name}`)
  }
  const parsed = parseAsked(setting, value)
  if (parsed.ok) return undefined
  return resourceType === BROKER_RESOURCE ? invalid(parsed.problem) : bad(parsed.problem)
}

/** The setting of this name that a resource of the type has. */
export function settingOf(resourceType: number, name: string): Setting | undefined {
  return resourceType === TOPIC_RESOURCE ? topicSetting(name) : brokerSetting(name)
}

function problemOfTopicName(name: string): Refusal | undefined {
  if (name === '') return invalid('Default topic resources are not allowed.')
  const problem = topicNameProblem(name)
  if (problem === undefined) return undefined
  return new Refusal(errorCode.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: ${problem}`)
}

function problemOfBrokerName(name: string): Refusal | undefined {
  if (name === '') return undefined
  if (!/^-?\d{1,10}$/.test(name)) return invalid('Unable to parse broker name as a base 10 number.')
  return Number(name) < 0 ? invalid('Unable to use a negative broker ID.') : undefined
}

function invalid(why: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, why)
}
