/**
 * What a process has used, from /proc: Linux only; elsewhere there are no figures. Processor time comes in ticks of 10 ms
 * and covers all threads (a collector's too).
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a process used up to now. */
export interface ProcessUsage {
  /** User and system, in ms. */
  readonly cpuMs: number
  /** Resident now, in bytes. */
  readonly residentBytes: number
}

/** Of a tick; fixed in Linux's interface to programs. */
const TICK_MS = 10
const PAGE_BYTES = 4_096
/** Fields of `stat` behind the name of the program, which may hold anything. */
const USER_FIELD = 11
const SYSTEM_FIELD = 12
const RESIDENT_FIELD = 21
const LISTENING = '0A'

/** What the process has used; undefined where that cannot be read. */
export function processUsage(pid: number): ProcessUsage | undefined {
  const text = textOf(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const cpuMs = (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * TICK_MS
  return { cpuMs, residentBytes: Number(fields[RESIDENT_FIELD]) * PAGE_BYTES }
}

/** The process of this machine that listens on a TCP port; undefined where none can be seen. */
export function listenerOf(port: number): number | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(table, port)))
  if (sockets.size === 0) return undefined
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).find((pid) => handlesOf(pid).some((handle) => sockets.has(handle)))
}

function listeningSockets(table: string, port: number): readonly string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = (textOf(table) ?? '').split('\n').map((row) => row.trim().split(/\s+/))
  return rows.filter((row) => row[3] === LISTENING && row[1]?.endsWith(end)).map((row) => `socket:[${row[9]}]`)
}

function handlesOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).map((name) => linkOf(`${folder}/${name}`))
  } catch {
    // Another user's process, or one that has just ended.
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // A handle that was closed since it was listed.
    return ''
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // No such process any more, or no /proc on this system.
    return undefined
  }
}
