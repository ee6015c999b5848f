/** Every API that is served, in the order of the keys. What is not here is neither advertised nor answered. */

import { handleProduce } from './00-produce.ts'
import { handleFetch } from './01-fetch.ts'
import { handleListOffsets } from './02-list-offsets.ts'
import { handleMetadata } from './03-metadata.ts'
import { apiVersionsHandler } from './18-api-versions.ts'
import { handleCreateTopics } from './19-create-topics.ts'
import { handleInitProducerId } from './22-init-producer-id.ts'
import type { Handler } from './services.ts'

const handlers: readonly Handler[] = [
  handleProduce,
  handleFetch,
  handleListOffsets,
  handleMetadata,
  apiVersionsHandler(() => handlers.map(({ api }) => api)),
  handleCreateTopics,
  handleInitProducerId,
]

const byKey: ReadonlyMap<number, Handler> = new Map(handlers.map((handler) => [handler.api.key, handler]))

/** The handler of an API key; undefined where it is not served. */
export function handlerOf(apiKey: number): Handler | undefined {
  return byKey.get(apiKey)
}
