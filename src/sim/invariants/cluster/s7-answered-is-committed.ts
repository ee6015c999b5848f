/**
 * S7, of answers: what is answered as done is done in the committed log, and is what was asked for. A topic was created with
 * the partitions and settings it was asked for; a deleted one is gone; a setting was set; ids that a producer may be given
 * are given away for good. Whether it stays is S1 to S3, and what clients find in the end their own oracle. Sources: KIP-500,
 * KIP-631, KIP-730.
 */

import { apis } from '../../../protocol/apis.ts'
import { errorCode } from '../../../protocol/errors.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../../protocol/messages/19-create-topics.ts'
import type { DeleteTopicsResponse } from '../../../protocol/messages/20-delete-topics.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../../../protocol/messages/44-incremental-alter-configs.ts'
import type { AllocateProducerIdsResponse } from '../../../protocol/messages/67-allocate-producer-ids.ts'
import type { SeenResponse } from '../../run/wire-tap.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'
import { RESOURCE_TOPIC } from './cluster-state.ts'

/** Kafka's number of the operation that puts a value in place of another. */
const SET = 0

export function answeredIsCommitted(): ClusterInvariant {
  return {
    name: 'S7 answered is committed',
    source: 'KIP-500; KIP-631; KIP-730',
    onResponse(judged, { request, body }) {
      const by = `node ${request.server} answered ${request.api.name}`
      const broken = (what: string): void => judged.broken(`${by}, and ${what}`)
      if (request.api === apis.createTopics) checkCreated(judged.state, broken, { request, body })
      else if (request.api === apis.deleteTopics) checkDeleted(judged.state, broken, body as DeleteTopicsResponse)
      else if (request.api === apis.incrementalAlterConfigs) checkSet(judged.state, broken, { request, body })
      else if (request.api === apis.allocateProducerIds) {
        const { errorCode: code, producerIdStart, producerIdLen } = body as AllocateProducerIdsResponse
        if (code !== errorCode.NONE || producerIdStart + producerIdLen <= judged.state.nextProducerId) return
        broken(
          `the log gives away producer ids below ${judged.state.nextProducerId}, not the ${producerIdLen} from ${producerIdStart} on`,
        )
      }
    },
  }
}

type State = ClusterJudged['state']
type Broken = (what: string) => void

/** As it was when the batch, or transaction, was over that created it: it may have changed since. */
function checkCreated(state: State, broken: Broken, { request, body }: SeenResponse): void {
  const { topics: asked, validateOnly } = request.body as CreateTopicsRequest
  if (validateOnly) return
  for (const { errorCode: code, name, topicId } of (body as CreateTopicsResponse).topics) {
    const wanted = asked.find((topic) => topic.name === name)
    // Without an id, by versions before 7, one cannot tell which topic of that name is meant.
    const created = state.createdAs(topicId)
    if (code !== errorCode.NONE || wanted === undefined || created === undefined) continue
    const { numPartitions, assignments, configs } = wanted
    const partitions = assignments.length > 0 ? assignments.length : numPartitions
    if (partitions > 0 && created.partitions !== partitions)
      return broken(`topic ${name} was created with ${created.partitions} partitions, not ${partitions}`)
    const other = configs.find((config) => created.configs.get(config.name) !== (config.value ?? undefined))
    if (other !== undefined || created.configs.size !== configs.length)
      return broken(
        `topic ${name} was created with ${told(created.configs)}, not ${told(new Map(configs.map((config) => [config.name, config.value])))}`,
      )
  }
}

function checkDeleted(state: State, broken: Broken, { responses }: DeleteTopicsResponse): void {
  for (const { errorCode: code, name, topicId } of responses) {
    if (code === errorCode.NONE && state.topics.has(topicId)) return broken(`topic ${name ?? topicId} is there`)
  }
}

function checkSet(state: State, broken: Broken, { request, body }: SeenResponse): void {
  const { resources, validateOnly } = request.body as IncrementalAlterConfigsRequest
  if (validateOnly) return
  const done = (body as IncrementalAlterConfigsResponse).responses.filter(
    ({ errorCode: code }) => code === errorCode.NONE,
  )
  for (const { resourceType, resourceName: topic } of done) {
    if (resourceType !== RESOURCE_TOPIC) continue
    const asked = resources.find((each) => each.resourceType === resourceType && each.resourceName === topic)
    const unset = asked?.configs.find(
      ({ name, configOperation, value }) => configOperation === SET && !state.wasEverSet(topic, name, value ?? ''),
    )
    if (unset !== undefined) return broken(`${unset.name} of topic ${topic} was never set to ${unset.value}`)
  }
}

function told(configs: ReadonlyMap<string, string | null>): string {
  return configs.size === 0 ? 'no settings' : [...configs].map(([name, value]) => `${name}=${value}`).join(', ')
}
