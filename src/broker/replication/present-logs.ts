/** What a start finds in the log directory: logs of the partitions that are wanted, and others, which are put aside. */

import type { Uuid } from '../../protocol/uuid.ts'
import type { LogDirectory } from '../log/log-directory.ts'

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
