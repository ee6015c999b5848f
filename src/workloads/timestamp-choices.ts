/**
 * Whose clock the timestamps of a plan's topics are from (`message.timestamp.type`, KIP-32): that of the producer, which is
 * the default, or that of the broker, which overwrites what it is sent. Some topics change from one to the other while they
 * are written, back and forth, so that batches of both kinds lie beside each other.
 */

import type { TimestampType } from '../protocol/record-batch.ts'
import type { Draft } from './operation-order.ts'
import type { Choose, PlannedTopic } from './workload.ts'

/** The name of the setting. */
export const timestampTypeSetting = 'message.timestamp.type'

/** Operations that change the type of a topic while it is used. */
export const timestampChanges: ReadonlyMap<string, TimestampType> = new Map([
  ['keep-create-time', 'CreateTime'],
  ['keep-append-time', 'LogAppendTime'],
])

/** The most changes of a plan's topics. */
const changesMax = 3

/** The setting of a topic, by its place among its plan's; in two of three nothing, and records keep their own time. */
export function chooseTimestampType(choose: Choose, ordinal: number): Readonly<Record<string, string>> {
  return choose('timestamp-type', ordinal, 3) === 0 ? { [timestampTypeSetting]: 'LogAppendTime' } : {}
}

/** In one plan of three somebody changes the type of topics while they are used. */
export function chooseTimestampChanges(
  choose: Choose,
  topics: readonly PlannedTopic[],
  spanMs: number,
): readonly Draft[] {
  if (choose('timestamp-changes', 0, 3) !== 0) return []
  const kinds = [...timestampChanges.keys()]
  return Array.from({ length: 1 + choose('timestamp-changes', 1, changesMax) }, (_, ordinal) => ({
    atMs: choose('timestamp-change-when', ordinal, spanMs),
    actor: 'keeper',
    kind: kinds[choose('timestamp-change-kind', ordinal, kinds.length)]!,
    topic: topics[choose('timestamp-change-topic', ordinal, topics.length)]!.name,
    partition: 0,
    count: 1,
  }))
}
