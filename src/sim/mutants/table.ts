/** Every mutant there is. */

import { tornTailTrusted } from './kafka-1112-torn-tail-trusted.ts'
import { directoryNotSynced } from './kafka-3919-directory-not-synced.ts'
import { markerOutlivesTheStart } from './kafka-10471-marker-outlives-the-start.ts'
import { answeredBeforeFlushed } from './kafka-10533-answered-before-flushed.ts'
import type { Mutant } from './mutant.ts'
import { retryNotRecognised } from './redpanda-3039-retry-not-recognised.ts'
import { onlyTheLastBatchIsRemembered } from './redpanda-3077-only-the-last-batch-is-remembered.ts'

export const mutants: readonly Mutant[] = [
  tornTailTrusted,
  directoryNotSynced,
  markerOutlivesTheStart,
  answeredBeforeFlushed,
  retryNotRecognised,
  onlyTheLastBatchIsRemembered,
]

/** The mutant of that name; undefined where there is none. */
export function mutantNamed(name: string): Mutant | undefined {
  return mutants.find((mutant) => mutant.name === name)
}
