/**
 * Acknowledged records that nobody ever read.
 *
 * `lost-write`: although somebody read a higher offset of the partition.
 *
 *   process 0: send 17 → ok at offset 5; send 18 → ok at offset 6
 *   process 1: poll → 18 at offset 6              and no poll ever returns 17
 *
 * `unseen`: and neither did anybody read a higher offset. It cannot tell loss from delay, so it is judged only where
 * every partition was read to its end after the last send, from its beginning.
 *
 *   process 0: send 17 → ok at offset 5
 *   process 1: assign, from the beginning; poll → nothing, to the very end
 *
 * Excused where a loss may have taken the record (`mayBeGone`), or retention (`deletedBelow`). A consumer that had read beyond a cut goes on anywhere,
 * so its later readings prove nothing of the offsets before them; and what a loss took proves nothing of what was
 * written later at lower offsets.
 */

import { ascending, type Finding } from './anomalies.ts'
import type { Attempt, Copy, KeyEvidence, Reading } from './evidence.ts'
import { type LostSuffix, mayBeGone, takenBefore } from './lost-suffix.ts'

export function lostWrites(evidence: KeyEvidence, readToTheEnd: boolean): readonly Finding[] {
  const findings: Finding[] = []
  const unseen: Copy[] = []
  let passes: readonly Pass[] | undefined
  for (const attempt of evidence.attempts.values()) {
    const copy = acknowledgedCopy(evidence, attempt)
    if (copy === undefined || evidence.readValues.has(copy.value)) continue
    if (copy.offset < evidence.deletedBelow || mayBeGone(evidence, copy)) continue
    passes ??= furthestPasses(evidence, readToTheEnd)
    const proof = readingPast(passes, evidence, copy, attempt)
    if (proof === undefined) unseen.push(copy)
    else findings.push(lostWrite(evidence, copy, proof))
  }
  if (readToTheEnd && unseen.length > 0) findings.push(unseenRecords(evidence, unseen))
  return findings
}

function acknowledgedCopy(evidence: KeyEvidence, attempt: Attempt): Copy | undefined {
  if (attempt.outcome !== 'ok' || attempt.offset === undefined) return undefined
  return evidence.copiesAt.get(attempt.offset)?.find((copy) => copy.value === attempt.value)
}

/** Readings by consumers that must have passed every offset from `floor` on. */
interface Pass {
  readonly floor: number
  /** The reading of the highest offset that none of the first n losses may have taken, for n = 0 … all. */
  readonly furthest: (Reading | undefined)[]
}

/** The passes of all consumers, those of one floor in one. */
function furthestPasses(evidence: KeyEvidence, readToTheEnd: boolean): readonly Pass[] {
  const { losses } = evidence
  const floors = new Map<Reading, number>()
  const passes = new Map<number, Pass>()
  for (const reading of evidence.readings) {
    const floor = floorOf(reading, floors, losses, readToTheEnd)
    floors.set(reading, floor)
    if (reading.operation.type !== 'ok') continue
    let pass = passes.get(floor)
    if (pass === undefined) {
      pass = { floor, furthest: [] }
      passes.set(floor, pass)
    }
    for (let count = 0; count <= losses.length; count++) {
      const loss = losses[count - 1]
      if (loss !== undefined && takenBefore([loss], reading.copy, loss.atTimeUs)) break
      const known = pass.furthest[count]
      if (known === undefined || known.copy.offset < reading.copy.offset) pass.furthest[count] = reading
    }
  }
  return [...passes.values()]
}

/**
 * From which offset on the reading's consumer must have passed everything. Of one that goes on from a position found
 * elsewhere (a group's commit, a former process) it is believed that somebody has passed what lies before, as Jepsen
 * does, but only where the history ends with a reading of everything.
 */
function floorOf(
  { copy, previous, startsAt, operation }: Reading,
  floors: ReadonlyMap<Reading, number>,
  losses: readonly LostSuffix[],
  readToTheEnd: boolean,
): number {
  if (previous !== undefined) {
    return takenBefore(losses, previous.copy, operation.timeUs) ? copy.offset : (floors.get(previous) ?? 0)
  }
  return startsAt === 'beginning' || (startsAt === 'unknown' && readToTheEnd) ? 0 : copy.offset
}

/** A reading that passed over the copy's offset while the copy should have been there. */
function readingPast(
  passes: readonly Pass[],
  evidence: KeyEvidence,
  copy: Copy,
  attempt: Attempt,
): Reading | undefined {
  const answeredUs = attempt.completion?.timeUs ?? 0
  const lossCount = evidence.losses.filter((loss) => loss.atTimeUs <= answeredUs).length
  for (const { floor, furthest } of passes) {
    const reading = furthest[lossCount]
    if (floor <= copy.offset && reading !== undefined && reading.copy.offset > copy.offset) return reading
  }
  return undefined
}

function lostWrite(evidence: KeyEvidence, copy: Copy, proof: Reading): Finding {
  const { key } = evidence
  const { value, offset, attempt } = copy
  const past = `offset ${proof.copy.offset} was read`
  return {
    anomaly: 'lost-write',
    key,
    message: `Value ${value}, acknowledged (acks=${attempt?.invocation.acks}) at offset ${offset} of ${key}, was read by nobody, although ${past}.`,
    operations: ascending([copy.operations[0] as number, proof.operation.index]),
    values: [value],
    offsets: [offset],
  }
}

function unseenRecords(evidence: KeyEvidence, copies: readonly Copy[]): Finding {
  const { key } = evidence
  const offsets = copies.map((copy) => copy.offset)
  const counted = copies.length === 1 ? '1 acknowledged record' : `${copies.length} acknowledged records`
  return {
    anomaly: 'unseen',
    key,
    message: `${counted} of ${key} had been read by nobody when the history ended, the first at offset ${ascending(offsets)[0]}.`,
    operations: ascending(copies.map((copy) => copy.operations[0] as number)),
    values: copies.map((copy) => copy.value),
    offsets,
  }
}
