/**
 * What lies in the directories of the broker's disk at one instant, for looking at everything anew. Each directory is
 * listed at most once; nothing is copied, so a view is of no use once the instant is over.
 */

/** The disk, as far as it is looked at. */
export interface ViewedDisk {
  directories(): readonly string[]
  /** Names of the files in a directory, in the disk's own order. */
  filesIn(directory: string): readonly string[]
  /** What a file holds, as a view that is good until the file changes; undefined where there is no such file. */
  look(directory: string, name: string): Uint8Array | undefined
}

/** A file that is named for an offset. */
export interface NumberedFile {
  readonly offset: number
  readonly name: string
}

/** Digits of the offset in a file name. */
const DIGITS = 20

export class DiskView {
  readonly #disk: ViewedDisk
  readonly #names = new Map<string, readonly string[]>()

  constructor(disk: ViewedDisk) {
    this.#disk = disk
  }

  /** Names of directories, in order. */
  directories(): readonly string[] {
    return this.#disk.directories()
  }

  /** Names of the files in a directory, in the disk's own order. */
  filesIn(directory: string): readonly string[] {
    let names = this.#names.get(directory)
    if (names === undefined) {
      names = this.#disk.filesIn(directory)
      this.#names.set(directory, names)
    }
    return names
  }

  /** The files `<offset>.<kind>` of a directory from an offset on, ascending. */
  numbered(directory: string, kind: string, from: number): readonly NumberedFile[] {
    const files: NumberedFile[] = []
    for (const name of this.filesIn(directory)) {
      if (!name.endsWith(kind) || name.charAt(DIGITS) !== '.' || name.length !== DIGITS + 1 + kind.length) continue
      const offset = offsetOf(name)
      if (offset >= from) files.push({ offset, name })
    }
    return files.sort((left, right) => left.offset - right.offset)
  }

  /** What a file holds; undefined where there is none. Not to be changed. */
  read(directory: string, name: string): Uint8Array | undefined {
    return this.#disk.look(directory, name)
  }
}

/** Digit by digit: every roll asks this of every file, and a conversion of the text would cost more than all the rest. */
function offsetOf(name: string): number {
  let offset = 0
  for (let index = 0; index < DIGITS; index++) offset = offset * 10 + name.charCodeAt(index) - 0x30
  return offset
}
