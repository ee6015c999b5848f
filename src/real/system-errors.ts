/**
 * The system's errors in the words of the world's contracts.
 *
 * Decisions hang on the code alone; the system's message is kept for people, and the error itself as `cause`. A code that
 * is not in a table becomes `IO` or `OTHER`: an operating failure without a more telling name.
 */

import { DiskError, type DiskErrorCode } from '../world/disk.ts'
import { NetworkError, type NetworkErrorCode } from '../world/network.ts'

const diskCodes: Readonly<Record<string, DiskErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  EEXIST: 'EXISTS',
  EISDIR: 'EXISTS',
  ENOTEMPTY: 'EXISTS',
  ERR_FS_EISDIR: 'EXISTS',
  ENOTDIR: 'NOT_A_DIRECTORY',
  ENOSPC: 'FULL',
  EDQUOT: 'FULL',
  EFBIG: 'FULL',
}

const networkCodes: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: 'REFUSED',
  ECONNRESET: 'RESET',
  ECONNABORTED: 'RESET',
  EPIPE: 'RESET',
  ETIMEDOUT: 'TIMED_OUT',
  EHOSTUNREACH: 'UNREACHABLE',
  ENETUNREACH: 'UNREACHABLE',
  EHOSTDOWN: 'UNREACHABLE',
  ENETDOWN: 'UNREACHABLE',
  ENOTFOUND: 'HOST_NOT_FOUND',
  EAI_AGAIN: 'HOST_NOT_FOUND',
  EAI_NONAME: 'HOST_NOT_FOUND',
  EADDRINUSE: 'ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ADDRESS_UNAVAILABLE',
  EACCES: 'ADDRESS_UNAVAILABLE',
}

/** A failure of the file system at `path` (as the owner of the disk names it) as a `DiskError`. */
export function diskError(cause: Error, path: string): DiskError {
  return new DiskError(diskCodes[codeOf(cause)] ?? 'IO', path, `${path}: ${cause.message}`, { cause })
}

/** A failure of a socket as a `NetworkError`. */
export function networkError(cause: Error): NetworkError {
  return new NetworkError(networkCodes[codeOf(cause)] ?? 'OTHER', cause.message, { cause })
}

/** Runs a system call at `path`; what it throws is thrown on as a `DiskError`. */
export function orDiskError<T>(path: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw diskError(asError(error), path)
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** What was thrown, which need not be an `Error`, as one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
