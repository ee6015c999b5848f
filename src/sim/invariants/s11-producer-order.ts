/**
 * S11: what one connection sends to a partition is appended in the order in which it was sent: acknowledged offsets rise
 * from request to request, except where a retry is answered with what it repeats. Source: Kafka's ordering guarantee.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest, ProduceResponse } from '../../protocol/messages/00-produce.ts'
import { batchProducerId } from '../../protocol/record-batch.ts'
import type { Invariant } from './invariant.ts'
import { topicNameOf } from './topic-names.ts'

export function producerOrder(): Invariant {
  const lastOffsets = new Map<string, number>()
  return {
    name: 'S11 per-producer order',
    source: 'Kafka documentation, Guarantees',
    onEvent(_judged, event) {
      if (event.type === 'BrokerStarting') lastOffsets.clear()
    },
    onResponse(judged, { request, body }) {
      if (request.api !== apis.produce) return
      const asked = request.body as ProduceRequest
      ;(body as ProduceResponse).responses.forEach((topic, at) => {
        const name = topicNameOf(judged, request, topic)
        topic.partitionResponses.forEach(({ index, errorCode: code, baseOffset }, partitionAt) => {
          const sent = asked.topicData[at]?.partitionData[partitionAt]?.records
          if (code !== errorCode.NONE || name === undefined || !sent || batchProducerId(sent, 0) >= 0) return
          const partition = `${name}-${index}`
          const key = `${request.connection}/${partition}`
          const before = lastOffsets.get(key) ?? -1
          if (baseOffset <= before) {
            judged.broken(
              `a later request of one connection was appended to ${partition} at ${baseOffset}, an earlier one at ${before}`,
              { partition, offset: baseOffset },
            )
          }
          lastOffsets.set(key, baseOffset)
        })
      })
    },
  }
}
