/**
 * `lost-topic`: a topic whose creation was acknowledged is missing from the last listing of the history, or is shown
 * there with fewer partitions.
 *
 *   process 0: create topic orders with 3 partitions → ok
 *   process 1: list topics → ok, none
 *
 * A topic that somebody may have deleted since is no loss. Only the last listing that ended `ok` is judged, for earlier ones may lag behind; and only creations acknowledged before
 * it was asked for. No loss excuses this: metadata is acknowledged once it is flushed.
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
    if (mayBeDeleted(operations, operation)) continue
    const partitions = shown.get(operation.value.topic) ?? 0
    if (partitions < operation.value.partitions) findings.push(lostTopic(operation, listing, partitions))
  }
  return findings
}

/** Whether somebody may have deleted it since: an attempt that did not fail, nor end before the creation was asked for. */
function mayBeDeleted(
  operations: readonly Operation[],
  { index, process, value }: OperationOf<'create-topic'>,
): boolean {
  const asked = operations.findLast((one) => one.index < index && one.process === process && one.type === 'invoke')
  return operations.some((deletion) => {
    if (deletion.f !== 'delete-topic' || deletion.type !== 'invoke' || deletion.value !== value.topic) return false
    const end = operations.find((one) => one.index > deletion.index && one.process === deletion.process)
    if (end === undefined || end.type === 'info') return true
    // A deletion that finds nothing may have been carried out by an earlier try of its own.
    const mayBeDone = end.type === 'ok' || end.error === 'UNKNOWN_TOPIC_OR_PARTITION'
    return mayBeDone && end.index > (asked?.index ?? index)
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
