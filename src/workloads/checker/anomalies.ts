/**
 * The table of anomalies: what the checker can find in a history, what each means, and where the name comes from.
 *
 * The names and meanings are those of Jepsen's Kafka workload (`jepsen.tests.kafka`), as far as they concern one
 * partition at a time without transactions; a few of our own are added. Where we differ from Jepsen:
 *
 *   - positions in a partition are compared by offset, not by looking a value's position up again, so that a duplicated
 *     or overwritten value cannot hide or feign a skip;
 *   - a send of several records is not atomic here (it is no transaction), so that one of its records being read proves
 *     nothing of the others; `duplicate` and `int-nonmonotonic-send` are judged for idempotent producers only, for a
 *     retry of any other may duplicate or reorder;
 *   - a value reported as `lost-write` is not reported as `unseen` again; partitions sought anew start a new position;
 *   - what a power loss may take is excused exactly (`lost-suffix.ts`).
 */

import type { Key, Value } from '../history/operation.ts'

export const anomalies = {
  'inconsistent-offsets': {
    definition: 'One offset of a partition holds two different values.',
    source: 'Jepsen :inconsistent-offsets',
  },
  duplicate: {
    definition: 'One value sent by an idempotent producer lies at two offsets of its partition.',
    source: 'Jepsen :duplicate; KIP-98',
  },
  G1a: { definition: 'A poll returned a value whose send had certainly failed.', source: 'Jepsen :G1a (Adya)' },
  'unwritten-read': {
    definition: 'A poll returned a value that nobody had sent to that partition.',
    source: 'ours; Jepsen throws :no-writer-of-value',
  },
  'lost-write': {
    definition: 'An acknowledged record was read by nobody, although a higher offset of its partition was.',
    source: 'Jepsen :lost-write',
  },
  unseen: {
    definition: 'An acknowledged record was read by nobody until the end, and neither was any higher offset.',
    source: 'Jepsen :unseen',
  },
  'poll-skip': {
    definition: 'The next poll of a consumer passed over an offset that is known to hold a record.',
    source: 'Jepsen :poll-skip',
  },
  'nonmonotonic-poll': {
    definition: 'The next poll of a consumer began at or before the offset where the previous one had ended.',
    source: 'Jepsen :nonmonotonic-poll',
  },
  'int-poll-skip': {
    definition: 'Two successive records of one poll pass over an offset that is known to hold a record.',
    source: 'Jepsen :int-poll-skip',
  },
  'int-nonmonotonic-poll': {
    definition: 'Two successive records of one poll stand still or go back.',
    source: 'Jepsen :int-nonmonotonic-poll',
  },
  'nonmonotonic-send': {
    definition: 'A later send of one process landed at or before the offset of its earlier one.',
    source: 'Jepsen :nonmonotonic-send',
  },
  'int-nonmonotonic-send': {
    definition: 'Two successive records of one send of an idempotent producer landed in the opposite order.',
    source: 'Jepsen :int-nonmonotonic-send; KIP-98',
  },
  'wrong-time': {
    definition: 'A record was read with another time than the broker told that it gave it, or with two times.',
    source: 'ours; KIP-32',
  },
  'lost-topic': {
    definition: 'A topic whose creation was acknowledged is missing, or has fewer partitions, in the last listing.',
    source: 'ours',
  },
} as const satisfies Readonly<Record<string, { readonly definition: string; readonly source: string }>>

export type Anomaly = keyof typeof anomalies

/** One anomaly, found once. */
export interface Finding {
  readonly anomaly: Anomaly
  /** The partition it concerns; for `lost-topic` the topic. */
  readonly key: Key
  /** What happened, in one sentence. */
  readonly message: string
  /** Indexes of the operations that prove it, ascending. */
  readonly operations: readonly number[]
  readonly values: readonly Value[]
  readonly offsets: readonly number[]
}

/** Ascending, each once. */
export function ascending(numbers: Iterable<number>): readonly number[] {
  return [...new Set(numbers)].sort((left, right) => left - right)
}
