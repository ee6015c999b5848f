/**
 * Logs whose partition is gone: how their directories leave the disk.
 *
 * A log that goes is flushed a last time, so that nothing of it is under way, and closed; its directory is renamed to
 * `<partition>.<id>-delete`, as Kafka does; then the checkpoints are written without it, which makes the renaming
 * durable too: once for all that were renamed while they were written the last time. Only then may a log of the same name begin: what is on record of the old one must never be believed of
 * the new one. The files go after a delay. What a crash leaves renamed goes in the next life.
 */

import { uuidToBytes } from '../../protocol/uuid.ts'
import { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { inSlices } from '../delayed/slices.ts'
import { asDiskError } from './files.ts'
import type { PartitionLog } from './partition-log.ts'
import { newUuid } from './uuids.ts'

export interface LogRemovalOptions {
  readonly world: World
  /** Puts the offsets of the logs that are left on record, durably. */
  readonly checkpoint: (done: (error: DiskError | undefined) => void) => void
  /** Told of failures; a full disk is lived with, and after any other this life ends. */
  readonly tolerate: (error: DiskError) => void
}

const SUFFIX = '-delete'
/** Kafka's limit on the name of a directory, in characters. */
const NAME_LENGTH_MAX = 255

/** Between two tries of a step for which the disk was full. */
const RETRY_US = 1_000_000

/** Names that become free in one event. */
const EVENT_NAMES = 40

interface Leaving {
  readonly directory: string
  readonly delayMs: number
  readonly done: () => void
}

export class LogRemoval {
  readonly #options: LogRemovalOptions
  readonly #leaving = new Set<string>()
  /** Renamed, and yet to be forgotten by the checkpoints. */
  #renamed: Leaving[] = []
  #isForgetting = false

  constructor(options: LogRemovalOptions) {
    this.#options = options
  }

  /** Whether a log of that directory is on its way out, so that another cannot be made yet. */
  isLeaving(directory: string): boolean {
    return this.#leaving.has(directory)
  }

  /** Takes a log away; `done` when its directory's name is free. Its files go `delayMs` later. */
  remove(log: PartitionLog, delayMs: number, done: () => void): void {
    const { directory } = log
    this.#leaving.add(directory)
    log.discard(() => this.#rename({ directory, delayMs, done }))
  }

  /** Sees to directories that an earlier life renamed. */
  removeLeftovers(delayMs: number): void {
    for (const { name, kind } of this.#options.world.disk.list('')) {
      if (kind === 'directory' && name.endsWith(SUFFIX)) this.#removeLater(name, delayMs)
    }
  }

  #rename(leaving: Leaving): void {
    const { world } = this.#options
    const suffix = `.${hexadecimal(uuidToBytes(newUuid(world.random)))}${SUFFIX}`
    const renamed = `${leaving.directory.slice(0, NAME_LENGTH_MAX - suffix.length)}${suffix}`
    try {
      world.disk.rename(leaving.directory, renamed)
    } catch (error) {
      return this.#again(asDiskError(error), () => this.#rename(leaving))
    }
    this.#removeLater(renamed, leaving.delayMs)
    this.#renamed.push(leaving)
    this.#forgetRenamed()
  }

  /** Makes the renamings durable, then writes the checkpoints without the logs; before that no name may be used again. */
  #forgetRenamed(): void {
    if (this.#isForgetting || this.#renamed.length === 0) return
    this.#isForgetting = true
    const group = this.#renamed
    this.#renamed = []
    this.#sync(group)
  }

  #sync(group: readonly Leaving[]): void {
    this.#options.world.disk.syncDirectory('', (error) => {
      if (error !== undefined) this.#again(error, () => this.#sync(group))
      else this.#forget(group)
    })
  }

  #forget(group: readonly Leaving[]): void {
    this.#options.checkpoint((error) => {
      if (error !== undefined) return this.#again(error, () => this.#forget(group))
      this.#isForgetting = false
      inSlices({ clock: this.#options.world.clock, stepsMax: EVENT_NAMES }, this.#free(group), () => undefined)
      this.#forgetRenamed()
    })
  }

  /** Lets the names be used again: a log may begin at once under each. */
  *#free(group: readonly Leaving[]): Generator<void, void> {
    for (const { directory, done } of group) {
      this.#leaving.delete(directory)
      done()
      yield
    }
  }

  #again(error: DiskError, step: () => void): void {
    this.#options.tolerate(error)
    this.#options.world.clock.setTimer(RETRY_US, step)
  }

  #removeLater(directory: string, delayMs: number): void {
    const { world, tolerate } = this.#options
    world.clock.setTimer(delayMs * 1000, () => {
      try {
        world.disk.remove(directory)
      } catch (error) {
        if (!(error instanceof DiskError && error.code === 'NOT_FOUND')) tolerate(asDiskError(error))
      }
    })
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
