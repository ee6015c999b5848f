/**
 * The checker: judges what clients saw, from the history alone, and so the same for simulated and real clusters.
 *
 * What it can find is listed in `anomalies.ts`. It never looks inside a broker; the only things it is told from outside are
 * what power losses took (`lost-suffix.ts`), how far retention may have deleted (`deleted-prefix.ts`), and which requests for
 * a change were under way (`../request-copies.ts`). It promises no false alarm: where the history allows an innocent reading,
 * nothing is found. Time: n log n in the number of records sent and polled, times the losses of a partition (few).
 *
 * Not here: staleness of reads, transactions, group ownership, liveness.
 */

import type { Key, Operation } from '../history/operation.ts'
import type { RequestCopies } from '../request-copies.ts'
import type { Finding } from './anomalies.ts'
import { duplicates } from './duplicates.ts'
import { gatherEvidence } from './evidence.ts'
import { inconsistentOffsets } from './inconsistent-offsets.ts'
import type { LostSuffix } from './lost-suffix.ts'
import { lostTopics } from './lost-topics.ts'
import { lostWrites } from './lost-writes.ts'
import { pollOrder } from './poll-order.ts'
import { sendOrder } from './send-order.ts'
import { wrongReads } from './wrong-reads.ts'
import { wrongTimes } from './wrong-times.ts'

export interface CheckOptions {
  /** What power losses took where that is allowed. Default: nothing. */
  readonly excuses?: readonly LostSuffix[]
  /**
   * The offset of each partition below which retention may have deleted, at any time. What lies below need not be read
   * (`lost-write`, `unseen`, skips); all the rest is judged as ever. Default: nothing was deleted.
   */
  readonly deletedBelow?: ReadonlyMap<Key, number>
  /**
   * Whether after the last send every partition was read from its beginning to its end. Default: true. Without it,
   * `unseen` is not judged, and `lost-write` only by consumers that began at the beginning.
   */
  readonly readToTheEnd?: boolean
  /** What was sent on behalf of administrators. Default: nobody watched. */
  readonly copies?: RequestCopies
}

/**
 * Everything wrong with a well-formed history (as `History` records and `parseHistory` admits it); an empty list if
 * nothing is. Ordered by partition, in the order of first mention, within a partition by the order of the anomalies.
 */
export function checkHistory(operations: readonly Operation[], options: CheckOptions = {}): readonly Finding[] {
  const { excuses = [], deletedBelow, readToTheEnd = true, copies } = options
  const findings: Finding[] = [...lostTopics(operations, copies)]
  for (const evidence of gatherEvidence(operations, excuses, deletedBelow)) {
    findings.push(
      ...inconsistentOffsets(evidence),
      ...duplicates(evidence),
      ...wrongReads(evidence),
      ...lostWrites(evidence, readToTheEnd),
      ...pollOrder(evidence),
      ...sendOrder(evidence),
      ...wrongTimes(evidence),
    )
  }
  return findings
}
