/**
 * Whose clock the timestamps of a topic are from at this moment, as far as it can be told from outside: as the plan or the
 * topic's creation says, and as somebody has changed it since.
 *
 * From the asking for a change to its answer both are possible; so they stay for good where an answer never comes, where
 * several changes are under way at a time, and in a cluster, whose brokers hear of a change when they do.
 */

import { apis } from '../../protocol/apis.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../../protocol/messages/44-incremental-alter-configs.ts'
import type { TimestampType } from '../../protocol/record-batch.ts'
import type { LogConfigs } from '../plan/topic-durability.ts'
import type { SeenRequest, SeenResponse } from '../run/wire-tap.ts'

const SETTING = 'message.timestamp.type'
const TOPIC = 2

interface Change {
  /** What the topic has now; undefined where nobody can tell. */
  settled: TimestampType | undefined
  /** The request that is under way. */
  asked: SeenRequest | undefined
}

export class TimestampTypes {
  readonly #configOf: LogConfigs
  readonly #isCluster: boolean
  /** Of topics that somebody wanted changed. */
  readonly #changes = new Map<string, Change>()

  constructor(configOf: LogConfigs, isCluster: boolean) {
    this.#configOf = configOf
    this.#isCluster = isCluster
  }

  /** Of a partition, by its directory's name; undefined where it may be either. */
  of(partition: string): TimestampType | undefined {
    const change = this.#changes.get(partition.slice(0, partition.lastIndexOf('-')))
    return change === undefined ? this.#configOf(partition).timestampType : change.settled
  }

  onRequest(request: SeenRequest): void {
    if (request.api !== apis.incrementalAlterConfigs) return
    for (const { name } of changesIn(request)) {
      const isFirst = this.#changes.get(name)?.settled !== undefined || !this.#changes.has(name)
      this.#changes.set(name, { settled: undefined, asked: isFirst ? request : undefined })
    }
  }

  onResponse({ request, body }: SeenResponse): void {
    if (request.api !== apis.incrementalAlterConfigs || this.#isCluster) return
    for (const { name, type } of changesIn(request)) {
      const change = this.#changes.get(name)
      const { responses } = body as IncrementalAlterConfigsResponse
      const isDone = responses.some(({ resourceName, errorCode }) => resourceName === name && errorCode === 0)
      if (change?.asked === request && isDone) this.#changes.set(name, { settled: type, asked: undefined })
    }
  }
}

function changesIn({ body }: SeenRequest): readonly { readonly name: string; readonly type: TimestampType }[] {
  return (body as IncrementalAlterConfigsRequest).resources.flatMap(({ resourceType, resourceName, configs }) => {
    const value = resourceType === TOPIC ? configs.findLast(({ name }) => name === SETTING)?.value : undefined
    return value === undefined || value === null ? [] : [{ name: resourceName, type: value as TimestampType }]
  })
}
