/**
 * Sends whose records lie in another order than they were sent.
 *
 * `nonmonotonic-send`: a later send of one process landed at or before the offset of its earlier one. The earlier had
 * been acknowledged, so this holds for every producer.
 *
 *   process 0: send 17 → ok at offset 5
 *   process 0: send 18 → ok at offset 3
 *
 * `int-nonmonotonic-send`: the same for two successive records of one send. Only an idempotent producer promises this:
 * others may reorder when they retry with several requests in flight.
 *
 *   process 0: send 17, 18 (idempotent) → ok at offsets 6, 5
 *
 * The offset of a send of unknown outcome is that at which its value was polled; any, if at several. Excused where a loss
 * may have taken the earlier record before the later one was written.
 */

import type { Operation, OperationOf } from '../history/operation.ts'
import { type Anomaly, ascending, type Finding } from './anomalies.ts'
import type { Attempt, Copy, KeyEvidence } from './evidence.ts'
import { goneBefore } from './lost-suffix.ts'

interface Sent {
  readonly operation: OperationOf<'send'>
  /** Where the record may lie; one or more. */
  readonly copies: readonly Copy[]
}

export function sendOrder(evidence: KeyEvidence): readonly Finding[] {
  const findings: Finding[] = []
  const lastOf = new Map<number, Sent>()
  for (const attempt of evidence.attempts.values()) {
    const copies = whereItLies(evidence, attempt)
    if (copies.length === 0) continue
    const { invocation } = attempt
    const sent = { operation: invocation, copies }
    const last = lastOf.get(invocation.process)
    lastOf.set(invocation.process, sent)
    if (last === undefined || canBeInOrder(evidence, last.copies, copies)) continue
    const within = last.operation === invocation
    if (within && !invocation.idempotent) continue
    findings.push(wentBack(evidence, within ? 'int-nonmonotonic-send' : 'nonmonotonic-send', last, sent))
  }
  return findings
}

function whereItLies(evidence: KeyEvidence, { value, outcome, offset }: Attempt): readonly Copy[] {
  if (outcome === 'fail') return []
  const copies = evidence.copiesOf.get(value) ?? []
  return outcome === 'ok' ? copies.filter((copy) => copy.offset === offset) : copies
}

function canBeInOrder(evidence: KeyEvidence, earlier: readonly Copy[], later: readonly Copy[]): boolean {
  return earlier.some((first) =>
    later.some((second) => second.offset > first.offset || goneBefore(evidence.losses, first, second.seenByUs)),
  )
}

function wentBack(evidence: KeyEvidence, anomaly: Anomaly, last: Sent, sent: Sent): Finding {
  const { key } = evidence
  const [earlier, later] = [last.copies[0] as Copy, sent.copies[0] as Copy]
  const process: Operation['process'] = sent.operation.process
  return {
    anomaly,
    key,
    message: `Process ${process} sent value ${earlier.value} before ${later.value}, but they lie at offsets ${earlier.offset} and ${later.offset} of ${key}.`,
    operations: ascending([earlier.operations[0] as number, later.operations[0] as number]),
    values: [earlier.value, later.value],
    offsets: [earlier.offset, later.offset],
  }
}
