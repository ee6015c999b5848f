/**
 * S10: in a partition the sequence numbers of a producer at one epoch follow one another without gap or repeat. A retry
 * of a batch that the broker must still remember is answered with that batch's offsets: the producer's last batch
 * always, its last five as long as they were appended in this life (a snapshot keeps one). Sources: KIP-98; KAFKA-5494.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode, errorName } from '../../protocol/errors.ts'
import type { ProduceRequest, ProduceResponse } from '../../protocol/messages/00-produce.ts'
import {
  BATCH_HEADER_BYTES,
  batchBaseSequence,
  batchProducerEpoch,
  batchProducerId,
  nextSequence,
  readBatchHeader,
} from '../../protocol/record-batch.ts'
import type { SeenResponse } from '../run/wire-tap.ts'
import type { Invariant, Judged } from './invariant.ts'
import { topicNameOf } from './topic-names.ts'

const REMEMBERED = 5

export function idempotence(): Invariant {
  return {
    name: 'S10 idempotence',
    source: 'KIP-98; KAFKA-5494',
    onEvent(judged, event) {
      if (event.type !== 'BatchAppended') return
      const { batch, partition, baseOffset } = event
      const producerId = batchProducerId(batch, 0)
      if (producerId < 0) return
      const before = judged.ghost.producers(partition).get(producerId)
      if (before === undefined || before.epoch !== batchProducerEpoch(batch, 0) || before.mayBeForgotten) return
      const expected = nextSequence(before.lastSequence, 1)
      const sequence = batchBaseSequence(batch, 0)
      if (sequence === expected) return
      judged.broken(`${partition} took sequence ${sequence} of producer ${producerId} where ${expected} was next`, {
        partition,
        offset: baseOffset,
      })
    },
    onResponse(judged, response) {
      if (response.request.api === apis.produce) checkRetries(judged, response)
    },
  }
}

function checkRetries(judged: Judged, { request, body }: SeenResponse): void {
  const asked = request.body as ProduceRequest
  ;(body as ProduceResponse).responses.forEach((topic, at) => {
    const name = topicNameOf(judged, request, topic)
    topic.partitionResponses.forEach((answer, partitionAt) => {
      const sent = asked.topicData[at]?.partitionData[partitionAt]?.records
      if (name === undefined || !sent || sent.length < BATCH_HEADER_BYTES) return
      const isSequenceError =
        answer.errorCode === errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER ||
        answer.errorCode === errorCode.DUPLICATE_SEQUENCE_NUMBER
      if (!isSequenceError) return
      const { producerId, producerEpoch, baseSequence, recordCount } = readBatchHeader(sent, 0)
      const partition = `${name}-${answer.index}`
      const known = judged.ghost.producers(partition).get(producerId)
      if (known === undefined || known.epoch !== producerEpoch || known.mayBeForgotten) return
      const original = known.recent
        .slice(-REMEMBERED)
        .findLast((batch) => batch.firstSequence === baseSequence && batch.recordCount === recordCount)
      const mustBeKnown =
        original !== undefined && (original.lastSequence === known.lastSequence || original.isOfThisLife)
      if (!mustBeKnown) return
      judged.broken(
        `a retry of the batch at offset ${original.baseOffset} of ${partition} was answered ${errorName(answer.errorCode)} instead of that offset`,
        { partition, offset: original.baseOffset },
      )
    })
  })
}
