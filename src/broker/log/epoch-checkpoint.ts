/** `leader-epoch-checkpoint`: the leader epochs of one log, as a file that is replaced whole and durably. */

import type { Disk, DiskError } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { type EpochEntry, encodeEpochCheckpoint, parseEpochCheckpoint } from './checkpoint-text.ts'
import { joinPath, putInPlace, readWhole, replaceFile } from './files.ts'
import type { LeaderEpochs } from './leader-epochs.ts'

const FILE = 'leader-epoch-checkpoint'

/** The entries; undefined where there is no readable checkpoint. @throws {DiskError} on a read error. */
export async function readEpochs(world: World, directory: string): Promise<EpochEntry[] | undefined> {
  const bytes = await readWhole(world, joinPath(directory, FILE))
  return bytes === undefined ? undefined : parseEpochCheckpoint(bytes)
}

/** Puts the entries on record; `done` once they are durable. */
export function checkpointEpochs(
  disk: Disk,
  directory: string,
  epochs: LeaderEpochs,
  done: (error: DiskError | undefined) => void,
): void {
  replaceFile(disk, directory, FILE, encodeEpochCheckpoint(epochs.entries), done)
}

/** The same, as a promise. @throws {DiskError} */
export function writeEpochs(world: World, directory: string, epochs: LeaderEpochs): Promise<void> {
  return promised<void>(world.promises, (done) =>
    checkpointEpochs(world.disk, directory, epochs, (error) => done(error, undefined)),
  )
}

/** As `writeEpochs`, but for the directory's entry, which is for the caller to sync. @throws {DiskError} */
export function putEpochs(world: World, directory: string, epochs: LeaderEpochs): Promise<void> {
  return promised<void>(world.promises, (done) =>
    putInPlace(world.disk, directory, FILE, encodeEpochCheckpoint(epochs.entries), (error) => done(error, undefined)),
  )
}
