/**
 * What lies in the directories of the broker's disk at one instant, listed and read at most once: for looking at
 * everything anew.
 */

/** The disk, as far as it is looked at. */
export interface ViewedDisk {
  directories(): readonly string[]
  filesIn(directory: string): readonly string[]
  peek(path: string): Uint8Array
}

export class DiskView {
  readonly #disk: ViewedDisk
  readonly #names = new Map<string, readonly string[]>()
  readonly #contents = new Map<string, Uint8Array>()

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
    if (!this.filesIn(directory).includes(name)) return undefined
    const path = `${directory}/${name}`
    let bytes = this.#contents.get(path)
    if (bytes === undefined) {
      bytes = this.#disk.peek(path)
      this.#contents.set(path, bytes)
    }
    return bytes
  }
}
