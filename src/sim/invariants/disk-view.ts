/**
 * What lies in the directories of the broker's disk at one instant, listed and read at most once: for looking at
 * everything anew. Nothing is copied, so a view is of no use once the instant is over.
 */

/** The disk, as far as it is looked at. */
export interface ViewedDisk {
  directories(): readonly string[]
  filesIn(directory: string): readonly string[]
  /** What a file holds, as a view that is good until the file changes; undefined where there is no such file. */
  look(path: string): Uint8Array | undefined
}

export class DiskView {
  readonly #disk: ViewedDisk
  readonly #names = new Map<string, readonly string[]>()
  readonly #contents = new Map<string, Uint8Array | undefined>()

  constructor(disk: ViewedDisk) {
    this.#disk = disk
  }

  /** Names of directories, in order. */
  directories(): readonly string[] {
    return this.#disk.directories()
  }

  /** Names of the files in a directory, in order. */
  filesIn(directory: string): readonly string[] {
    let names = this.#names.get(directory)
    if (names === undefined) {
      names = this.#disk.filesIn(directory)
      this.#names.set(directory, names)
    }
    return names
  }

  /** What a file holds; undefined where there is none. Not to be changed. */
  read(directory: string, name: string): Uint8Array | undefined {
    const path = `${directory}/${name}`
    if (this.#contents.has(path)) return this.#contents.get(path)
    const bytes = this.#disk.look(path)
    this.#contents.set(path, bytes)
    return bytes
  }
}
