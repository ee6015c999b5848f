/**
 * `position-lost`: a consumer that had read in order was told that its position is not in the log, or that records it had
 * read were cut off, although no power loss had taken anything of what it reads.
 *
 *   process 1: assign, from the beginning → ok; poll → 17 at offset 5; poll → fail (OFFSET_OUT_OF_RANGE)
 *
 * Positions of our consumers come from the log itself, and nothing is deleted by age or size. The history does not say of
 * which partition it was told, so that a loss of any that the consumer reads excuses it.
 */

import type { LostSuffix } from './checker/lost-suffix.ts'
import type { Key, Operation } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'

/** Errors of polls that mean a lost position. */
export const lostPositionErrors: ReadonlySet<string> = new Set(['OFFSET_OUT_OF_RANGE', 'LOG_TRUNCATED'])

export function positionsLost(
  operations: readonly Operation[],
  excuses: readonly LostSuffix[],
): readonly OracleFinding[] {
  const assigned = new Map<number, readonly Key[]>()
  const findings: OracleFinding[] = []
  for (const operation of operations) {
    const { process, type, timeUs, error = '', index } = operation
    if (operation.f === 'assign' && type !== 'invoke') assigned.set(process, operation.value)
    if (operation.f !== 'poll' || type !== 'fail' || !lostPositionErrors.has(error)) continue
    const keys = assigned.get(process) ?? []
    if (excuses.some((loss) => keys.includes(loss.key) && loss.atTimeUs <= timeUs)) continue
    findings.push({
      anomaly: 'position-lost',
      key: keys[0] ?? '',
      message: `Process ${process}, which reads ${keys.join(', ')}, was answered ${error}, although nothing of these was lost.`,
      operations: [index],
      values: [],
      offsets: [],
    })
  }
  return findings
}
