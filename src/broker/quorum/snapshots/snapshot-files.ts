/**
 * The snapshots that lie in the directory of the metadata log: which there are, and how those go that are not needed any
 * more. A file is renamed before it is removed, so that it is gone as a snapshot at once, and removed a while later, so
 * that whoever reads it can finish.
 */

import { type Disk, DiskError } from '../../../world/disk.ts'
import type { World } from '../../../world/world.ts'
import { asDiskError, joinPath } from '../../log/files.ts'
import {
  compareSnapshots,
  deletedName,
  isSnapshotLeftover,
  parseSnapshotFileName,
  type SnapshotId,
  snapshotFileName,
} from './snapshot-id.ts'

/** The whole snapshots there are, oldest first. @throws {DiskError} */
export function listSnapshots(disk: Disk, directory: string): SnapshotId[] {
  return disk
    .list(directory)
    .map(({ name }) => parseSnapshotFileName(name))
    .filter((id) => id !== undefined)
    .sort(compareSnapshots)
}

/** The path of a snapshot's file. */
export function snapshotPath(directory: string, id: SnapshotId): string {
  return joinPath(directory, snapshotFileName(id))
}

/**
 * Takes a snapshot away: under that name it is gone when this returns, and the file goes `delayMs` later; `onFailed` is
 * told where that fails. Only the newest may never go, nor one at which the log begins. @throws {DiskError}
 */
export function removeSnapshot(
  world: World,
  directory: string,
  id: SnapshotId,
  delayMs: number,
  onFailed: (error: DiskError) => void,
): void {
  const path = snapshotPath(directory, id)
  world.disk.rename(path, deletedName(path))
  world.clock.setTimer(delayMs * 1000, () => {
    try {
      world.disk.remove(deletedName(path))
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'NOT_FOUND')) onFailed(asDiskError(error))
    }
  })
}

/** Removes what an earlier life left of snapshots that it did not finish, or did not finish to delete. @throws {DiskError} */
export function removeSnapshotLeftovers(disk: Disk, directory: string): void {
  for (const { name } of disk.list(directory)) {
    if (isSnapshotLeftover(name)) disk.remove(joinPath(directory, name))
  }
}
