/**
 * `meta.properties`: whose directory this is. A Java properties file with `version`, `cluster.id`, `node.id` and
 * `directory.id`; written once when the directory is formatted, and checked at every start ever after.
 */

import { parseUuid, type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { decodeText, textBytes } from './checkpoint-text.ts'
import { readWhole, replaceFile } from './files.ts'
import { newUuid } from './uuids.ts'

export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** The zero id where the directory has none. */
  readonly directoryId: Uuid
}

/** A directory that is not what it should be; the message says what to do. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError'
}

const FILE = 'meta.properties'

/** Which node of which cluster a directory must belong to. */
export interface Belonging {
  readonly nodeId: number
  /** Absent: whichever the directory says. */
  readonly clusterId?: string
  /** Whether an empty directory may begin a new cluster, where none is named. Default: yes. */
  readonly mayFound?: boolean
}

/** The properties of the directory; an empty directory is formatted. @throws {DirectoryError} */
export async function openMetaProperties(world: World, belonging: Belonging): Promise<MetaProperties> {
  const { nodeId, clusterId, mayFound = true } = belonging
  const found = await readMetaProperties(world)
  if (found !== undefined) {
    checkBelonging(found, belonging)
    return found
  }
  refuseForeignFiles(world)
  if (clusterId === undefined && !mayFound) {
    throw new DirectoryError(
      'the directory is empty, and nothing says which cluster it is to belong to: give every node the same cluster id',
    )
  }
  const properties = { clusterId: clusterId ?? newUuid(world.random), nodeId, directoryId: newUuid(world.random) }
  await writeMetaProperties(world, properties)
  return properties
}

/** The properties; undefined where the directory is not formatted. @throws {DirectoryError} where they make no sense. */
export async function readMetaProperties(world: World): Promise<MetaProperties | undefined> {
  const bytes = await readWhole(world, FILE)
  if (bytes === undefined) return undefined
  const properties = parseMetaProperties(bytes)
  if (typeof properties === 'string') throw new DirectoryError(`${FILE} ${properties}: is this a Kafka log directory?`)
  return properties
}

/** @throws {DirectoryError} where the directory is another node's, or of another cluster. */
export function checkBelonging(properties: MetaProperties, { nodeId, clusterId }: Belonging): void {
  if (properties.nodeId !== nodeId) {
    throw new DirectoryError(
      `the directory belongs to node ${properties.nodeId}, not to node ${nodeId}; set node.id=${properties.nodeId} or use another directory`,
    )
  }
  if (clusterId !== undefined && properties.clusterId !== clusterId) {
    throw new DirectoryError(
      `the directory belongs to cluster ${properties.clusterId}, not to ${clusterId}; use another directory, or the cluster it belongs to`,
    )
  }
}

/** The properties, or what is wrong with the text. */
export function parseMetaProperties(bytes: Uint8Array): MetaProperties | string {
  const text = decodeText(bytes)
  if (text === undefined) return 'is not text'
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!\s=:][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (match !== null) values.set(match[1]!, match[2]!)
  }
  if (values.get('version') !== '1') return `has version ${values.get('version') ?? '(none)'}, and 1 is known`
  const [clusterId, nodeId, directoryId] = [values.get('cluster.id'), values.get('node.id'), values.get('directory.id')]
  if (!clusterId) return 'has no cluster.id'
  if (nodeId === undefined || !/^\d{1,9}$/.test(nodeId)) return 'has no valid node.id'
  return { clusterId, nodeId: Number(nodeId), directoryId: parseUuid(directoryId ?? '') ?? ZERO_UUID }
}

export function encodeMetaProperties(properties: MetaProperties): Uint8Array {
  const { clusterId, nodeId, directoryId } = properties
  return textBytes(`#\nversion=1\ncluster.id=${clusterId}\nnode.id=${nodeId}\ndirectory.id=${directoryId}\n`)
}

/** Writes the properties durably: from now on the directory counts as formatted. @throws {DiskError} */
export async function writeMetaProperties(world: World, properties: MetaProperties): Promise<void> {
  await promised<void>(world.promises, (done) =>
    replaceFile(world.disk, '', FILE, encodeMetaProperties(properties), (error) => done(error, undefined)),
  )
}

/** @throws {DirectoryError} where the directory has other files than those of a formatting that was cut short. */
export function refuseForeignFiles(world: World, known: readonly string[] = []): void {
  const expected = ['.lock', `${FILE}.tmp`, ...known]
  const strangers = world.disk.list('').filter(({ name }) => !expected.includes(name))
  if (strangers.length === 0) return
  throw new DirectoryError(
    `the directory has no ${FILE} and is not empty (${strangers[0]!.name}); use an empty directory, or one that Kafka formatted`,
  )
}
