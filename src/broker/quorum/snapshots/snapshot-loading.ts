/** A snapshot of the metadata log, handed to whoever rebuilds a state from it: in slices, and worth nothing before it is whole. */

import type { QuorumControlRecord } from '../../../protocol/quorum-control-records.ts'
import { promised } from '../../../world/promises.ts'
import type { World } from '../../../world/world.ts'
import { kraftVersionProblem } from '../kraft-version.ts'
import type { SnapshotReceiver } from '../quorum.ts'
import { SnapshotError } from './snapshot-error.ts'
import { snapshotPath } from './snapshot-files.ts'
import type { SnapshotId } from './snapshot-id.ts'
import { readSnapshot, type SnapshotReadDone } from './snapshot-reader.ts'

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
  const path = snapshotPath(directory, id)
  let timestamp = -1
  await promised<void>(world.promises, (done) =>
    readSnapshot(
      world,
      path,
      {
        records: (slice) => receiver.records(slice),
        control: (record) => {
          refuseUnserved(path, record)
          if (record.type === 'SNAPSHOT_HEADER') timestamp = record.lastContainedLogTimestamp
        },
      },
      (error) => done(error, undefined),
    ),
  )
  receiver.complete(timestamp)
}

/**
 * Reads a snapshot to see whether it is whole and can be understood, and keeps nothing of it. `onSlice` is called now and
 * then, for whoever must be told that it goes on.
 */
export function checkSnapshot(world: World, path: string, onSlice: () => void, done: SnapshotReadDone): void {
  readSnapshot(world, path, { records: onSlice, control: (record) => refuseUnserved(path, record) }, done)
}

function refuseUnserved(path: string, record: QuorumControlRecord): void {
  const problem = kraftVersionProblem(record)
  if (problem !== undefined) throw new SnapshotError('UNSUPPORTED', path, problem)
}
