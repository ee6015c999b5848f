/**
 * How many files and sockets this process may have open, and how they are shared out: what disks may take, and what is
 * left for connections. Connections that take everything would leave none for the logs.
 */

import { readFileSync } from 'node:fs'
import { EXCESS_MAX } from './file-handles.ts'

/** Files that a disk has open at one time where the system allows enough. */
const FILE_HANDLES_MAX = 2048
/** For everything else: listeners, the process's own, directories that are being synced. */
const OTHERS = 64

export interface HandleShares {
  /** Files that a disk may have open at one time. */
  readonly files: number
  /** Connections that listeners may have accepted at one time. */
  readonly accepted: number
}

/** The shares of a process that may have so many handles open; where that is not known there is no bound to share. */
export function shareHandles(openMax: number | undefined): HandleShares {
  if (openMax === undefined) return { files: FILE_HANDLES_MAX, accepted: Number.MAX_SAFE_INTEGER }
  const files = Math.max(8, Math.min(FILE_HANDLES_MAX, Math.floor(openMax / 4)))
  const excess = Math.min(EXCESS_MAX, files)
  return { files, accepted: Math.max(8, openMax - files - excess - OTHERS) }
}

/** What the system allows this process; undefined where it does not tell (it does on Linux). */
export function openFilesMax(): number | undefined {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return match === null ? undefined : Number(match[1])
  } catch {
    // Another system, or one that hides it.
    return undefined
  }
}
