/**
 * Part of S1: a deletion of records that was answered is for good. It went as far as it was asked to, the log begins where
 * the answer says or behind that, and it never begins before that again, however a life ends: the start is on record
 * before the answer. Sources: KIP-107; the durability contract.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { DeleteRecordsRequest, DeleteRecordsResponse } from '../../protocol/messages/21-delete-records.ts'
import type { SeenResponse } from '../run/wire-tap.ts'
import type { Invariant, Judged } from './invariant.ts'

export function deletionsLast(): Invariant {
  /** The highest start that was answered, by partition. */
  const answered = new Map<string, number>()
  return {
    name: 'S1 deletions last',
    source: 'KIP-107; durability contract',
    onEvent(judged, event: BrokerEvent) {
      if (event.type !== 'LogLoaded') return
      const { partition, startOffset } = event
      const least = answered.get(partition) ?? 0
      if (startOffset >= least) return
      judged.broken(
        `${partition} was loaded with its start at ${startOffset}, though its records below ${least} were answered to be deleted`,
        { partition, offset: startOffset },
      )
    },
    onResponse(judged, response) {
      if (response.request.api === apis.deleteRecords) checkAnswer(judged, response, answered)
    },
  }
}

function checkAnswer(judged: Judged, { request, body }: SeenResponse, answered: Map<string, number>): void {
  for (const { name, partitions } of (body as DeleteRecordsResponse).topics) {
    for (const { partitionIndex, errorCode: code, lowWatermark } of partitions) {
      if (code !== errorCode.NONE) continue
      const partition = `${name}-${partitionIndex}`
      const where = { partition, offset: lowWatermark }
      const { startOffset } = judged.ghost.partition(partition)
      const said = `a deletion of records of ${partition} was answered with its start at ${lowWatermark}`
      const asked = askedOffset(request.body as DeleteRecordsRequest, name, partitionIndex)
      if (lowWatermark > startOffset) judged.broken(`${said}, and it begins at ${startOffset}`, where)
      if (asked !== undefined && lowWatermark < asked) judged.broken(`${said}, and was asked for up to ${asked}`, where)
      answered.set(partition, Math.max(answered.get(partition) ?? 0, lowWatermark))
    }
  }
}

/** The last offset that was asked for, for that is what is meant; undefined where none was named. */
function askedOffset({ topics }: DeleteRecordsRequest, topic: string, index: number): number | undefined {
  const asked = topics.filter(({ name }) => name === topic).flatMap(({ partitions }) => partitions)
  return asked.findLast(({ partitionIndex }) => partitionIndex === index)?.offset
}
