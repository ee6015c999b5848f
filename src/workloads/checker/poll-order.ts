/**
 * Consumers whose position jumps, with nobody having moved it.
 *
 * `poll-skip`: between the last record of one poll and the first of the next lies an offset known to hold a record.
 *
 *   process 0: send 17, 18, 19 → ok at offsets 5, 6, 7
 *   process 1: poll → 17 at 5; poll → 19 at 7      18 was passed over
 *
 * `nonmonotonic-poll`: the next poll begins at or before the offset where the previous one ended.
 *
 *   process 1: poll → 17 at 5, 18 at 6; poll → 18 at 6
 *
 * `int-poll-skip`, `int-nonmonotonic-poll`: the same between two records of one poll. Gaps in the offsets are legal
 * where nobody knows of a record in them (transaction markers). Which polls follow one another: `consumers.ts`.
 *
 * Excused: the first step after a loss that may have taken the record read last, for such a consumer's position may lie
 * beyond the end of the log, and is reset in either direction. A consumer that had not read beyond the cut is held to
 * its position, and passing over an offset is no skip where all that is known to have lain there may be gone. Nor is
 * passing over what retention may have deleted (`deletedBelow`): such a consumer goes on at the start of the log. It never
 * goes back for that.
 */

import { ascending, type Finding } from './anomalies.ts'
import type { KeyEvidence, Reading } from './evidence.ts'
import { takenBefore } from './lost-suffix.ts'

export function pollOrder(evidence: KeyEvidence): readonly Finding[] {
  const findings: Finding[] = []
  for (const reading of evidence.readings) {
    const { previous, copy, operation } = reading
    // The next offset is where nearly every step leads.
    if (previous === undefined || copy.offset === previous.copy.offset + 1) continue
    if (takenBefore(evidence.losses, previous.copy, operation.timeUs)) continue
    if (copy.offset <= previous.copy.offset) findings.push(wentBack(evidence, previous, reading))
    else {
      const skipped = offsetsSkipped(evidence, previous.copy.offset, reading)
      if (skipped.length > 0) findings.push(wentAhead(evidence, previous, reading, skipped))
    }
  }
  return findings
}

function offsetsSkipped(evidence: KeyEvidence, after: number, reading: Reading): readonly number[] {
  const skipped: number[] = []
  const { offsets, losses, copiesAt, deletedBelow } = evidence
  const { timeUs } = reading.operation
  for (let position = firstAbove(offsets, Math.max(after, deletedBelow - 1)); position < offsets.length; position++) {
    const offset = offsets[position] as number
    if (offset >= reading.copy.offset) break
    const wasThere = copiesAt
      .get(offset)
      ?.some((copy) => (copy.attempt?.invocation.timeUs ?? 0) <= timeUs && !takenBefore(losses, copy, timeUs))
    if (wasThere === true) skipped.push(offset)
  }
  return skipped
}

/** Position of the first of the ascending offsets that is greater than `bound`; their count if none is. */
function firstAbove(offsets: readonly number[], bound: number): number {
  let low = 0
  let high = offsets.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[middle] as number) > bound) high = middle
    else low = middle + 1
  }
  return low
}

function wentBack(evidence: KeyEvidence, previous: Reading, reading: Reading): Finding {
  const within = previous.operation === reading.operation
  const { key } = evidence
  const { process } = reading.operation
  const where = `offset ${reading.copy.offset} of ${key} after offset ${previous.copy.offset}`
  return {
    anomaly: within ? 'int-nonmonotonic-poll' : 'nonmonotonic-poll',
    key,
    message: `Process ${process} was given ${where}${within ? ' within one poll' : ''}.`,
    operations: ascending([previous.operation.index, reading.operation.index]),
    values: [previous.copy.value, reading.copy.value],
    offsets: [previous.copy.offset, reading.copy.offset],
  }
}

function wentAhead(evidence: KeyEvidence, previous: Reading, reading: Reading, skipped: readonly number[]): Finding {
  const within = previous.operation === reading.operation
  const { key, copiesAt } = evidence
  const { process } = reading.operation
  const step = `from offset ${previous.copy.offset} to ${reading.copy.offset} of ${key}`
  return {
    anomaly: within ? 'int-poll-skip' : 'poll-skip',
    key,
    message: `Process ${process} went ${step}${within ? ' within one poll' : ''}, passing over offsets ${skipped.join(', ')}.`,
    operations: ascending([previous.operation.index, reading.operation.index]),
    values: skipped.flatMap((offset) => copiesAt.get(offset)?.map((copy) => copy.value) ?? []),
    offsets: skipped,
  }
}
