/**
 * What retention deletes, and what that excuses.
 *
 * A log's start moves up, and everything below is gone: no history can tell when. But the start never moves down, so that
 * what the last look-up of a history calls the earliest offset bounds all that was ever deleted: below it nothing need be
 * read, and consumers may have been moved past it; at and above it everything must be there.
 *
 * With one exception: a start that had moved up may not be on record yet when the broker crashes. Then the log begins
 * where it began before, though consumers may have been told of the later start and have gone there. Whoever crashed the
 * broker knows (the simulator's ghost state), and hands it in.
 */

import type { Key, Operation } from '../history/operation.ts'

/** The records `[fromOffset, endOffset)` of a partition had been deleted, and a crash undid it. */
export interface RestoredPrefix {
  readonly key: Key
  /** Where the log began after the crash. */
  readonly fromOffset: number
  /** Where it had begun before, exclusive. */
  readonly endOffset: number
}

/** What each partition begins with by the last look-up of the history. */
export function lastEarliestOffsets(operations: readonly Operation[]): ReadonlyMap<Key, number> {
  const earliest = new Map<Key, number>()
  for (const operation of operations) {
    if (operation.f !== 'earliest-offsets' || operation.type !== 'ok') continue
    for (const { key, offset } of operation.value) earliest.set(key, offset)
  }
  return earliest
}

/** Below which offset of each partition retention may have deleted at any time, for `CheckOptions.deletedBelow`. */
export function deletedBelow(
  operations: readonly Operation[],
  restored: readonly RestoredPrefix[],
): ReadonlyMap<Key, number> {
  const floors = new Map(lastEarliestOffsets(operations))
  for (const { key, endOffset } of restored) floors.set(key, Math.max(floors.get(key) ?? 0, endOffset))
  return floors
}
