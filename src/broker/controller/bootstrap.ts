/**
 * The first records of a new cluster: those that the tool which formatted this directory left in `bootstrap.checkpoint`,
 * else the feature levels that this program begins with.
 *
 * The file is read at each start of a controller, whichever of them is the first to lead, and judged before anything is
 * written: a record that this program does not serve, a feature level it does not support or a damaged file refuses the
 * start. The first active controller of an empty log appends the records, as one decision. KIP-778.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import { METADATA_VERSION, SUPPORTED_FEATURES } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { BOOTSTRAP_FILE, readBootstrap } from '../quorum/snapshots/bootstrap-checkpoint.ts'
import { SnapshotError } from '../quorum/snapshots/snapshot-error.ts'
import { ApplyError } from './apply-error.ts'
import { ClusterState } from './cluster-state.ts'
import type { Controller } from './controller.ts'

/** Finalizes features at these levels; metadata.version first, as Kafka has it, and none that is off. */
export function featureRecords(levels: ReadonlyMap<string, number>): readonly MetadataRecord[] {
  const names = [METADATA_VERSION, ...[...levels.keys()].filter((name) => name !== METADATA_VERSION)]
  return names.flatMap((name) => {
    const featureLevel = levels.get(name) ?? 0
    return featureLevel === 0 ? [] : [{ type: 'FeatureLevelRecord' as const, version: 0, name, featureLevel }]
  })
}

/** The levels that a new cluster of this program begins with, where nobody chose. */
export function initialLevels(): ReadonlyMap<string, number> {
  return new Map(SUPPORTED_FEATURES.map(({ name, max }) => [name, max]))
}

/** The first records, judged. @throws {DirectoryError | DiskError} where a cluster cannot begin with them. */
export async function firstRecords(world: World): Promise<readonly MetadataRecord[]> {
  const found = await promised<readonly MetadataRecord[] | undefined>(world.promises, (done) =>
    readBootstrap(world, (error, records) =>
      done(error instanceof SnapshotError ? unusable(error.problem, error) : error, records),
    ),
  )
  if (found === undefined) return featureRecords(initialLevels())
  judge(found)
  return found
}

/** Lets a new leader write the first records, unless the cluster has begun. */
export function bootstrap(controller: Controller, image: MetadataImage, records: readonly MetadataRecord[]): void {
  if (image.features().size === 0) controller.decide(records, () => undefined)
}

/** Applies the records to a state that is thrown away. @throws {DirectoryError} */
function judge(records: readonly MetadataRecord[]): void {
  const state = new ClusterState()
  try {
    for (const [offset, record] of records.entries()) state.apply(record, offset)
  } catch (error) {
    if (error instanceof ApplyError) throw unusable(error.message, error)
    throw error
  }
  if (state.featureLevel(METADATA_VERSION) === 0) throw unusable(`it says nothing of ${METADATA_VERSION}`)
}

function unusable(problem: string, cause?: unknown): DirectoryError {
  const advice = 'format an empty directory with what this program supports, or restore the file'
  return new DirectoryError(`${BOOTSTRAP_FILE} cannot be used: ${problem}; ${advice}`, { cause })
}
