/** One piece of a snapshot's file, for who downloads it. */

import { DiskError } from '../../../world/disk.ts'
import type { World } from '../../../world/world.ts'
import { asDiskError } from '../../log/files.ts'
import { snapshotPath } from './snapshot-files.ts'
import type { SnapshotId } from './snapshot-id.ts'

export type PieceOutcome = { readonly bytes: Uint8Array; readonly size: number } | 'out-of-range' | 'gone' | DiskError

/** Reads at most `maxBytes` from `position` on, which lies within the file. `done` comes as an event of its own. */
export function readPiece(
  world: World,
  directory: string,
  id: SnapshotId,
  { position, maxBytes }: { readonly position: number; readonly maxBytes: number },
  done: (outcome: PieceOutcome) => void,
): void {
  const later = (outcome: PieceOutcome): unknown => world.clock.setTimer(0, () => done(outcome))
  try {
    const file = world.disk.open(snapshotPath(directory, id), { create: false })
    const { size } = file
    if (position < 0 || position >= size) {
      file.close()
      later('out-of-range')
      return
    }
    const bytes = new Uint8Array(Math.min(maxBytes, size - position))
    file.read(position, bytes, (error, count) => {
      file.close()
      done(error ?? { bytes: bytes.subarray(0, count), size })
    })
  } catch (error) {
    if (error instanceof DiskError && error.code === 'NOT_FOUND') later('gone')
    else later(asDiskError(error))
  }
}
