/** A snapshot of the metadata log, handed to whoever rebuilds a state from it: in slices, and worth nothing before it is whole. */

import { promised } from '../../../world/promises.ts'
import type { World } from '../../../world/world.ts'
import { kraftVersionProblem } from '../kraft-version.ts'
import type { SnapshotReceiver } from '../quorum.ts'
import { SnapshotError } from './snapshot-error.ts'
import { snapshotPath } from './snapshot-files.ts'
import type { SnapshotId } from './snapshot-id.ts'
import { readSnapshot } from './snapshot-reader.ts'

/**
 * Reads a snapshot; the receiver is given all of it, and told that it is complete, before the promise is fulfilled.
 * @throws {SnapshotError | DiskError} where it cannot be read, or is not whole.
 */
export async function loadSnapshotInto(
  receiver: SnapshotReceiver,
  world: World,
  directory: string,
  id: SnapshotId,
): Promise<void> {
  let timestamp = -1
  await promised<void>(world.promises, (done) =>
    readSnapshot(
      world,
      snapshotPath(directory, id),
      {
        records: (slice) => receiver.records(slice),
        control: (record) => {
          const problem = kraftVersionProblem(record)
          if (problem !== undefined) throw new SnapshotError('UNSUPPORTED', snapshotPath(directory, id), problem)
          if (record.type === 'SNAPSHOT_HEADER') timestamp = record.lastContainedLogTimestamp
        },
      },
      (error) => done(error, undefined),
    ),
  )
  receiver.complete(timestamp)
}
