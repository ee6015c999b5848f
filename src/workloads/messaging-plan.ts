/**
 * Draws the plan of the workload *messaging*: streams of messages in order, and who follows them.
 *
 * Actors: `writer-0` … (each partition has one writer, which keeps to it), `tailer-0` … (each follows one topic from its
 * beginning while it is written), `auditor` (looks up times), `keeper` (changes whose clock timestamps are from). Whoever edits a plan must leave each partition its one
 * writer: the order of two writers is not promised.
 */

import { chooseCompression } from './compression-choices.ts'
import { type Draft, numbered } from './operation-order.ts'
import { rushOf } from './rushes.ts'
import { chooseTimestampChanges } from './timestamp-choices.ts'
import { choosePartition, chooseTopics, partitionsOf } from './topic-choices.ts'
import type { Choose, PlannedOperation, PlannedTopic } from './workload.ts'

/** The most messages of one operation. */
const burstMax = 8
/** Polls of one operation of a tailer. */
const pollsMax = 5
/** Polls before a look-up. */
const lookUpPollsMax = 3

/** See the head of this file. */
export function planMessaging(
  choose: Choose,
  size: number,
): { readonly topics: readonly PlannedTopic[]; readonly operations: readonly PlannedOperation[] } {
  const names = ['orders', 'payments'].slice(0, 1 + choose('topics', 0, 2))
  const topics = chooseTopics(choose, names, 3)
  const spanMs = 2000 + choose('span', 0, 18_001)
  const drafts: Draft[] = []
  for (let ordinal = 0; ordinal < size >> 3; ordinal++) drafts.push(lookUp(choose, ordinal, topics, spanMs))
  const tailers = 1 + choose('tailers', 0, 2)
  const tailings = Math.max(2, size >> 3)
  for (let tailer = 0; tailer < tailers; tailer++) {
    const topic = topics[tailer % topics.length]!.name
    for (let ordinal = 0; ordinal < tailings; ordinal++) {
      const drawn = tailer * 1000 + ordinal
      const isFirst = ordinal === 0
      const atMs = isFirst ? 0 : ordinal === tailings - 1 ? spanMs : choose('tailing-when', drawn, spanMs)
      const count = 1 + choose('polls', drawn, pollsMax)
      drafts.push({ atMs, actor: `tailer-${tailer}`, kind: 'tail', topic, partition: 0, count })
    }
  }
  drafts.push(...chooseTimestampChanges(choose, topics, spanMs))
  const writers = 2 + choose('writers', 0, 2)
  const all = partitionsOf(topics)
  const bursts = Math.max(1, size - drafts.length)
  for (let ordinal = 0; ordinal < bursts; ordinal++) {
    const { lead, afterMs } = rushOf(choose, ordinal)
    const place = choose('where', lead, all.length)
    drafts.push({
      ...{
        atMs: Math.min(spanMs, choose('when', lead, spanMs) + afterMs),
        actor: `writer-${place % writers}`,
        kind: 'send',
      },
      ...all[place]!,
      ...chooseCompression(choose, place % writers),
      count: 1 + choose('count', ordinal, burstMax),
    })
  }
  return { topics, operations: numbered(drafts) }
}

/** In the last three quarters of the run, so that there is something to find. */
function lookUp(choose: Choose, ordinal: number, topics: readonly PlannedTopic[], spanMs: number): Draft {
  const { topic, partition } = choosePartition(topics, (below) => choose('look-up-where', ordinal, below))
  const earliestMs = spanMs >> 2
  const atMs = earliestMs + choose('look-up-when', ordinal, spanMs - earliestMs)
  const count = 1 + choose('look-up-polls', ordinal, lookUpPollsMax)
  return { atMs, actor: 'auditor', kind: 'look-up', topic, partition, count }
}
