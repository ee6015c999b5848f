/**
 * Append-only files with positional reads, in directories, on one disk.
 *
 * Paths are relative to the disk's root, with `/` between parts; letters' case must not be relied on to tell names apart.
 *
 * What survives: a process kill loses nothing that `append`, `truncate`, `rename`, `remove` or `makeDirectory` did (the
 * page cache survives). A power loss keeps of a file at least what was there at its last completed `sync`, and of a
 * directory at least the entries as of its last completed `syncDirectory`; what came later is kept, lost or torn, each
 * page and each entry on its own. Synchronous methods throw `DiskError`; those with a `done` hand it to that.
 */
export interface Disk {
  /** Creates the directory and its missing parents; no error if it exists. */
  makeDirectory(path: string): void
  /** Entries of a directory, in ascending order of their UTF-16 code units. Errors: `NOT_FOUND`, `NOT_A_DIRECTORY`. */
  list(path: string): readonly DirectoryEntry[]
  /**
   * Opens a file for appending and positional reads. With `create: true` it is created empty where absent, else
   * `NOT_FOUND`. A new entry is durable only after `syncDirectory` of its directory.
   */
  open(path: string, options: { readonly create: boolean }): DiskFile
  /**
   * Moves a file or directory; a file at `to` is replaced at once: readers see the old or the new, never neither.
   * Errors: `NOT_FOUND`; `EXISTS` where `to` is a directory. Open files must be closed first (Windows insists).
   */
  rename(from: string, to: string): void
  /** Removes a file, or a directory with everything below it. Errors: `NOT_FOUND`. */
  remove(path: string): void
  /** Makes the entries of a directory durable (new, removed and renamed files). A no-op where the system has no such thing. */
  syncDirectory(path: string, done: (error: DiskError | undefined) => void): void
  /**
   * Takes the directory's lock (a file `.lock` in it), held until `release` or the end of this life, however it ends.
   * `LOCKED` where another process or life holds it.
   */
  lock(directory: string, done: (error: DiskError | undefined, lock: DiskLock | undefined) => void): void
  /** How large the volume is that the disk's root lies on, and how much of it is left now. Errors: `NOT_FOUND`, `IO`. */
  measure(done: (error: DiskError | undefined, volume: DiskVolume | undefined) => void): void
}

/** A volume in bytes; −1 where it has no bound, or the system does not tell. */
export interface DiskVolume {
  readonly totalBytes: number
  /** What is left for this process, which may be less than what is free. */
  readonly usableBytes: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'file' | 'directory'
}

export interface DiskLock {
  release(): void
}

export interface DiskFile {
  readonly path: string
  /** Bytes in the file, as this life knows them. */
  readonly size: number
  /**
   * Appends the parts, in order, at the end: into the page cache, so that they survive a process kill but not a power
   * loss. All or nothing: on an error (`FULL`, `IO`) the file is as it was. If even that cannot be restored the error's
   * code is `IO` and `torn` is true; nothing more may be written to the file. The parts are free when this returns.
   */
  append(parts: readonly Uint8Array[]): void
  /**
   * Fills `into` from `position` on. `count` is less than `into.length` only at the end of the file, and 0 at or past
   * it. `into` is borrowed until `done`.
   */
  read(position: number, into: Uint8Array, done: (error: DiskError | undefined, count: number) => void): void
  /** Makes everything appended before this call durable. After an error it is unknown what is; never retried. */
  sync(done: (error: DiskError | undefined) => void): void
  /** Cuts the file to `size` bytes, which must not exceed its present size. */
  truncate(size: number): void
  /** Releases the handle. A read or sync under way still completes. Harmless when repeated. */
  close(): void
}

export type DiskErrorCode = 'NOT_FOUND' | 'EXISTS' | 'NOT_A_DIRECTORY' | 'FULL' | 'IO' | 'LOCKED' | 'CLOSED'

/** An operating failure of the disk; the message is for people, `code` is for decisions. */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: DiskErrorCode
  readonly path: string
  /** An append failed part-way and the file could not be cut back. */
  readonly torn: boolean

  constructor(
    code: DiskErrorCode,
    path: string,
    message: string,
    options?: ErrorOptions & { readonly torn?: boolean },
  ) {
    super(message, options)
    this.code = code
    this.path = path
    this.torn = options?.torn ?? false
  }
}
