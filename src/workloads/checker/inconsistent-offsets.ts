/**
 * `inconsistent-offsets`: one offset of a partition holds two different values.
 *
 *   process 0: send 17 → ok at offset 5
 *   process 1: send 18 → ok at offset 5          the first was overwritten, or the second never written
 *
 * This is what a reused offset looks like, whether two acknowledgements, an acknowledgement and a poll, or two polls
 * disagree. Excused only where a loss that covers the offset can lie between the two values (`canTakeTurns`).
 */

import { ascending, type Finding } from './anomalies.ts'
import type { KeyEvidence } from './evidence.ts'
import { canTakeTurns } from './lost-suffix.ts'

export function inconsistentOffsets(evidence: KeyEvidence): readonly Finding[] {
  const findings: Finding[] = []
  for (const [offset, copies] of evidence.copiesAt) {
    if (copies.length < 2 || canTakeTurns(evidence, offset)) continue
    const { key } = evidence
    const values = copies.map((copy) => copy.value)
    findings.push({
      anomaly: 'inconsistent-offsets',
      key,
      message: `Offset ${offset} of ${key} holds different values: ${values.join(', ')}.`,
      operations: ascending(copies.map((copy) => copy.operations[0] as number)),
      values,
      offsets: [offset],
    })
  }
  return findings
}
