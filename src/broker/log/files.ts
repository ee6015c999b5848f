/**
 * Names of the files of a log directory, whole small files read, written and replaced, and what makes them durable.
 *
 * A small file is replaced in four durable steps, so that after any crash it is the old one or the new one, whole:
 * write `<name>.tmp`, sync it, rename it over, sync the directory.
 */

import { type Disk, DiskError, type DiskFile } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'

export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'snapshot' | 'txnindex'

/** `00000000000000000042.log`: the offset in twenty digits. */
export function offsetFileName(offset: number, kind: SegmentFileKind): string {
  return `${String(offset).padStart(20, '0')}.${kind}`
}

/** The offset and kind a file name stands for; undefined for other files. */
export function parseOffsetFileName(
  name: string,
): { readonly offset: number; readonly kind: SegmentFileKind } | undefined {
  const match = /^(\d{20})\.(log|index|timeindex|snapshot|txnindex)$/.exec(name)
  if (match === null) return undefined
  const offset = Number(match[1])
  return Number.isSafeInteger(offset) ? { offset, kind: match[2] as SegmentFileKind } : undefined
}

/** Whether a file is left over from a step that a crash cut short, and means nothing. */
export function isLeftover(name: string): boolean {
  return /\.(tmp|deleted|cleaned|swap)$/.test(name)
}

/** The bytes of a small file; undefined where there is none. @throws {DiskError} on a read error. */
export async function readWhole(world: World, path: string): Promise<Uint8Array | undefined> {
  let file: ReturnType<Disk['open']>
  try {
    file = world.disk.open(path, { create: false })
  } catch (error) {
    if (error instanceof DiskError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
  try {
    return await readFile(world, file)
  } finally {
    file.close()
  }
}

/** The bytes of an open file, from its beginning to its end. @throws {DiskError} on a read error. */
export async function readFile(world: World, file: DiskFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size)
  if (bytes.length === 0) return bytes
  const count = await promised<number>(world.promises, (done) => file.read(0, bytes, done))
  return bytes.subarray(0, count)
}

/**
 * Gives a small file this content, in the page cache; the open file is for the caller to sync and close.
 * @throws {DiskError} with no handle left open; the file may be there then, and empty.
 */
export function writeFile(disk: Disk, path: string, bytes: Uint8Array): DiskFile {
  const file = disk.open(path, { create: true })
  try {
    if (file.size > 0) file.truncate(0)
    file.append([bytes])
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** Replaces a small file durably; `done` once the new one is there for good. Nothing else may replace it meanwhile. */
export function replaceFile(
  disk: Disk,
  directory: string,
  name: string,
  bytes: Uint8Array,
  done: (error: DiskError | undefined) => void,
): void {
  putInPlace(disk, directory, name, bytes, (error) => {
    if (error === undefined) disk.syncDirectory(directory, done)
    else done(error)
  })
}

/** As `replaceFile`, for a caller who syncs the directory himself: until then either file may be there after a crash. */
export function putInPlace(
  disk: Disk,
  directory: string,
  name: string,
  bytes: Uint8Array,
  done: (error: DiskError | undefined) => void,
): void {
  const path = joinPath(directory, name)
  const temporary = `${path}.tmp`
  let written: DiskFile
  try {
    written = writeFile(disk, temporary, bytes)
  } catch (error) {
    return done(asDiskError(error))
  }
  written.sync((failed) => {
    written.close()
    if (failed !== undefined) return done(failed)
    try {
      disk.rename(temporary, path)
    } catch (error) {
      return done(asDiskError(error))
    }
    done(undefined)
  })
}

/** Makes a file durable that is not open. @throws {DiskError} */
export async function syncNamed(world: World, path: string): Promise<void> {
  const file = world.disk.open(path, { create: false })
  try {
    await syncFile(world, file)
  } finally {
    file.close()
  }
}

/** Syncs an open file, as a promise. */
export function syncFile(world: World, file: DiskFile): Promise<void> {
  return promised<void>(world.promises, (done) => file.sync((error) => done(error, undefined)))
}

/** Syncs a directory, as a promise. */
export function syncDirectory(world: World, directory: string): Promise<void> {
  return promised<void>(world.promises, (done) =>
    world.disk.syncDirectory(directory, (error) => done(error, undefined)),
  )
}

/** Joins parts of a path; an empty directory is the disk's root. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** Passes a disk's failure on as a value; anything else is a bug and stays an exception. */
export function asDiskError(error: unknown): DiskError {
  if (error instanceof DiskError) return error
  throw error
}
