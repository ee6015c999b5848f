/**
 * The one table of what an event can be. The numbers enter the event hash and its records, so they are never reused;
 * a new kind is added at the end.
 */

/** What an event is, as the small integer that is hashed. */
export const EventKind = {
  /** A timer of a node. */
  timer: 1,
  /** Bytes, an end or a reset arrive at a connection of a node. */
  delivery: 2,
  /** A connection is handed to the listener of a node. */
  accept: 3,
  /** A connection tells its owner that it is over, or that an attempt failed. */
  closed: 4,
  /** A connection tells its owner that everything queued is on its way. */
  writable: 5,
  /** Something happens inside the network: an attempt arrives, a window opens, a kernel answers for a dead process. */
  network: 6,
  /** A listener is told the address it got. */
  listening: 7,
  /** A read of a file completes. */
  diskRead: 8,
  /** A sync of a file completes. */
  diskSync: 9,
  /** A sync of a directory completes. */
  diskSyncDirectory: 10,
  /** A lock of a directory is granted or denied. */
  diskLock: 11,
  /** A paused node goes on. */
  resume: 12,
  /** A fault strikes at a time of the plan. */
  fault: 13,
  /** A step of whoever runs the simulation. */
  harness: 14,
  /** The size of a volume is told. */
  diskVolume: 15,
} as const

/** One of the numbers of {@link EventKind}. */
export type EventKind = (typeof EventKind)[keyof typeof EventKind]

/** The name of a kind, for people; `kind 99` where the table has none. */
export function eventKindName(kind: number): string {
  for (const [name, value] of Object.entries(EventKind)) if (value === kind) return name
  return `kind ${kind}`
}
