/**
 * `wrong-time`: a record of which a broker told when it appended it was read with another time; or one record was read
 * with two times.
 *
 *   process 0: send 17 → ok at offset 5, appended at 1000
 *   process 1: poll → 17 at offset 5, with its own time       the broker told a time and did not give it to the record
 *
 * Compared is what lies at one offset. Not judged where a power loss took anything of the partition: a batch that is
 * sent again is appended at another time.
 */

import { ascending, type Finding } from './anomalies.ts'
import type { Copy, KeyEvidence, Reading } from './evidence.ts'

export function wrongTimes(evidence: KeyEvidence): readonly Finding[] {
  if (evidence.losses.length > 0) return []
  const findings: Finding[] = []
  const firstOf = new Map<Copy, Reading>()
  const found = new Set<Copy>()
  for (const reading of evidence.readings) {
    const { copy, appendTimeMs } = reading
    const first = firstOf.get(copy)
    if (first === undefined) firstOf.set(copy, reading)
    if (found.has(copy)) continue
    const { attempt } = copy
    const isTold = attempt?.outcome === 'ok' && attempt.offset === copy.offset && attempt.appendTimeMs !== undefined
    if (isTold && attempt.appendTimeMs !== appendTimeMs) {
      found.add(copy)
      const told = `the broker told ${timeOf(attempt.appendTimeMs)}`
      findings.push(wrongTime(evidence, reading, told, attempt.completion?.index ?? attempt.invocation.index))
    } else if (first !== undefined && first.appendTimeMs !== appendTimeMs) {
      found.add(copy)
      findings.push(
        wrongTime(evidence, reading, `an earlier poll ${timeOf(first.appendTimeMs)}`, first.operation.index),
      )
    }
  }
  return findings
}

function wrongTime({ key }: KeyEvidence, reading: Reading, other: string, proof: number): Finding {
  const { copy, operation, appendTimeMs } = reading
  const { value, offset } = copy
  return {
    anomaly: 'wrong-time',
    key,
    message: `A poll returned ${value} at offset ${offset} of ${key} with ${timeOf(appendTimeMs)}, and ${other}.`,
    operations: ascending([proof, operation.index]),
    values: [value],
    offsets: [offset],
  }
}

function timeOf(appendTimeMs: number | undefined): string {
  return appendTimeMs === undefined ? 'its own time' : `the append time ${appendTimeMs}`
}
