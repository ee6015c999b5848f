/**
 * Removing files without waiting for the system to free them: to give back the pages and blocks of a segment takes it a
 * tenth of a second, in which nothing else of a broker would run.
 *
 * An open file loses its name at once, and what it holds when its last handle is closed; that is left to the thread pool.
 * Windows keeps the name too until then, so there files are removed as ever.
 */

import { close, closeSync, fstatSync, lstatSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Below it, closing costs less than asking another thread to. */
const LARGE_BYTES = 1024 * 1024

/** Removes a file, or a directory with everything below it. What they held is free soon. @throws as `rmSync`. */
export function removePath(path: string): void {
  const handles = process.platform === 'win32' ? [] : handlesOnLargeFiles(path)
  try {
    rmSync(path, { recursive: true })
  } finally {
    // What is closed here was never written to through it: nothing can be lost.
    for (const handle of handles) close(handle, () => undefined)
  }
}

/** Of the file, or the files in the directory. */
function handlesOnLargeFiles(path: string): readonly number[] {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return stat?.isFile() === true ? handleIfLarge(path) : []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? handleIfLarge(join(path, entry.name)) : [],
  )
}

function handleIfLarge(path: string): readonly number[] {
  try {
    const handle = openSync(path, 'r')
    if (fstatSync(handle).size >= LARGE_BYTES) return [handle]
    closeSync(handle)
  } catch {
    // Not ours to read, or too many handles: it is removed all the same, at its price.
  }
  return []
}
