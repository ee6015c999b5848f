/**
 * S20: what lies on the disk is what was appended, and everything derived from it is what can be derived again.
 *
 * Per partition: whole batches without garbage, offsets without gap, byte for byte those appended; every entry of the
 * indexes names a batch, and the largest timestamp up to it; producer snapshots hold each producer's last batch before
 * them; the leader-epoch checkpoint names the first offset of each epoch. Recomputed when logs were loaded, at sampled
 * instants and at the end. Sources: KAFKA-10471, KAFKA-3919, KAFKA-1112; Kafka's storage format.
 */

import { epochCheckpointProblem, indexProblem, snapshotProblem, timeIndexProblem } from './derived-files.ts'
import type { DiskView } from './disk-view.ts'
import { firstBatchFrom, type GhostPartition } from './ghost.ts'
import type { Invariant } from './invariant.ts'
import { type DiskSegment, sameBytes, segmentsOn } from './log-files.ts'

export function storageRefinement(): Invariant {
  let hasAppended = false
  return {
    name: 'S20 storage refinement',
    source: 'KAFKA-10471; KAFKA-3919; KAFKA-1112',
    onEvent(judged, event) {
      // Recovery is skipped only where nothing was appended since a clean stop closed the logs.
      if (event.type === 'BatchAppended') hasAppended = true
      if (event.type === 'LogsClosing') hasAppended = false
      if (event.type === 'BrokerStarting' && event.clean && hasAppended) {
        judged.broken('a start takes the last stop for a clean one, and records were appended since')
      }
    },
    recompute(judged, disk, partition) {
      const problem = partitionProblem(disk, judged.ghost.partition(partition))
      if (problem === undefined) return judged.ghost.verified(partition)
      judged.broken(`${partition}: ${problem.message}`, { partition, ...problem.where })
    },
  }
}

interface Problem {
  readonly message: string
  readonly where?: { readonly offset: number }
}

function partitionProblem(disk: DiskView, ghost: GhostPartition): Problem | undefined {
  const segments = segmentsOn(disk, ghost.name, ghost.verifiedFrom)
  const problem = batchesProblem(segments, ghost)
  if (problem !== undefined) return problem
  for (const segment of segments) {
    const message = indexProblem(disk, ghost.name, segment) ?? timeIndexProblem(disk, ghost.name, segment)
    if (message !== undefined) return { message, where: { offset: segment.baseOffset } }
  }
  const message = snapshotProblem(disk, ghost) ?? epochCheckpointProblem(disk, ghost)
  return message === undefined ? undefined : { message }
}

function batchesProblem(segments: readonly DiskSegment[], ghost: GhostPartition): Problem | undefined {
  let next = segments[0]?.baseOffset ?? 0
  const first = Math.max(ghost.startOffset, ghost.verifiedFrom)
  if (next > first) return problemAt(`the log begins at ${next} on the disk, and has records from ${first} on`, first)
  let at = firstBatchFrom(ghost.batches, next)
  for (const { baseOffset, batches, garbageBytes } of segments) {
    if (baseOffset !== next)
      return problemAt(`a segment begins at ${baseOffset} and the one before ends at ${next}`, next)
    for (const { header, bytes } of batches) {
      const appended = ghost.batches[at]
      if (header.baseOffset !== next) return problemAt(`offset ${next} is missing`, next)
      if (appended === undefined || appended.header.baseOffset !== next)
        return problemAt(`offset ${next} was never appended`, next)
      if (!sameBytes(bytes, appended.bytes)) return problemAt(`offset ${next} is not as it was appended`, next)
      next = header.lastOffset + 1
      at++
    }
    if (garbageBytes > 0) return problemAt(`${garbageBytes} bytes behind offset ${next} are no whole batch`, next)
  }
  return next < ghost.endOffset
    ? problemAt(`the log ends at ${next} on the disk, and ${ghost.endOffset} was appended`, next)
    : undefined
}

function problemAt(message: string, offset: number): Problem {
  return { message, where: { offset } }
}
