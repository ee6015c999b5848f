/**
 * Locks that other programs hold on a file by POSIX record locks, as Java's `FileChannel.lock` does on Linux.
 *
 * Node cannot take such a lock, but the system lists them all in /proc/locks, one a line:
 *
 *     2: POSIX  ADVISORY  WRITE 4711 fe:01:131074 0 EOF
 *     number: kind, strictness, mode, process, device (hexadecimal major:minor) and inode, first byte, last byte
 *
 * A line with `->` before the kind is a process that waits for a lock. Source: proc_locks(5).
 */

import { type BigIntStats, readFileSync } from 'node:fs'

/** True if the system lists a POSIX lock on the file; false where the system has no such list. */
export function isHeldByPosixLock(file: BigIntStats): boolean {
  return process.platform === 'linux' && listsPosixLock(readLocks(), file.dev, file.ino)
}

/** True if `locks`, the text of /proc/locks, lists a POSIX lock on the inode of the device. */
export function listsPosixLock(locks: string, device: bigint, inode: bigint): boolean {
  const wanted = `${hexadecimal(majorOf(device))}:${hexadecimal(minorOf(device))}:${inode}`
  return locks.split('\n').some((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[1] === 'POSIX' && fields[5] === wanted
  })
}

function readLocks(): string {
  try {
    return readFileSync('/proc/locks', 'utf8')
  } catch {
    // No such list in this sandbox: then nothing is known of other programs' locks.
    return ''
  }
}

// How the C library packs a device's two numbers into one (makedev(3)).
const majorOf = (device: bigint): bigint => ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)
const minorOf = (device: bigint): bigint => (device & 0xffn) | ((device >> 12n) & 0xffffff00n)

const hexadecimal = (number: bigint): string => number.toString(16).padStart(2, '0')
