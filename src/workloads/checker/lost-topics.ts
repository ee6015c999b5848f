/**
 * `lost-topic`: a topic whose creation was acknowledged is missing from the last listing of the history, or is shown
 * there with fewer partitions.
 *
 *   process 0: create topic orders with 3 partitions → ok
 *   process 1: list topics → ok, none
 *
 * A topic that somebody may have deleted is no loss. A deletion that was over before the creation was asked for may have
 * done it only by a copy of its request that was still on its way (`request-copies.ts`), and one that found nothing only if
 * more than one copy of it could be carried out; where nobody watched the wire both are taken for possible. Only the last listing that ended `ok` is judged, for earlier ones may lag behind; and only
 * creations acknowledged before it was asked for. No loss excuses this: metadata is acknowledged once it is flushed.
 */

import type { Operation, OperationOf } from '../history/operation.ts'
import { RequestCopies } from '../request-copies.ts'
import type { Finding } from './anomalies.ts'

export function lostTopics(
  operations: readonly Operation[],
  copies: RequestCopies = new RequestCopies(undefined),
): readonly Finding[] {
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
    if (mayBeDeleted(operations, operation, copies)) continue
    const partitions = shown.get(operation.value.topic) ?? 0
    if (partitions < operation.value.partitions) findings.push(lostTopic(operation, listing, partitions))
  }
  return findings
}

/** Whether somebody may have deleted it after it was created. */
function mayBeDeleted(
  operations: readonly Operation[],
  creation: OperationOf<'create-topic'>,
  copies: RequestCopies,
): boolean {
  const { topic } = creation.value
  const asked = operations.findLast(({ index, process }) => index < creation.index && process === creation.process)!
  return operations.some((deletion) => {
    if (deletion.f !== 'delete-topic' || deletion.type !== 'invoke' || deletion.value !== topic) return false
    const end = operations.find((one) => one.index > deletion.index && one.process === deletion.process)
    const subject = { change: 'delete-topic', topic } as const
    if (end === undefined || end.type === 'info') return true
    const during = { fromUs: deletion.timeUs, toUs: end.timeUs }
    if (end.index < asked.index && !copies.mayActAfter(subject, during, asked.timeUs)) return false
    if (end.type !== 'fail') return true
    // A deletion that finds nothing may have been carried out by an earlier try of its own.
    return end.error === 'UNKNOWN_TOPIC_OR_PARTITION' && copies.mayActTwice(subject, during)
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
