/**
 * The topics that workloads use: names are theirs, settings come from one short list of kinds that matter to a log.
 *
 * Nothing is ever deleted by age or size, for the checker takes every record that was acknowledged to be there still.
 */

import { chooseTopicCompression } from './compression-choices.ts'
import { chooseTimestampType } from './timestamp-choices.ts'
import type { Choose, PlannedTopic } from './workload.ts'

/**
 * Batches of several records stay below this (a setting of the workloads' producers), so that the records of one operation
 * make several batches, in flight at the same time, and segments can be small.
 */
export const batchBytes = 512

const kept = { 'retention.ms': '-1', 'retention.bytes': '-1' }

/** Settings of topics, by kind: as the broker has them, vouching for flushed records only, rolling often, and mixtures. */
export const topicKinds: readonly Readonly<Record<string, string>>[] = [
  kept,
  { ...kept, 'flush.messages': '1' },
  { ...kept, 'internal.segment.bytes': '2500', 'index.interval.bytes': '512' },
  { ...kept, 'flush.messages': '1', 'internal.segment.bytes': '4096', 'index.interval.bytes': '1024' },
  { ...kept, 'flush.messages': '7', 'internal.segment.bytes': '8192' },
  { ...kept, 'flush.ms': '300', 'segment.ms': '1500', 'index.interval.bytes': '0' },
]

/** A topic for each name, with 1…`partitionsMax` partitions, of a kind of its own. */
export function chooseTopics(choose: Choose, names: readonly string[], partitionsMax: number): readonly PlannedTopic[] {
  return names.map((name, ordinal) => ({
    name,
    partitions: 1 + choose('partitions', ordinal, partitionsMax),
    settings: {
      ...topicKinds[choose('topic-kind', ordinal, topicKinds.length)]!,
      ...chooseTopicCompression(choose, ordinal),
      ...chooseTimestampType(choose, ordinal),
    },
  }))
}

/** A partition out of all partitions of the topics, each as likely. */
export function choosePartition(
  topics: readonly PlannedTopic[],
  choose: (below: number) => number,
): { readonly topic: string; readonly partition: number } {
  const all = partitionsOf(topics)
  return all[choose(all.length)]!
}

/** All partitions of the topics, in order. */
export function partitionsOf(
  topics: readonly Pick<PlannedTopic, 'name' | 'partitions'>[],
): readonly { readonly topic: string; readonly partition: number }[] {
  return topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
  )
}
