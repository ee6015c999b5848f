/**
 * Where the metadata log begins when it is loaded: at 0 while nothing was forgotten, else at the first snapshot that its
 * segments go on behind. No checkpoint says so; the names of the files do.
 *
 * Segments that a snapshot stands for are removed without a sync between them, so that a power loss may bring back an older
 * one and not the younger that went with it. What lies before such a hole is no part of the log any more: a load that
 * began there would take the hole for its end, and cut off what was promised behind it. Source: KIP-630.
 */

import { readBatchHeader } from '../../protocol/record-batch.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { joinPath, offsetFileName, parseOffsetFileName } from '../log/files.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { scanBatches } from '../log/scan.ts'
import type { Observer } from '../observe/observer.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'

/** `snapshots` oldest first, without that of a bootstrap. @throws {DiskError} */
export async function metadataLogStart(
  world: World,
  observer: Observer,
  snapshots: readonly SnapshotId[],
): Promise<number> {
  const bases = segmentBases(world)
  const firstBase = await firstWithoutHole(world, bases, snapshots.at(-1)?.endOffset ?? 0)
  if (firstBase !== bases[0]) {
    observer.warn(
      `${METADATA_DIRECTORY}: segments below offset ${firstBase} were removed, and a crash brought some of them back; they are removed again`,
    )
  }
  if (firstBase === 0) return 0
  const first = snapshots.find(({ endOffset }) => endOffset >= (firstBase ?? Number.MAX_SAFE_INTEGER))
  return first?.endOffset ?? snapshots.at(-1)?.endOffset ?? 0
}

/** Ascending. */
function segmentBases(world: World): readonly number[] {
  const bases = world.disk.list(METADATA_DIRECTORY).flatMap(({ name }) => {
    const parsed = parseOffsetFileName(name)
    return parsed?.kind === 'log' ? [parsed.offset] : []
  })
  return bases.sort((a, b) => a - b)
}

/**
 * The base of the first segment from which the next ones follow without a hole. Only holes that begin below the newest
 * snapshot's end count: what is missing there the snapshot holds.
 */
async function firstWithoutHole(
  world: World,
  bases: readonly number[],
  snapshotEnd: number,
): Promise<number | undefined> {
  let [first] = bases
  for (const [index, base] of bases.entries()) {
    const next = bases[index + 1]
    if (next === undefined || next > snapshotEnd) break
    if ((await endOfSegment(world, base)) !== next) first = next
  }
  return first
}

/** The offset behind the last batch that follows the ones before it. @throws {DiskError} */
async function endOfSegment(world: World, base: number): Promise<number> {
  const file = world.disk.open(joinPath(METADATA_DIRECTORY, offsetFileName(base, 'log')), { create: false })
  let end = base
  try {
    await promised<number>(world.promises, (done) =>
      scanBatches(
        {
          ...{ file, from: 0, until: file.size },
          visit: (bytes, at) => {
            const { baseOffset, lastOffset } = readBatchHeader(bytes, at)
            if (baseOffset !== end) return false
            end = lastOffset + 1
            return true
          },
        },
        done,
      ),
    )
  } finally {
    file.close()
  }
  return end
}
