/** `partition.metadata`: which topic a partition's directory belongs to, so that a name used again is not mistaken. */

import { parseUuid, type Uuid } from '../../protocol/uuid.ts'
import type { DiskFile } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { decodeText, textBytes } from './checkpoint-text.ts'
import { asDiskError, joinPath, readWhole, syncNamed, writeFile } from './files.ts'

const FILE = 'partition.metadata'

/** The topic id; undefined where there is none that can be read. */
export async function readTopicId(world: World, directory: string): Promise<Uuid | undefined> {
  const bytes = await readWhole(world, joinPath(directory, FILE))
  const text = bytes === undefined ? undefined : decodeText(bytes)
  const match = text === undefined ? null : /^version: 0\ntopic_id: ([\w-]{22})\n?$/.exec(text)
  return match === null ? undefined : parseUuid(match[1]!)
}

/** Makes the file durable, where there is one. */
export async function syncTopicId(world: World, directory: string): Promise<void> {
  try {
    await syncNamed(world, joinPath(directory, FILE))
  } catch (error) {
    if (asDiskError(error).code !== 'NOT_FOUND') throw error
  }
}

/** Writes the file into the page cache; the open file is for the first flush to sync and close. @throws {DiskError} */
export function writeTopicId(world: World, directory: string, topicId: Uuid): DiskFile {
  return writeFile(world.disk, joinPath(directory, FILE), textBytes(`version: 0\ntopic_id: ${topicId}\n`))
}
