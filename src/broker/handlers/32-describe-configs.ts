/**
 * DescribeConfigs (key 32), versions 1 to 4: settings of topics, of this broker, and those of all brokers.
 *
 * Types and documentation from version 3 on (KIP-524, KIP-569). Left out: loggers, client metrics, groups.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type {
  DescribeConfigsRequest,
  DescribeConfigsResponseInput,
} from '../../protocol/messages/32-describe-configs.ts'
import {
  type DescribedSetting,
  describeAllBrokers,
  describeBroker,
  describeTopic,
} from '../config/describe-settings.ts'
import { topicNameProblem } from '../controller/topic-name.ts'
import { BROKER_RESOURCE, TOPIC_RESOURCE } from '../metadata/config-table.ts'
import { handler, type Services } from './services.ts'

type Resource = DescribeConfigsRequest['resources'][number]
type Result = DescribeConfigsResponseInput['results'][number]
type Described = readonly DescribedSetting[] | { readonly code: ErrorCode; readonly message: string }

/** Topics, brokers, their loggers, client metrics, groups. A request that asks for anything else is refused whole. */
const RESOURCE_TYPES: readonly number[] = [TOPIC_RESOURCE, BROKER_RESOURCE, 8, 16, 32]

export const handleDescribeConfigs = handler(apis.describeConfigs, (services, _context, request, answer) => {
  const strange = request.resources.find(({ resourceType }) => !RESOURCE_TYPES.includes(resourceType))
  const problem: Described | undefined = strange && {
    code: errorCode.INVALID_REQUEST,
    message: `Unexpected resource type ${strange.resourceType} for resource ${strange.resourceName}`,
  }
  answer({
    results: request.resources.map((resource) => resultOf(request, resource, problem ?? describe(services, resource))),
  })
})

function describe({ settings, nodeId, image }: Services, resource: Resource): Described {
  const { resourceType, resourceName: name } = resource
  const invalid = (message: string): Described => ({ code: errorCode.INVALID_REQUEST, message })
  if (resourceType === TOPIC_RESOURCE) {
    const problem = topicNameProblem(name)
    if (problem !== undefined) return { code: errorCode.INVALID_TOPIC_EXCEPTION, message: problem }
    if (image.topic(name) !== undefined) return describeTopic(settings, image.topicSettings(name))
    return { code: errorCode.UNKNOWN_TOPIC_OR_PARTITION, message: '' }
  }
  if (resourceType !== BROKER_RESOURCE) return invalid(`Unsupported resource type: ${resourceType}`)
  if (name === '') return describeAllBrokers(image.settings(BROKER_RESOURCE, ''))
  if (/^[+-]?\d{1,10}$/.test(name) && Number(name) === nodeId) return describeBroker(settings)
  return invalid(`Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`)
}

function resultOf(request: DescribeConfigsRequest, resource: Resource, described: Described): Result {
  const { resourceType, resourceName, configurationKeys: keys } = resource
  const named = { resourceType, resourceName }
  if (!isListed(described)) return { ...named, errorCode: described.code, errorMessage: described.message, configs: [] }
  const asked = keys === null || keys.length === 0 ? described : described.filter(({ name }) => keys.includes(name))
  return {
    ...{ ...named, errorCode: errorCode.NONE, errorMessage: '' },
    configs: asked.map(({ name, value, source, isReadOnly, synonyms, type, doc }) => ({
      ...{ name, value, configSource: source, readOnly: isReadOnly, isSensitive: false, configType: type },
      synonyms: request.includeSynonyms ? synonyms : [],
      documentation: request.includeDocumentation ? doc : null,
    })),
  }
}

function isListed(described: Described): described is readonly DescribedSetting[] {
  return Array.isArray(described)
}
