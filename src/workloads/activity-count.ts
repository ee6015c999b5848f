/**
 * The oracle of *activity tracking*: counts what each user did, as an application would that reads everything.
 *
 *   tracker: send 4.0, 4.1, 4.2, of which 4.1 is user-7's → ok at offsets 0, 1, 2
 *   the reading at the end → 4.0 at offset 0, 4.2 at offset 2      user-7 is counted once too few
 *
 * Each acknowledged event is counted exactly once where its producer was idempotent, at least once otherwise. Excused:
 * what a power loss may have taken. A second copy has no excuse, for both were there at the same time.
 */

import { acknowledgedCopy, type FinalReading, finalReadingOf, missingAtTheEnd } from './acknowledged.ts'
import { ascending } from './checker/anomalies.ts'
import { gatherEvidence, type KeyEvidence } from './checker/evidence.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { Operation, Value } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import { mix, partsOf } from './record-content.ts'

/** Users whose events are counted. */
const users = 12

/** Whose event a record is. */
export function userOf(operationId: number, index: number): string {
  return `user-${mix(operationId * 64 + index) % users}`
}

/** At most one finding for each user and partition; nothing where the history ends without the reading of everything. */
export function miscounted(operations: readonly Operation[], excuses: readonly LostSuffix[]): readonly OracleFinding[] {
  const final = finalReadingOf(operations)
  if (final === undefined) return []
  return gatherEvidence(operations, excuses).flatMap((evidence) => countPartition(evidence, final))
}

interface Tally {
  acknowledged: number
  counted: number
  readonly missing: Value[]
  readonly doubled: Value[]
  readonly offsets: number[]
  readonly operations: number[]
}

function countPartition(evidence: KeyEvidence, final: FinalReading): readonly OracleFinding[] {
  const tallies = new Map<string, Tally>()
  const tallyOf = (value: Value): Tally => {
    const parts = partsOf(value)
    const user = parts === undefined ? 'nobody' : userOf(parts.operationId, parts.index)
    let tally = tallies.get(user)
    if (tally === undefined) {
      tally = { acknowledged: 0, counted: 0, missing: [], doubled: [], offsets: [], operations: [] }
      tallies.set(user, tally)
    }
    return tally
  }
  for (const attempt of evidence.attempts.values()) {
    if (acknowledgedCopy(evidence, attempt) !== undefined) tallyOf(attempt.value).acknowledged += 1
  }
  for (const [value, offsets] of final.offsetsOf.get(evidence.key) ?? []) {
    const tally = tallyOf(value)
    tally.counted += offsets.length
    const invocation = evidence.attempts.get(value)?.invocation
    if (offsets.length === 1 || invocation?.idempotent !== true) continue
    tally.doubled.push(value)
    tally.offsets.push(...offsets)
    tally.operations.push(invocation.index)
  }
  for (const copy of missingAtTheEnd(evidence, final)) {
    const tally = tallyOf(copy.value)
    tally.missing.push(copy.value)
    tally.offsets.push(copy.offset)
    tally.operations.push(...copy.operations.slice(0, 1))
  }
  return [...tallies].flatMap(([user, tally]) => findingOf(evidence, final, user, tally))
}

function findingOf({ key }: KeyEvidence, final: FinalReading, user: string, tally: Tally): readonly OracleFinding[] {
  const { missing, doubled, acknowledged, counted, offsets, operations } = tally
  if (missing.length === 0 && doubled.length === 0) return []
  const what = [
    ...(missing.length === 0 ? [] : [`${missing.join(', ')} missing`]),
    ...(doubled.length === 0 ? [] : [`${doubled.join(', ')} counted more than once`]),
  ]
  return [
    {
      anomaly: 'miscounted',
      key,
      message: `Of ${user}, ${counted} events were counted in ${key} and ${acknowledged} had been acknowledged: ${what.join('; ')}.`,
      operations: ascending([...operations, final.beganIndex]),
      values: [...missing, ...doubled],
      offsets: ascending(offsets),
    },
  ]
}
