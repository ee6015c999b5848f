/**
 * `lost-topic`: a topic whose creation was acknowledged is missing from the last listing of the history, or is shown
 * there with fewer partitions.
 *
 *   process 0: create topic orders with 3 partitions → ok
 *   process 1: list topics → ok, none
 *
 * A topic that somebody may have deleted is no loss, be it by a deletion that was answered before the creation was asked
 * for: brokers forward it and send it again, clients try it at one broker after the other, and a try that nobody waits for
 * any more may arrive late. Only the last listing that ended `ok` is judged, for earlier ones may lag behind; and only
 * creations acknowledged before it was asked for. No loss excuses this: metadata is acknowledged once it is flushed.
 */

import type { Operation, OperationOf } from '../history/operation.ts'
import type { Finding } from './anomalies.ts'

export function lostTopics(operations: readonly Operation[]): readonly Finding[] {
  const listing = operations.findLast((operation) => operation.f === 'list-topics' && operation.type === 'ok')
  if (listing?.f !== 'list-topics') return []
  const asked = operations.findLast(
    ({ index, process, type }) => index < listing.index && process === listing.process && type === 'invoke',
  )
  const askedIndex = asked?.index ?? listing.index
  const shown = new Map(listing.value.map(({ topic, partitions }) => [topic, partitions]))
  const findings: Finding[] = []
  for (const operation of operations) {
    if (operation.index > askedIndex) break
    if (operation.f !== 'create-topic' || operation.type !== 'ok') continue
    if (mayBeDeleted(operations, operation.value.topic)) continue
    const partitions = shown.get(operation.value.topic) ?? 0
    if (partitions < operation.value.partitions) findings.push(lostTopic(operation, listing, partitions))
  }
  return findings
}

/** Whether somebody asked to delete it, and was not refused for good. */
function mayBeDeleted(operations: readonly Operation[], topic: string): boolean {
  return operations.some((deletion) => {
    if (deletion.f !== 'delete-topic' || deletion.type !== 'invoke' || deletion.value !== topic) return false
    const end = operations.find((one) => one.index > deletion.index && one.process === deletion.process)
    // A deletion that finds nothing may have been carried out by an earlier try of its own.
    return end?.type !== 'fail' || end.error === 'UNKNOWN_TOPIC_OR_PARTITION'
  })
}

function lostTopic(creation: OperationOf<'create-topic'>, listing: Operation, partitionsShown: number): Finding {
  const { topic, partitions } = creation.value
  const what = partitionsShown === 0 ? 'is gone' : `is shown with ${partitionsShown}`
  return {
    anomaly: 'lost-topic',
    key: topic,
    message: `Topic ${topic}, created and acknowledged with ${partitions} partitions, ${what}.`,
    operations: [creation.index, listing.index],
    values: [],
    offsets: [],
  }
}
