/** From drafts of operations, in whatever order they were drawn, to the operations of a plan. */

import type { PlannedOperation } from './workload.ts'

/** An operation without its number. */
export type Draft = Omit<PlannedOperation, 'id'>

/** Numbers the drafts from 0 in the order of their times; equal times keep the order in which they were drawn. */
export function numbered(drafts: readonly Draft[]): readonly PlannedOperation[] {
  const ordered = drafts.map((draft, drawn) => ({ draft, drawn }))
  ordered.sort((left, right) => left.draft.atMs - right.draft.atMs || left.drawn - right.drawn)
  return ordered.map(({ draft }, id) => ({ id, ...draft }))
}
