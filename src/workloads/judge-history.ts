/** Everything that is wrong with the history of a workload: by the checker, then by the workload's own oracle. */

import type { Finding } from './checker/anomalies.ts'
import { checkHistory } from './checker/check-history.ts'
import { deletedBelow, type RestoredPrefix } from './checker/deleted-prefix.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { Operation } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import { RequestCopies, type RequestCopy } from './request-copies.ts'
import type { Workload } from './workload.ts'

/** What is known from outside of the run, and excuses. */
export interface Excuses {
  /** What power losses took where that is allowed. Default: nothing. */
  readonly lost?: readonly LostSuffix[]
  /** What crashes brought back of what retention had deleted. Default: nothing. */
  readonly restored?: readonly RestoredPrefix[]
  /** Copies of requests for a change, of all that were sent. Default: nobody watched, and any may have been sent again. */
  readonly copies?: readonly RequestCopy[]
}

/** The findings about a history that ends with the workload's reading of everything; none where all is well. */
export function judgeHistory(
  workload: Workload,
  operations: readonly Operation[],
  excuses: Excuses = {},
): readonly (Finding | OracleFinding)[] {
  const { lost = [], restored = [] } = excuses
  const copies = new RequestCopies(excuses.copies)
  const deleted = workload.keepsEverything ? undefined : deletedBelow(operations, restored)
  const options = { excuses: lost, copies, ...(deleted === undefined ? {} : { deletedBelow: deleted }) }
  return [...checkHistory(operations, options), ...workload.judge(operations, lost, restored, copies)]
}
