/**
 * Walks the batches of a log's segments, to derive anew what is kept of them in memory: producers, leader epochs.
 */

import { type BatchHeader, readBatchHeader } from '../../protocol/record-batch.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { scanBatches } from './scan.ts'
import type { Segment } from './segment.ts'

/** Visits every batch that holds or follows `offset`, in order. @throws {DiskError} on a read error. */
export async function walkBatches(
  world: World,
  segments: readonly Segment[],
  offset: number,
  visit: (header: BatchHeader) => void,
): Promise<void> {
  for (const segment of segments) {
    if (segment.endOffset <= offset) continue
    await walkSegment(world, segment, Math.max(offset, segment.baseOffset), (header) => {
      if (header.lastOffset >= offset) visit(header)
      return true
    })
  }
}

/**
 * Visits the batches of a segment from the one that its index knows at or before `offset` on, until `visit` says false;
 * the position of the first batch that was not visited, or that it refused. @throws {DiskError} on a read error.
 */
export function walkSegment(
  world: World,
  segment: Segment,
  offset: number,
  visit: (header: BatchHeader) => boolean,
): Promise<number> {
  return promised<number>(world.promises, (done) =>
    scanBatches(
      {
        file: segment.file,
        from: segment.positionOf(offset).from,
        until: segment.bytes,
        visit: (bytes, at) => visit(readBatchHeader(bytes, at)),
      },
      done,
    ),
  )
}
