/**
 * Draws the plan of the workload *topic administration*: who creates, deletes and configures which topics, when.
 *
 * Actors: `admin-0` … (2–4). All of them work on the same few names, so that two of them want the same thing at once, and
 * a name that was deleted is created again.
 */

import { type Draft, numbered } from './operation-order.ts'
import type { Choose, PlannedOperation, PlannedTopic } from './workload.ts'

/** What brokers serve by now; operations of other kinds are not drawn. */
const served = { deletes: true, configs: true }

/** Settings that are changed, by the number that an operation names as its partition. */
export const changedSettings = ['retention.ms', 'retention.bytes', 'max.message.bytes'] as const

/** Settings with which topics are created, by the number that an operation names as its partition. */
export const settingsAtFirst: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'retention.ms': '86400000' },
  { 'max.message.bytes': '2000000', 'retention.bytes': '900000' },
]

const partitionsMax = 4

/** See the head of this file. */
export function planAdministration(
  choose: Choose,
  size: number,
): { readonly topics: readonly PlannedTopic[]; readonly operations: readonly PlannedOperation[] } {
  const spanMs = 2000 + choose('span', 0, 18_001)
  const admins = 2 + choose('admins', 0, 3)
  const kinds = kindsOf(choose)
  // Few names where many are deleted or wanted twice, many where most are created once.
  const names = [4, size >> 1, size][choose('names', 0, 3)]!
  const topics = Array.from({ length: choose('topics', 0, 3) }, (_, ordinal) => ({
    ...{ name: nameOf(ordinal), partitions: 1 + choose('partitions', ordinal, partitionsMax), settings: {} },
  }))
  const drafts = Array.from({ length: size }, (_, ordinal): Draft => {
    const kind = kinds[choose('kind', ordinal, kinds.length)]!
    return {
      atMs: choose('when', ordinal, spanMs),
      actor: `admin-${choose('who', ordinal, admins)}`,
      kind,
      topic: kind === 'list-topics' ? '' : nameOf(choose('name', ordinal, names)),
      partition: drawSettings(choose, ordinal, kind),
      count: kind === 'create-topic' ? 1 + choose('partitions-of', ordinal, partitionsMax) : 1,
    }
  })
  return { topics, operations: numbered(drafts) }
}

/** Which settings an operation is about, where it is about any. */
function drawSettings(choose: Choose, ordinal: number, kind: string): number {
  if (kind === 'set-config') return choose('setting', ordinal, changedSettings.length)
  return kind === 'create-topic' ? choose('settings-at-first', ordinal, settingsAtFirst.length) : 0
}

function nameOf(number: number): string {
  return `topic-${number}`
}

/** Creations are the most; each plan has its own mixture of the rest. */
function kindsOf(choose: Choose): readonly string[] {
  const kinds = ['create-topic', 'create-topic', 'create-topic', 'list-topics']
  if (served.deletes && choose('deletes', 0, 3) > 0) kinds.push('delete-topic')
  if (served.configs && choose('configs', 0, 3) > 0) kinds.push('set-config', 'set-config')
  return kinds
}
