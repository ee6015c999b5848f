/**
 * Polls that returned what they must not.
 *
 * `G1a` (aborted read): the value's send had certainly failed.
 *
 *   process 0: send 17 → fail (INVALID_REQUIRED_ACKS)
 *   process 1: poll → ok, 17 at offset 5         what was refused had been written
 *
 * `unwritten-read`: nobody had sent the value to that partition: a corrupt record, one that belongs to another
 * partition, or one that was polled before it was sent.
 *
 *   process 0: send 17 → ok at offset 5
 *   process 1: poll → 99 at offset 5
 *
 * No loss excuses either: a record may vanish with the power, never change or appear.
 */

import { type Anomaly, ascending, type Finding } from './anomalies.ts'
import type { Copy, KeyEvidence, Reading } from './evidence.ts'

export function wrongReads(evidence: KeyEvidence): readonly Finding[] {
  const wrong = new Map<Copy, { readonly anomaly: Anomaly; readonly readers: Reading[] }>()
  for (const reading of evidence.readings) {
    const anomaly = anomalyOf(reading)
    if (anomaly === undefined) continue
    const known = wrong.get(reading.copy)
    if (known === undefined) wrong.set(reading.copy, { anomaly, readers: [reading] })
    else known.readers.push(reading)
  }
  return [...wrong].map(([copy, { anomaly, readers }]) => describe(evidence, copy, anomaly, readers))
}

function anomalyOf({ copy, operation }: Reading): Anomaly | undefined {
  const { attempt } = copy
  if (attempt === undefined || attempt.invocation.index > operation.index) return 'unwritten-read'
  return attempt.outcome === 'fail' && operation.type === 'ok' ? 'G1a' : undefined
}

function describe(evidence: KeyEvidence, copy: Copy, anomaly: Anomaly, readers: readonly Reading[]): Finding {
  const { key } = evidence
  const { value, offset, attempt } = copy
  const operations = readers.map((reading) => reading.operation.index)
  if (attempt !== undefined) operations.push((attempt.completion ?? attempt.invocation).index)
  const why =
    attempt === undefined
      ? 'which nobody sent there'
      : anomaly === 'G1a'
        ? `whose send had failed (${attempt.completion?.error ?? 'no reason given'})`
        : 'which was sent only later'
  return {
    anomaly,
    key,
    message: `A poll returned value ${value} at offset ${offset} of ${key}, ${why}.`,
    operations: ascending(operations),
    values: [value],
    offsets: [offset],
  }
}
