/**
 * S7: nodes that have applied the same offsets have the same image, and nobody is told of what is not committed: a topic
 * that a client is shown, or whose creation or deletion it is told, is created or deleted in the committed log. Sources:
 * KIP-500, KIP-631; the comparison of states at equal positions as in TigerBeetle's state checker.
 */

import { apis } from '../../../protocol/apis.ts'
import { errorCode } from '../../../protocol/errors.ts'
import type { MetadataResponse } from '../../../protocol/messages/03-metadata.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../../protocol/messages/19-create-topics.ts'
import { type Uuid, ZERO_UUID } from '../../../protocol/uuid.ts'
import type { SeenResponse } from '../../run/wire-tap.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

export function metadataMatching(): ClusterInvariant {
  const images = new Map<number, { readonly hash: string; readonly node: number }>()
  return {
    name: 'S7 metadata matching',
    source: 'KIP-500; KIP-631',
    onEvent(judged, node, event) {
      if (event.type !== 'ImageApplied') return
      const { endOffset, hash } = event
      const first = images.get(endOffset)
      if (first === undefined) images.set(endOffset, { hash, node })
      else if (first.hash !== hash) {
        judged.broken(`the images of nodes ${first.node} and ${node} differ at offset ${endOffset}`, {
          offset: endOffset,
        })
      }
    },
    onResponse(judged, response) {
      const { api } = response.request
      if (api === apis.metadata) {
        for (const { errorCode: code, name, topicId } of (response.body as MetadataResponse).topics) {
          if (code === errorCode.NONE) checkShown(judged, response, name, topicId)
        }
      } else if (api === apis.createTopics && !(response.request.body as CreateTopicsRequest).validateOnly) {
        for (const { errorCode: code, name, topicId } of (response.body as CreateTopicsResponse).topics) {
          if (code === errorCode.NONE) checkShown(judged, response, name, topicId)
        }
      }
    },
  }
}

function checkShown(judged: ClusterJudged, { request }: SeenResponse, name: string | null, topicId: Uuid): void {
  const isKnown = topicId === ZERO_UUID ? judged.state.wasEverNamed(name ?? '') : judged.state.wasEver(topicId)
  if (isKnown) return
  judged.broken(
    `node ${request.server} answered ${request.api.name} with topic ${name ?? topicId}, whose creation is not committed`,
  )
}
