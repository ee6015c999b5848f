/**
 * `duplicate`: one value sent by an idempotent producer lies at two offsets of its partition.
 *
 *   process 0: send 17 (idempotent) → ok at offset 5
 *   process 1: poll → 17 at offset 5, 17 at offset 6     a retry was appended a second time
 *
 * Reading one offset twice is no duplicate (see `poll-order.ts`). A producer that is not idempotent may duplicate when it
 * retries, and is not judged. Excused only where the copies can have been there one after the other, each but the last
 * taken by a loss before the next was written: the retry of a lost batch leaves one copy.
 */

import { ascending, type Finding } from './anomalies.ts'
import type { Copy, KeyEvidence } from './evidence.ts'
import { goneBefore, type LostSuffix } from './lost-suffix.ts'

export function duplicates(evidence: KeyEvidence): readonly Finding[] {
  const findings: Finding[] = []
  const { key, losses } = evidence
  for (const [value, copies] of evidence.copiesOf) {
    if (copies.length < 2 || copies[0]?.attempt?.invocation.idempotent !== true) continue
    if (canFollowOneAnother(losses, copies)) continue
    const offsets = ascending(copies.map((copy) => copy.offset))
    findings.push({
      anomaly: 'duplicate',
      key,
      message: `Value ${value}, sent once by an idempotent producer, lies at offsets ${offsets.join(', ')} of ${key}.`,
      operations: ascending(copies.map((copy) => copy.operations[0] as number)),
      values: [value],
      offsets,
    })
  }
  return findings
}

/** Whether in some order each copy but the last can have been taken before the next was seen. Copies are few. */
function canFollowOneAnother(losses: readonly LostSuffix[], copies: readonly Copy[]): boolean {
  if (copies.length <= 1) return true
  if (copies.length > losses.length + 1) return false
  return copies.some((first) => {
    const rest = copies.filter((copy) => copy !== first)
    return rest.every((copy) => goneBefore(losses, first, copy.seenByUs)) && canFollowOneAnother(losses, rest)
  })
}
