/**
 * What the parts of one producer, one consumer or the administrative calls share: connections and metadata of their own,
 * because a broker answers a connection's requests in order, and a fetch that waits for records must hold up nobody else.
 */

import type { World } from '../world/world.ts'
import { Connections } from './connections.ts'
import { Metadata } from './metadata.ts'
import { MetadataRefresher } from './metadata-refresh.ts'
import type { ClientSettings } from './options.ts'

export interface Services {
  readonly world: World
  readonly settings: ClientSettings
  readonly connections: Connections
  readonly metadata: Metadata
  readonly refresher: MetadataRefresher
  /** Closed by their owner: nothing may be started any more. */
  isClosed(): boolean
}

/** Makes the parts; nothing is connected before it is needed. They end with `connections.close()`. */
export function openServices(world: World, settings: ClientSettings): Services {
  const metadata = new Metadata()
  const connections = new Connections(world, settings, metadata)
  const refresher = new MetadataRefresher(world, settings, connections, metadata)
  return { world, settings, connections, metadata, refresher, isClosed: () => connections.isClosed }
}
