/**
 * A directory's lock, held by one life at a time and released by the death of its process, however it dies.
 *
 * The lock is an address that only one process can listen at, named after the file `.lock` in the directory: on Linux an
 * abstract socket (gone with its process), on Windows a named pipe (likewise), elsewhere a socket file, where one that
 * nobody answers at is taken for the leavings of a dead process. On Linux a lock that a Java process holds on `.lock` is
 * honoured too: it is a POSIX record lock, listed in /proc/locks.
 *
 * Limits. A Java process does not see our lock, and one that locks at the same moment as we do is missed. Containers with
 * network namespaces of their own do not see each other's abstract sockets, nor locks of processes outside their process
 * namespace. A file system whose files carry another device number than the system's lists do (btrfs) hides Java's locks.
 * Elsewhere two processes that find the same leavings at the same instant may both believe they hold the lock.
 */

import { createHash } from 'node:crypto'
import { type BigIntStats, closeSync, fstatSync, openSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskError, type DiskLock } from '../world/disk.ts'
import { isHeldByPosixLock } from './java-lock.ts'
import type { Life } from './life.ts'
import { asError, diskError } from './system-errors.ts'

type Done = (error: DiskError | undefined, lock: DiskLock | undefined) => void

/** Takes the lock of `directory` (a path of the system), which its owner calls `name`. */
export function takeDirectoryLock(life: Life, directory: string, name: string, done: Done): void {
  const fail = (error: DiskError) => done(error, undefined)
  let lockFile: LockFile
  try {
    lockFile = openLockFile(directory)
  } catch (error) {
    life.later(() => fail(diskError(asError(error), name)))
    return
  }
  listenAlone(life, lockFile.address, (error, server) => {
    if (server === undefined) {
      fail(codeOf(error) === 'EADDRINUSE' ? locked(name) : diskError(error, name))
    } else if (isHeldByPosixLock(lockFile.stats)) {
      server.close()
      fail(locked(name))
    } else {
      const release = () => {
        server.close()
      }
      const forget = life.whenOver(release)
      done(undefined, {
        release: () => {
          forget()
          release()
        },
      })
    }
  })
}

interface LockFile {
  readonly stats: BigIntStats
  /** Where the holder listens. */
  readonly address: string
}

/** Creates the file `.lock` if there is none. It is never removed: another process may be about to lock it. */
function openLockFile(directory: string): LockFile {
  const path = join(directory, '.lock')
  const fd = openSync(path, 'a')
  try {
    const stats = fstatSync(fd, { bigint: true })
    return { stats, address: addressOf(path, stats) }
  } finally {
    closeSync(fd)
  }
}

function addressOf(path: string, stats: BigIntStats): string {
  if (process.platform === 'linux') return `\0samsa-lock-${stats.dev}-${stats.ino}`
  if (process.platform !== 'win32') return join(tmpdir(), `samsa-lock-${stats.dev}-${stats.ino}`)
  const name = createHash('sha256').update(realpathSync.native(path).toLowerCase()).digest('hex')
  return `\\\\.\\pipe\\samsa-lock-${name}`
}

/** Listens at the address if nobody does; if the life ends meanwhile it lets go again and `done` is not called. */
function listenAlone(life: Life, address: string, done: (error: Error, server: Server | undefined) => void): void {
  const server = createServer((visitor) => visitor.destroy())
  server.once('error', (error) => {
    if (life.isOver) return
    if (codeOf(error) === 'EADDRINUSE' && isSocketFile) clearLeavings(life, address, error, done)
    else done(error, undefined)
  })
  server.listen({ path: address, exclusive: true }, () => {
    // The lock alone is no reason for a process to stay alive.
    server.unref()
    if (life.isOver) server.close()
    else done(noError, server)
  })
}

const isSocketFile = process.platform !== 'linux' && process.platform !== 'win32'
const noError = new Error('no error')

/** Asks whether anybody answers at a socket file; if not it is removed and listening is tried once more. */
function clearLeavings(
  life: Life,
  address: string,
  inUse: Error,
  done: (error: Error, server: Server | undefined) => void,
): void {
  const probe = connect(address)
  probe.once('connect', () => {
    probe.destroy()
    if (!life.isOver) done(inUse, undefined)
  })
  probe.once('error', (error) => {
    if (life.isOver) return
    if (codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT') done(inUse, undefined)
    else {
      rmSync(address, { force: true })
      listenAlone(life, address, done)
    }
  })
}

function locked(name: string): DiskError {
  const where = name === '' ? 'the root directory' : name
  return new DiskError('LOCKED', name, `${where} is in use: another process or life holds its lock`)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
