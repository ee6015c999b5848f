/** A whole snapshot in memory, for whoever rebuilds a state from it: read in slices, and worth nothing before it is whole. */

import type { MetadataRecord } from '../../../protocol/metadata-records/table.ts'
import { promised } from '../../../world/promises.ts'
import type { World } from '../../../world/world.ts'
import { kraftVersionProblem } from '../kraft-version.ts'
import type { LoadedSnapshot } from '../quorum.ts'
import { SnapshotError } from './snapshot-error.ts'
import { snapshotPath } from './snapshot-files.ts'
import type { SnapshotId } from './snapshot-id.ts'
import { readSnapshot } from './snapshot-reader.ts'

/** @throws {SnapshotError | DiskError} where it cannot be read, or is not whole. */
export async function loadedSnapshot(world: World, directory: string, id: SnapshotId): Promise<LoadedSnapshot> {
  const records: MetadataRecord[] = []
  let timestamp = -1
  await promised<void>(world.promises, (done) =>
    readSnapshot(
      world,
      snapshotPath(directory, id),
      {
        records: (slice) => records.push(...slice),
        control: (record) => {
          const problem = kraftVersionProblem(record)
          if (problem !== undefined) throw new SnapshotError('UNSUPPORTED', snapshotPath(directory, id), problem)
          if (record.type === 'SNAPSHOT_HEADER') timestamp = record.lastContainedLogTimestamp
        },
      },
      (error) => done(error, undefined),
    ),
  )
  return { id, timestamp, records }
}
