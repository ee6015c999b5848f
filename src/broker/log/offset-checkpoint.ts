/**
 * One of the log directory's offset checkpoints, written again whenever its content has changed.
 *
 * A write is durable before `done`. One write is under way at a time; a request that comes meanwhile is served by one
 * next write of what is true then. A full disk only postpones: checkpoints save time, or keep order (the log start), and
 * whoever needs the order waits for `done`.
 */

import type { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { encodeOffsetCheckpoint, parseOffsetCheckpoint } from './checkpoint-text.ts'
import { readWhole, replaceFile } from './files.ts'

type Done = (error: DiskError | undefined) => void

export class OffsetCheckpoint {
  readonly #world: World
  readonly #name: string
  readonly #current: () => ReadonlyMap<string, number>
  #underWay = false
  #waiting: Done[] = []
  #written = ''
  #onRecord: ReadonlyMap<string, number> = new Map()

  /** `current` gives the offsets by partition directory at the time of a write. */
  constructor(world: World, name: string, current: () => ReadonlyMap<string, number>) {
    this.#world = world
    this.#name = name
    this.#current = current
  }

  /** The offsets of the life before; empty where there is no readable checkpoint. */
  async read(): Promise<Map<string, number>> {
    const bytes = await readWhole(this.#world, this.#name)
    return (bytes === undefined ? undefined : parseOffsetCheckpoint(bytes)) ?? new Map()
  }

  /** What the last completed write put on record for good, for a partition directory; it may have moved on since. */
  onRecord(directory: string): number | undefined {
    return this.#onRecord.get(directory)
  }

  write(done: Done): void {
    this.#waiting.push(done)
    if (!this.#underWay) this.#start()
  }

  #start(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const offsets = this.#current()
    const content = [...offsets].join(';')
    if (content === this.#written) {
      for (const done of waiting) done(undefined)
      return
    }
    this.#underWay = true
    replaceFile(this.#world.disk, '', this.#name, encodeOffsetCheckpoint(offsets), (error) => {
      this.#underWay = false
      if (error === undefined) {
        this.#written = content
        this.#onRecord = offsets
      }
      for (const done of waiting) done(error)
      if (this.#waiting.length > 0 && !this.#underWay) this.#start()
    })
  }
}
