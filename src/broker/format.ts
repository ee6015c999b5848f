/**
 * Formats a log directory for one node of a cluster, as Kafka's storage tool does for a fixed set of voters: first
 * `bootstrap.checkpoint` with the feature levels the cluster begins with, then `meta.properties`, by which a directory
 * counts as formatted. A crash in between leaves a directory that can be formatted again.
 *
 * A formatted directory is never changed. Not here: dynamic voters (`--standalone`, `--initial-controllers`), SCRAM
 * credentials. KIP-631, KIP-778, KIP-785.
 */

import type { Uuid } from '../protocol/uuid.ts'
import { promised } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import { featureRecords, initialLevels } from './controller/bootstrap.ts'
import { takeDirectory } from './log/directory-lock.ts'
import {
  checkBelonging,
  DirectoryError,
  type MetaProperties,
  readMetaProperties,
  refuseForeignFiles,
  writeMetaProperties,
} from './log/meta-properties.ts'
import { newUuid } from './log/uuids.ts'
import { METADATA_VERSION, RELEASES, unsupportedLevel } from './metadata/features.ts'
import { BOOTSTRAP_FILE, writeBootstrap } from './quorum/snapshots/bootstrap-checkpoint.ts'
import { snapshotRules } from './quorum/snapshots/rules.ts'

export interface FormatOptions {
  readonly nodeId: number
  readonly clusterId: string
  /** Default: what `initialLevels` has. */
  readonly levels?: ReadonlyMap<string, number>
  /** Whether a directory that is formatted already is left as it is, and that is no error. Default: false. */
  readonly ignoreFormatted?: boolean
}

/** Feature levels that nobody can begin a cluster with; the message says which there are. */
export class FeatureChoiceError extends Error {
  override readonly name = 'FeatureChoiceError'
}

/**
 * The levels that a release's name and single features stand for. A feature wins over the release, but that of
 * metadata.version is named only once. @throws {FeatureChoiceError}
 */
export function chosenLevels(
  release: string | undefined,
  features: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const levels = new Map(initialLevels())
  if (release !== undefined) {
    if (features.has(METADATA_VERSION)) {
      throw new FeatureChoiceError(`a release and ${METADATA_VERSION} say the same thing twice; name one of them`)
    }
    const level = RELEASES.get(release)
    if (level === undefined) {
      throw new FeatureChoiceError(`unknown release ${release}; supported are: ${[...RELEASES.keys()].join(', ')}`)
    }
    levels.set(METADATA_VERSION, level)
  }
  // What is off needs no record; so kraft.version=0, which none of these records could set, is taken too.
  for (const [name, level] of features) {
    const problem = unsupportedLevel(name, level)
    if (problem !== undefined) throw new FeatureChoiceError(`a cluster cannot begin with that: ${problem}`)
    levels.set(name, level)
  }
  return levels
}

/**
 * Formats the directory, whole and durably. @throws {DirectoryError} where it is formatted already or is something
 * else's, with nothing changed; {DiskError} where it cannot be written.
 */
export async function formatDirectory(world: World, options: FormatOptions): Promise<'formatted' | 'was-formatted'> {
  const lock = await takeDirectory(world)
  try {
    const { nodeId, clusterId, levels = initialLevels(), ignoreFormatted = false } = options
    const properties = await readMetaProperties(world)
    if (properties !== undefined) {
      if (!ignoreFormatted) throw alreadyFormatted(properties)
      checkBelonging(properties, { nodeId, clusterId })
      return 'was-formatted'
    }
    refuseForeignFiles(world, [BOOTSTRAP_FILE, `${BOOTSTRAP_FILE}.part`])
    await promised<void>(world.promises, (done) =>
      writeBootstrap(world, snapshotRules, featureRecords(levels), (error) => done(error, undefined)),
    )
    await writeMetaProperties(world, { nodeId, clusterId, directoryId: newUuid(world.random) })
    return 'formatted'
  } finally {
    lock?.release()
  }
}

/** A new cluster's id, or any other id. */
export function randomUuid(world: World): Uuid {
  return newUuid(world.random)
}

/** Whose directory it is; undefined where it is not formatted. @throws {DirectoryError} where it cannot be told. */
export function directoryInfo(world: World): Promise<MetaProperties | undefined> {
  return readMetaProperties(world)
}

function alreadyFormatted({ nodeId, clusterId }: MetaProperties): DirectoryError {
  return new DirectoryError(
    `it is formatted already, for node ${nodeId} of cluster ${clusterId}; nothing was changed. --ignore-formatted takes that for done`,
  )
}
