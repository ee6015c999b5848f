/**
 * A snapshot on its way to the disk, whether this node makes it or downloads it: bytes go to a file of another name, and only
 * `complete` gives the file its name, in the durable steps of the rules. After a crash at any point there is the whole
 * file or none of that name; what was there before stays until it is replaced.
 */

import type { DiskError, DiskFile } from '../../../world/disk.ts'
import type { World } from '../../../world/world.ts'
import { asDiskError, joinPath } from '../../log/files.ts'
import type { SnapshotRules, SnapshotStep } from './rules.ts'
import { downloadName, partName } from './snapshot-id.ts'
import { checkSnapshot } from './snapshot-loading.ts'
import type { SnapshotReadDone } from './snapshot-reader.ts'

export interface PartFilePlace {
  readonly world: World
  readonly rules: SnapshotRules
  readonly directory: string
  /** Of the whole file. */
  readonly name: string
  /** Whether it comes from another node. Default: this node makes it. */
  readonly isDownloaded?: boolean
}

export class PartFile {
  readonly #place: PartFilePlace
  readonly #file: DiskFile

  /** Begins from nothing; what an earlier try left is discarded. @throws {DiskError} */
  constructor(place: PartFilePlace) {
    this.#place = place
    this.#file = place.world.disk.open(this.#path, { create: true })
    if (this.#file.size > 0) this.#file.truncate(0)
  }

  /** Bytes so far. */
  get size(): number {
    return this.#file.size
  }

  /** The parts are free when this returns. @throws {DiskError} with the file as it was. */
  append(parts: readonly Uint8Array[]): void {
    this.#file.append(parts)
  }

  /** Reads back what was appended: whether it is a whole snapshot that this program understands. */
  check(onSlice: () => void, done: SnapshotReadDone): void {
    checkSnapshot(this.#place.world, this.#path, onSlice, done)
  }

  /** Makes what was appended the file of that name, durably; `done` when it is. Nothing may be appended any more. */
  complete(done: (error: DiskError | undefined) => void): void {
    this.#run(this.#place.rules.completionSteps, done)
  }

  /** Gives up. The bytes stay as a leftover, which the next try or the next life discards. */
  abandon(): void {
    this.#file.close()
  }

  get #path(): string {
    const { directory, name, isDownloaded = false } = this.#place
    return joinPath(directory, isDownloaded ? downloadName(name) : partName(name))
  }

  #run([step, ...rest]: readonly SnapshotStep[], done: (error: DiskError | undefined) => void): void {
    if (step === undefined) {
      this.#file.close()
      return done(undefined)
    }
    const next = (error: DiskError | undefined): void => {
      if (error === undefined) return this.#run(rest, done)
      this.#file.close()
      done(error)
    }
    const { disk } = this.#place.world
    if (step === 'sync-file') this.#file.sync(next)
    else if (step === 'sync-directory') disk.syncDirectory(this.#place.directory, next)
    else next(this.#rename())
  }

  #rename(): DiskError | undefined {
    const { world, directory, name } = this.#place
    // Windows renames no open file.
    this.#file.close()
    try {
      world.disk.rename(this.#path, joinPath(directory, name))
      return undefined
    } catch (error) {
      return asDiskError(error)
    }
  }
}
