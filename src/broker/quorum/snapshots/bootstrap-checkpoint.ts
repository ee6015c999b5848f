/**
 * `bootstrap.checkpoint`: the first records of a new cluster, as the tool that formats a directory leaves them for the
 * first active controller: a snapshot by its layout, in the root of the log directory. KIP-778.
 */

import type { MetadataRecord, MetadataRecordInput } from '../../../protocol/metadata-records/table.ts'
import { DiskError } from '../../../world/disk.ts'
import type { World } from '../../../world/world.ts'
import type { SnapshotRules } from './rules.ts'
import type { SnapshotError } from './snapshot-error.ts'
import { readSnapshot } from './snapshot-reader.ts'
import { writeSnapshot } from './snapshot-writer.ts'

/** Its name, in the root of the log directory. */
export const BOOTSTRAP_FILE = 'bootstrap.checkpoint'

/** Hands the records to `done`; undefined where there is no such file. */
export function readBootstrap(
  world: World,
  done: (error: SnapshotError | DiskError | undefined, records: readonly MetadataRecord[] | undefined) => void,
): void {
  const found: MetadataRecord[] = []
  const visitor = { records: (records: readonly MetadataRecord[]) => void found.push(...records) }
  readSnapshot(world, BOOTSTRAP_FILE, visitor, (error) => {
    if (error instanceof DiskError && error.code === 'NOT_FOUND') done(undefined, undefined)
    else done(error, error === undefined ? found : undefined)
  })
}

/** Writes the file, whole and durably, in place of one that is there. */
export function writeBootstrap(
  world: World,
  rules: SnapshotRules,
  records: readonly MetadataRecordInput[],
  done: (error: DiskError | undefined) => void,
): void {
  const place = { world, rules, directory: '', name: BOOTSTRAP_FILE }
  writeSnapshot(place, { epoch: 0, lastContainedTimestamp: 0, records: records.values() }, done)
}
