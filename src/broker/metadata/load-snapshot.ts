/** Puts a snapshot in place of everything an image has, in slices; until all of it is read the image stays as it was. */

import type { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import type { SnapshotError } from '../quorum/snapshots/snapshot-error.ts'
import { snapshotPath } from '../quorum/snapshots/snapshot-files.ts'
import type { SnapshotId } from '../quorum/snapshots/snapshot-id.ts'
import { readSnapshot } from '../quorum/snapshots/snapshot-reader.ts'
import { type MetadataImage, SnapshotState } from './image.ts'
import { MetadataError } from './metadata-error.ts'

/** Where a snapshot lies. */
export interface SnapshotPlace {
  readonly world: World
  readonly directory: string
  readonly id: SnapshotId
}

/** Loads a snapshot into an image; `done` when the subscribers were told, or with the image as it was. */
export function loadSnapshot(
  { world, directory, id }: SnapshotPlace,
  image: MetadataImage,
  done: (error: SnapshotError | MetadataError | DiskError | undefined) => void,
): void {
  const snapshot = new SnapshotState()
  let contradiction: MetadataError | undefined
  const visitor = {
    records: (records: Parameters<SnapshotState['apply']>[0]) => {
      if (contradiction === undefined) contradiction = appliedTo(snapshot, records)
    },
  }
  readSnapshot(world, snapshotPath(directory, id), visitor, (error) => {
    const failed = error ?? contradiction
    if (failed === undefined) image.reset(snapshot.state, id)
    done(failed)
  })
}

function appliedTo(snapshot: SnapshotState, records: Parameters<SnapshotState['apply']>[0]): MetadataError | undefined {
  try {
    snapshot.apply(records)
    return undefined
  } catch (error) {
    if (error instanceof MetadataError) return error
    throw error
  }
}
