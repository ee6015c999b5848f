/** What a start finds in the log directory: logs of the partitions that are wanted, and others, which are put aside. */

import type { Uuid } from '../../protocol/uuid.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'

/** Logs that are loaded at the same time at a start; each holds a few files open and reads a chunk at a time. */
const LOADS_AT_ONCE = 16

/** The directories that hold a wanted partition of the wanted topic; any other is renamed, and nothing is deleted. */
export async function presentLogs(
  directory: LogDirectory,
  wanted: ReadonlyMap<string, Uuid>,
): Promise<ReadonlySet<string>> {
  const present = new Set<string>()
  for (const { directory: name, topicId } of await directory.partitionDirectories()) {
    if (topicId !== undefined && wanted.get(name) === topicId) present.add(name)
    else if (!name.endsWith('-stray')) directory.setAside(name)
  }
  return present
}

/** Loads logs, some at a time: one after the other they would mostly wait for the disk. Each is handed over, in order. */
export async function loadManyAtOnce<Wanted>(
  wanted: readonly Wanted[],
  load: (one: Wanted) => Promise<PartitionLog>,
  loaded: (one: Wanted, log: PartitionLog) => void,
): Promise<void> {
  for (let from = 0; from < wanted.length; from += LOADS_AT_ONCE) {
    const some = wanted.slice(from, from + LOADS_AT_ONCE)
    for (const [at, log] of (await Promise.all(some.map(load))).entries()) loaded(some[at]!, log)
  }
}
