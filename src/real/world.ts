/**
 * A real world for one life of one node: this machine's clock, network, randomness, and a directory of it (or a disk in
 * memory). Start here.
 *
 * The life ends by `close`, by `halt`, or with the process. Whatever the node held of the system is let go at once, as if
 * its process had died: nothing is flushed, peers see their connections end.
 */

import type { Trace } from '../world/trace.ts'
import { silentTrace } from '../world/trace.ts'
import type { World } from '../world/world.ts'
import { RealClock } from './clock.ts'
import { nativeCodecs } from './codecs.ts'
import { RealDisk } from './disk.ts'
import { Life } from './life.ts'
import { MemoryDisk } from './memory-disk.ts'
import { MemoryStorage } from './memory-storage.ts'
import { nativeSetImmediate } from './native-timers.ts'
import { RealNetwork } from './network.ts'
import { type HandleShares, openFilesMax, shareHandles } from './process-limits.ts'
import { realPromises } from './promises.ts'
import { RealRandom } from './random.ts'

export { MemoryStorage }

/** What a life is made of. */
export interface RealWorldOptions {
  /**
   * The root of the node's disk, created if absent; or 'memory' for a disk that lasts as long as this world; or a
   * `MemoryStorage` that outlives it, for the node's next life.
   */
  readonly directory: string | 'memory' | MemoryStorage
  /** Told once when the node halts itself, as an event of its own: the life is over by then. */
  readonly onHalt: (reason: Error) => void
  /** Who watches the node; nobody by default. */
  readonly trace?: Trace
  /** How bytes come from sockets: into the owner's buffers where the host can do that (the default), or by a copy. */
  readonly reading?: 'direct' | 'copied'
  /** Handles on files and connections; by default as the system allows this process. */
  readonly handles?: HandleShares
}

/** A world that its maker can end. */
export interface RealWorld extends World {
  /** Ends this life: no method does anything any more and no completion fires. Harmless when repeated. */
  close(): void
}

/** Opens a life. Throws `DiskError` if the directory can be neither found nor made. */
export function createRealWorld(options: RealWorldOptions): RealWorld {
  const { directory, onHalt, trace = silentTrace, reading = 'direct', handles = shareHandles(openFilesMax()) } = options
  const life = new Life()
  return {
    clock: new RealClock(life),
    network: new RealNetwork(life, reading, handles.accepted),
    disk: createDisk(life, directory, handles.files),
    random: new RealRandom(),
    codecs: nativeCodecs,
    trace,
    promises: realPromises,
    halt: (reason) => {
      if (life.isOver) return
      life.end()
      nativeSetImmediate(() => onHalt(reason))
    },
    close: () => life.end(),
  }
}

function createDisk(life: Life, directory: string | MemoryStorage, handlesMax: number): RealDisk | MemoryDisk {
  if (directory instanceof MemoryStorage) return new MemoryDisk(life, directory)
  return directory === 'memory' ? new MemoryDisk(life, new MemoryStorage()) : new RealDisk(life, directory, handlesMax)
}
