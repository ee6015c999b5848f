/**
 * The producer snapshots of a partition's directory, as files.
 *
 * A snapshot is written straight to its name: a torn one fails its checksum and counts as none, and an older one does.
 */

import { type Disk, DiskError, type DiskFile } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { joinPath, offsetFileName, parseOffsetFileName, readWhole, syncNamed, writeFile } from './files.ts'
import { encodeProducerSnapshot, parseProducerSnapshot } from './producer-snapshot.ts'
import type { ProducerEntry } from './producer-state.ts'
import type { LogRules } from './rules.ts'

/**
 * Writes the snapshot at `offset`, into the page cache; the open file is for the next flush to sync and close. It only saves
 * time: undefined where the disk is full. @throws {DiskError} of other failures.
 */
export function tryWriteSnapshot(
  world: World,
  directory: string,
  offset: number,
  entries: readonly ProducerEntry[],
): DiskFile | undefined {
  try {
    return writeSnapshot(world, directory, offset, entries)
  } catch (error) {
    if (error instanceof DiskError && error.code === 'FULL') return undefined
    throw error
  }
}

function writeSnapshot(world: World, directory: string, offset: number, entries: readonly ProducerEntry[]): DiskFile {
  const path = joinPath(directory, offsetFileName(offset, 'snapshot'))
  try {
    return writeFile(world.disk, path, encodeProducerSnapshot(entries, world.codecs))
  } catch (error) {
    // An empty one would only have to be found out as none later.
    if (listSnapshots(world.disk, directory).includes(offset)) removeSnapshot(world.disk, directory, offset)
    throw error
  }
}

/** Offsets of the snapshots there are, ascending; whole or not. */
export function listSnapshots(disk: Disk, directory: string): number[] {
  return disk
    .list(directory)
    .map(({ name }) => parseOffsetFileName(name))
    .filter((parsed) => parsed?.kind === 'snapshot')
    .map((parsed) => parsed!.offset)
}

export function removeSnapshot(disk: Disk, directory: string, offset: number): void {
  disk.remove(joinPath(directory, offsetFileName(offset, 'snapshot')))
}

/** Removes the snapshots at offsets below `offset`. */
export function removeSnapshotsBelow(disk: Disk, directory: string, offset: number): void {
  for (const snapshot of listSnapshots(disk, directory)) {
    if (snapshot < offset) removeSnapshot(disk, directory, snapshot)
  }
}

/**
 * Removes the snapshots that neither a segment begins at nor `newest` is: those of earlier stops and loads, each of which
 * the newest has outlived. Kafka's `removeStraySnapshots`.
 */
export function removeStraySnapshots(disk: Disk, directory: string, bases: ReadonlySet<number>, newest: number): void {
  for (const snapshot of listSnapshots(disk, directory)) {
    if (snapshot < newest && !bases.has(snapshot)) removeSnapshot(disk, directory, snapshot)
  }
}

/** The entries of the snapshot at `offset`; undefined where it is not whole. */
export async function readSnapshot(
  world: World,
  rules: LogRules,
  directory: string,
  offset: number,
): Promise<ProducerEntry[] | undefined> {
  const bytes = await readWhole(world, joinPath(directory, offsetFileName(offset, 'snapshot')))
  return bytes === undefined ? undefined : parseProducerSnapshot(bytes, world.codecs, rules.isSnapshotWhole)
}

/** Makes the snapshot at `offset` durable. @throws {DiskError} */
export function syncSnapshot(world: World, directory: string, offset: number): Promise<void> {
  return syncNamed(world, joinPath(directory, offsetFileName(offset, 'snapshot')))
}
