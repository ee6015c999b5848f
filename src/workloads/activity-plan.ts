/**
 * Draws the plan of the workload *activity tracking*: who reports what, when, and who counts it.
 *
 * Actors: `tracker-0` … (3–6 producers, each in one style of acknowledgement), `reader` (a consumer that comes in the
 * middle and reads everything once more at the end), `admin` (creates topics that trackers then use, lists topics),
 * `keeper` (changes whose clock timestamps are from).
 */

import type { Compression } from '../protocol/record-batch.ts'
import { chooseCompression } from './compression-choices.ts'
import type { Acks } from './history/operation.ts'
import { type Draft, numbered } from './operation-order.ts'
import { rushOf } from './rushes.ts'
import { chooseTimestampChanges, timestampTypeSetting } from './timestamp-choices.ts'
import { choosePartition, chooseTopics, topicKinds } from './topic-choices.ts'
import type { Choose, PlannedOperation, PlannedTopic } from './workload.ts'

/** How a producer wants its records acknowledged. */
export interface Style {
  readonly acks: Acks
  readonly idempotent: boolean
}

/** Operations that send, each with its style; a tracker keeps to one. */
export const sendStyles: ReadonlyMap<string, Style> = new Map([
  ['send-idempotent', { acks: 'all', idempotent: true }],
  ['send-all', { acks: 'all', idempotent: false }],
  ['send-leader', { acks: 1, idempotent: false }],
  ['send-none', { acks: 0, idempotent: false }],
])

/** The most records of one operation. */
const burstMax = 20
/** Polls of one operation of the reader. */
const pollsMax = 6

/** See the head of this file. */
export function planActivity(
  choose: Choose,
  size: number,
): { readonly topics: readonly PlannedTopic[]; readonly operations: readonly PlannedOperation[] } {
  const names = ['clicks', 'views', 'searches'].slice(0, 2 + choose('topics', 0, 2))
  const topics = chooseTopics(choose, names, 3)
  const spanMs = 2000 + choose('span', 0, 18_001)
  const trackers = chooseTrackers(choose)
  const drafts: Draft[] = []
  const readings = Math.max(2, size >> 3)
  for (let ordinal = 0; ordinal < readings; ordinal++) drafts.push(reading(choose, ordinal, readings, spanMs))
  const creations = choose('creations', 0, 3)
  const additions: Draft[] = []
  for (let ordinal = 0; ordinal < creations; ordinal++) {
    additions.push(...creation(choose, ordinal, spanMs, trackers))
  }
  additions.push({ ...admin, atMs: spanMs, kind: 'list-topics', topic: '', count: 1 })
  drafts.push(...additions, ...chooseTimestampChanges(choose, topics, spanMs))
  const bursts = Math.max(1, size - drafts.length)
  for (let ordinal = 0; ordinal < bursts; ordinal++) {
    const { lead, afterMs } = rushOf(choose, ordinal)
    const place = choosePartition(topics, (below) => choose('where', lead, below))
    const atMs = Math.min(spanMs, choose('when', lead, spanMs) + afterMs)
    drafts.push(burst(choose, ordinal, trackers[choose('who', lead, trackers.length)]!, { atMs, ...place }))
  }
  return { topics, operations: numbered(drafts) }
}

const admin = { actor: 'admin', partition: 0 } as const

interface Tracker {
  readonly actor: string
  readonly kind: string
  readonly compression?: Compression
}

/** The first is idempotent, so that exact counts are judged in every run. */
function chooseTrackers(choose: Choose): readonly Tracker[] {
  const kinds = [...sendStyles.keys()]
  return Array.from({ length: 3 + choose('trackers', 0, 4) }, (_, ordinal) => ({
    actor: `tracker-${ordinal}`,
    kind: kinds[ordinal === 0 ? 0 : choose('style', ordinal, kinds.length)]!,
    ...chooseCompression(choose, ordinal),
  }))
}

/** The reader's first operation is half-way, its last at the end; those between read on. */
function reading(choose: Choose, ordinal: number, readings: number, spanMs: number): Draft {
  const middleMs = spanMs >> 1
  const [isFirst, isLast] = [ordinal === 0, ordinal === readings - 1]
  return {
    atMs: isFirst ? middleMs : isLast ? spanMs : middleMs + choose('reading-when', ordinal, spanMs - middleMs),
    actor: 'reader',
    kind: isFirst || isLast ? 'replay' : 'read-on',
    topic: '',
    partition: 0,
    count: 1 + choose('polls', ordinal, pollsMax),
  }
}

/** A topic in the first half of the run, and what is sent to it in the rest. */
function creation(choose: Choose, ordinal: number, spanMs: number, trackers: readonly Tracker[]): readonly Draft[] {
  const atMs = choose('creation-when', ordinal, spanMs >> 1)
  const topic = `campaign-${ordinal}-kind-${choose('creation-kind', ordinal, 2 * topicKinds.length)}`
  const count = 1 + choose('creation-partitions', ordinal, 3)
  const drafts: Draft[] = [{ ...admin, atMs, kind: 'create-topic', topic, count }]
  const uses = 1 + choose('uses', ordinal, 3)
  for (let use = 0; use < uses; use++) {
    // Beyond the ordinals of the other bursts.
    const drawn = 1_000_000 + ordinal * 10 + use
    const when = atMs + 1 + choose('when', drawn, spanMs - atMs)
    const tracker = trackers[choose('who', drawn, trackers.length)]!
    drafts.push(burst(choose, drawn, tracker, { atMs: when, topic, partition: choose('where', drawn, count) }))
  }
  return drafts
}

function burst(
  choose: Choose,
  ordinal: number,
  tracker: Tracker,
  place: { readonly atMs: number; readonly topic: string; readonly partition: number },
): Draft {
  return { ...place, ...tracker, count: 1 + choose('count', ordinal, burstMax) }
}

/**
 * The settings of a topic that is created during the run: the number of their kind ends its name. The same kinds follow
 * again with the broker's time.
 */
export function settingsOfCreated(topic: string): Readonly<Record<string, string>> {
  const kind = Number(/-(\d+)$/.exec(topic)?.[1] ?? 0)
  const settings = topicKinds[kind % topicKinds.length]!
  return kind < topicKinds.length ? settings : { ...settings, [timestampTypeSetting]: 'LogAppendTime' }
}
