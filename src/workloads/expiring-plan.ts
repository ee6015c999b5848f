/**
 * Draws the plan of the workload *expiring events*: topics that forget soon, who fills them, and who reads in time or not.
 *
 * Actors: `producer-0` … (3–5, each in one style of acknowledgement), `tailer-0` … (each follows one topic as fast as it
 * can), `laggard-0` … (each reads one topic a few records at a time, and seldom, so that its position is deleted under
 * it), `surveyor` (looks up where partitions begin and reads on from there, or goes back to a time), `cleaner` (deletes
 * records by hand), `keeper` (changes whose clock timestamps are from).
 */

import { sendStyles } from './activity-plan.ts'
import { chooseCompression, chooseTopicCompression } from './compression-choices.ts'
import { type Draft, numbered } from './operation-order.ts'
import { rushOf } from './rushes.ts'
import { chooseTimestampChanges, chooseTimestampType } from './timestamp-choices.ts'
import { choosePartition } from './topic-choices.ts'
import type { Choose, PlannedOperation, PlannedTopic } from './workload.ts'

/** The most records of one operation. */
const burstMax = 16
/** Polls of one operation of a consumer. */
const pollsMax = 4

/** See the head of this file. */
export function planExpiring(
  choose: Choose,
  size: number,
): { readonly topics: readonly PlannedTopic[]; readonly operations: readonly PlannedOperation[] } {
  const topics = chooseExpiringTopics(choose)
  const spanMs = 2000 + choose('span', 0, 18_001)
  const drafts: Draft[] = []
  for (const trade of ['tail', 'lag'] as const) {
    const consumers = 1 + choose(`${trade}-consumers`, 0, 2)
    for (let consumer = 0; consumer < consumers; consumer++) {
      drafts.push(...following(choose, trade, consumer, { topics, spanMs, times: Math.max(2, size >> 4) }))
    }
  }
  for (let ordinal = 0; ordinal < Math.max(1, size >> 3); ordinal++) {
    drafts.push(survey(choose, ordinal, topics, spanMs))
  }
  const cleanings = choose('cleanings', 0, 2 + (size >> 3)) + (topics.some(isUnlimited) ? 2 : 0)
  for (let ordinal = 0; ordinal < cleanings; ordinal++) {
    drafts.push(cleaning(choose, ordinal, topics, spanMs))
  }
  drafts.push(...chooseTimestampChanges(choose, topics, spanMs))
  const producers = 3 + choose('producers', 0, 3)
  const bursts = Math.max(size >> 1, size - drafts.length)
  for (let ordinal = 0; ordinal < bursts; ordinal++) drafts.push(burst(choose, ordinal, topics, producers, spanMs))
  return { topics, operations: numbered(drafts) }
}

/** Few partitions, small segments, little that is kept: by size, by time, or by both. */
function chooseExpiringTopics(choose: Choose): readonly PlannedTopic[] {
  const names = ['readings', 'alerts'].slice(0, 1 + choose('topics', 0, 2))
  return names.map((name, ordinal) => {
    const pick = <T>(purpose: string, values: readonly T[]): T => values[choose(purpose, ordinal, values.length)]!
    // Where there is no limit only the cleaner deletes.
    const limit = pick('limit', ['size', 'size', 'time', 'both', 'none'])
    return {
      name,
      partitions: 1 + choose('partitions', ordinal, 2),
      settings: {
        ...chooseTopicCompression(choose, ordinal),
        ...chooseTimestampType(choose, ordinal),
        // The largest record fits into the smallest.
        'internal.segment.bytes': pick('segment-bytes', ['2200', '2500', '3000', '4000']),
        'retention.bytes':
          limit === 'time' || limit === 'none' ? '-1' : pick('retention-bytes', ['0', '700', '2000', '4000']),
        'retention.ms': limit === 'size' || limit === 'none' ? '-1' : pick('retention-ms', ['0', '150', '800', '2000']),
        ...pick<Readonly<Record<string, string>>>('flushes', [
          {},
          {},
          { 'flush.messages': '1' },
          { 'flush.ms': '200' },
        ]),
        ...pick<Readonly<Record<string, string>>>('index', [
          {},
          { 'index.interval.bytes': '0' },
          { 'index.interval.bytes': '300', 'segment.ms': '700' },
        ]),
      },
    }
  })
}

function isUnlimited({ settings }: PlannedTopic): boolean {
  return settings['retention.bytes'] === '-1' && settings['retention.ms'] === '-1'
}

interface Surroundings {
  readonly topics: readonly PlannedTopic[]
  readonly spanMs: number
  /** How often the consumer comes. */
  readonly times: number
}

/** A consumer of one topic: at the start, at the end, and in between. */
function following(
  choose: Choose,
  trade: 'tail' | 'lag',
  consumer: number,
  { topics, spanMs, times }: Surroundings,
): readonly Draft[] {
  const topic = topics[consumer % topics.length]!.name
  return Array.from({ length: times }, (_, ordinal) => {
    const drawn = consumer * 1000 + ordinal
    const atMs = ordinal === 0 ? 0 : ordinal === times - 1 ? spanMs : choose(`${trade}-when`, drawn, spanMs)
    const count = 1 + choose(`${trade}-polls`, drawn, pollsMax)
    const actor = `${trade === 'tail' ? 'tailer' : 'laggard'}-${consumer}`
    return { atMs, actor, kind: trade, topic, partition: 0, count }
  })
}

function survey(choose: Choose, ordinal: number, topics: readonly PlannedTopic[], spanMs: number): Draft {
  const { topic, partition } = choosePartition(topics, (below) => choose('survey-where', ordinal, below))
  return {
    atMs: choose('survey-when', ordinal, spanMs),
    actor: 'surveyor',
    kind: choose('survey-kind', ordinal, 3) === 0 ? 'go-back' : 'survey',
    topic,
    partition,
    count: 1 + choose('survey-polls', ordinal, pollsMax),
  }
}

function cleaning(choose: Choose, ordinal: number, topics: readonly PlannedTopic[], spanMs: number): Draft {
  const { topic, partition } = choosePartition(topics, (below) => choose('clean-where', ordinal, below))
  return {
    atMs: choose('clean-when', ordinal, spanMs),
    actor: 'cleaner',
    kind: choose('clean-kind', ordinal, 3) === 0 ? 'delete-all' : 'delete',
    topic,
    partition,
    count: 1 + choose('clean-count', ordinal, burstMax),
  }
}

/** The first producer is idempotent, so that duplicates are judged in every run. */
function burst(
  choose: Choose,
  ordinal: number,
  topics: readonly PlannedTopic[],
  producers: number,
  spanMs: number,
): Draft {
  const kinds = [...sendStyles.keys()]
  const { lead, afterMs } = rushOf(choose, ordinal)
  const producer = choose('who', lead, producers)
  return {
    atMs: Math.min(spanMs, choose('when', lead, spanMs) + afterMs),
    actor: `producer-${producer}`,
    kind: kinds[producer === 0 ? 0 : choose('style', producer, kinds.length)]!,
    ...chooseCompression(choose, producer),
    ...choosePartition(topics, (below) => choose('where', lead, below)),
    count: 1 + choose('count', ordinal, burstMax),
  }
}
