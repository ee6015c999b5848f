/**
 * The topics that a request is about, of whichever API: by name, by id, or by the fetch session that it goes on with.
 *
 * Requests have them in arrays called `topics`, `topicData` or `topicPartitions`, whose elements have a `name`, a `topic` or
 * a `topicId`; in `topicNames`; or, where configurations are concerned, among their `resources`.
 */

import { apis } from '../../protocol/apis.ts'
import type { FetchRequest } from '../../protocol/messages/01-fetch.ts'
import type { Decoded, Message } from '../../protocol/schema.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Services } from './services.ts'

/** The resource type of topics in requests about configurations. */
const TOPIC_RESOURCE = 2

interface Named {
  readonly name?: string | null
  readonly topic?: string
  readonly topicId?: Uuid
  readonly resourceType?: number
  readonly resourceName?: string
}

/** Each name once, in the order of the request. Ids that are not known are left out. */
export function topicsOfRequest(services: Services, apiKey: number, body: Decoded<Message>): readonly string[] {
  const { topics, topicData, topicPartitions, topicNames, resources } = body
  const named = [topics, topicData, topicPartitions, topicNames, resources].flatMap((each) =>
    Array.isArray(each) ? (each as readonly (Named | string)[]) : [],
  )
  const fetched = apiKey === apis.fetch.key ? services.fetchSessions.targets((body as FetchRequest).sessionId) : []
  return [...new Set([...named, ...fetched].flatMap((each) => nameOf(services, each)))]
}

function nameOf({ image }: Services, named: Named | string): readonly string[] {
  if (typeof named === 'string') return [named]
  const { name, topic, topicId, resourceType, resourceName } = named
  if (resourceType !== undefined) return resourceType === TOPIC_RESOURCE ? [resourceName!] : []
  const found = name || topic || (topicId === undefined ? undefined : image.topicById(topicId)?.name)
  return found === undefined ? [] : [found]
}
