/** Everything that is wrong with the history of a workload: by the checker, then by the workload's own oracle. */

import type { Finding } from './checker/anomalies.ts'
import { checkHistory } from './checker/check-history.ts'
import { deletedBelow, type RestoredPrefix } from './checker/deleted-prefix.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { Operation } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import type { Workload } from './workload.ts'

/** What is known from outside of the run, and excuses. */
export interface Excuses {
  /** What power losses took where that is allowed. Default: nothing. */
  readonly lost?: readonly LostSuffix[]
  /** What crashes brought back of what retention had deleted. Default: nothing. */
  readonly restored?: readonly RestoredPrefix[]
}

/** The findings about a history that ends with the workload's reading of everything; none where all is well. */
export function judgeHistory(
  workload: Workload,
  operations: readonly Operation[],
  excuses: Excuses = {},
): readonly (Finding | OracleFinding)[] {
  const { lost = [], restored = [] } = excuses
  const deleted = workload.keepsEverything ? undefined : deletedBelow(operations, restored)
  const options = deleted === undefined ? { excuses: lost } : { excuses: lost, deletedBelow: deleted }
  return [...checkHistory(operations, options), ...workload.judge(operations, lost, restored)]
}
