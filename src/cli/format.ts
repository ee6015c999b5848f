/**
 * `samsa format`, `samsa info` and `samsa random-uuid`: what Kafka's storage tool does with a directory before a node
 * first starts on it. Needed where several nodes are to be one cluster, or a cluster is to begin with chosen feature
 * levels; `samsa up` formats an empty directory by itself.
 */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  chosenLevels,
  directoryInfo,
  FeatureChoiceError,
  type FormatOptions as Formatting,
  formatDirectory,
  randomUuid,
} from '../broker/format.ts'
import { DirectoryError } from '../broker/log/meta-properties.ts'
import { createRealWorld, type RealWorld } from '../real/world.ts'
import { DiskError } from '../world/disk.ts'
import { messageOf, operatingFailure, wrongUsage } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'

export interface FormatOptions {
  readonly dir: string
  readonly clusterId: string
  readonly nodeId: number
  /** A name that stands for a level of metadata.version, such as 4.0. */
  readonly releaseVersion?: string
  readonly feature: ReadonlyMap<string, number>
  readonly ignoreFormatted: boolean
}

/** Formats a directory; says on standard output what was done. */
export async function format(options: FormatOptions): Promise<ExitCode> {
  const { dir, clusterId, nodeId, releaseVersion, feature, ignoreFormatted } = options
  const levels = levelsOf(releaseVersion, feature)
  const formatting: Formatting = { clusterId, nodeId, levels, ignoreFormatted }
  const outcome = await within(dir, (world) => formatDirectory(world, formatting))
  const names = [...levels].map(([name, level]) => `${name}=${level}`).join(', ')
  process.stdout.write(
    outcome === 'formatted'
      ? `Formatted ${resolve(dir)} for node ${nodeId} of cluster ${clusterId} with ${names}.\n`
      : 'All of the log directories are already formatted.\n',
  )
  return ExitCode.ok
}

/** Says whose directory it is; nothing is changed. */
export async function info({ dir }: { readonly dir: string }): Promise<ExitCode> {
  // Opening a world would make the directory.
  const found = existsSync(dir) ? await within(dir, directoryInfo) : undefined
  if (found === undefined) {
    process.stdout.write(
      `Found log directory:\n  ${resolve(dir)}\n\nFound problem:\n  ${resolve(dir)} is not formatted.\n`,
    )
    return ExitCode.failed
  }
  const { clusterId, directoryId, nodeId } = found
  const properties = `{cluster.id=${clusterId}, directory.id=${directoryId}, node.id=${nodeId}, version=1}`
  process.stdout.write(`Found log directory:\n  ${resolve(dir)}\n\nFound metadata: ${properties}\n`)
  return ExitCode.ok
}

/** Prints an id for a new cluster. */
export function printRandomUuid(): ExitCode {
  const world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
  process.stdout.write(`${randomUuid(world)}\n`)
  world.close()
  return ExitCode.ok
}

function levelsOf(release: string | undefined, features: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  try {
    return chosenLevels(release, features)
  } catch (error) {
    if (error instanceof FeatureChoiceError) throw wrongUsage(error.message)
    throw error
  }
}

async function within<T>(dir: string, act: (world: RealWorld) => Promise<T>): Promise<T> {
  let world: RealWorld | undefined
  try {
    world = createRealWorld({ directory: dir, onHalt: () => undefined })
    return await act(world)
  } catch (error) {
    if (error instanceof DirectoryError || error instanceof DiskError) {
      throw operatingFailure(`cannot use the directory ${dir}: ${messageOf(error)}`, error)
    }
    throw error
  } finally {
    world?.close()
  }
}
