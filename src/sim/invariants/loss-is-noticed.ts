/**
 * Beyond the promise a log may lose what was durable, but not silently: a log that is loaded shorter than it must be, or
 * that begins later, was cut by a recovery that says so. What rot takes of a segment that is trusted is noticed later,
 * by the checksum, where it is read. Source: the durability contract, "detected, never silent".
 */

import type { GhostPartition, LastEnd } from './ghost.ts'
import type { Invariant } from './invariant.ts'

/** What this promise is called; no damage excuses it. */
export const LOSS_IS_NOTICED = 'S1 loss is noticed'

export function lossIsNoticed(): Invariant {
  /** Starts since the broker was ready: a recovery that a crash cut short may have cut the log and not lived to say so. */
  let starts = 0
  return {
    name: LOSS_IS_NOTICED,
    source: 'durability contract',
    onEvent(judged, event) {
      if (event.type === 'BrokerStarting') starts++
      // Where nothing is damaged nothing may be lost at all, and S1 says so.
      if (event.type !== 'LogLoaded' || !judged.ghost.damage.excuses(event.partition)) return
      const ghost = judged.ghost.partition(event.partition)
      const { partition, startOffset, endOffset, truncatedBytes } = event
      const least = leastEnd(ghost, judged.ghost.lastEnd)
      const isLonger = endOffset >= least && startOffset <= ghost.startOffset
      if (isLonger || truncatedBytes > 0 || starts > 1) return
      judged.broken(
        `${partition} had [${ghost.startOffset}, ${least}) for good and was loaded with [${startOffset}, ${endOffset}), and nothing says that bytes were cut off`,
        { partition, offset: endOffset },
      )
    },
    onReady() {
      starts = 0
    },
  }
}

/** The end that the log must have kept. */
function leastEnd(ghost: GhostPartition, lastEnd: LastEnd): number {
  if (lastEnd !== 'power-loss' && lastEnd !== 'failed-sync') return ghost.endOffset
  return ghost.isFlushedBeforeAnswer() ? Math.max(ghost.flushedEnd, ghost.answeredEnd) : ghost.flushedEnd
}
