/**
 * Faults of a disk as verdicts. Whoever injects faults is asked before each operation; undefined lets it pass.
 */

/** What an operation is, as the small integer that is hashed. */
export const diskOperations = {
  append: 1,
  read: 2,
  sync: 3,
  truncate: 4,
  create: 5,
  rename: 6,
  remove: 7,
  makeDirectory: 8,
  syncDirectory: 9,
  lock: 10,
  measure: 11,
} as const

export type DiskOperationKind = keyof typeof diskOperations

export interface DiskOperation {
  readonly node: number
  readonly kind: DiskOperationKind
  /** Of the file or directory; of a rename the old path. */
  readonly path: string
  /** Bytes to append or to read, the size to cut to; else 0. */
  readonly bytes: number
  /** Counts the operations of this kind on this disk, from 1. */
  readonly ordinal: number
}

export type DiskVerdict =
  /** It takes that much longer. A synchronous operation makes its node stand still. */
  | { readonly kind: 'delay'; readonly us: number }
  /** The whole node stands still that long, as in a write that the kernel throttles. */
  | { readonly kind: 'stall'; readonly us: number }
  /** It fails with `IO`; a failing sync drops the dirty pages. */
  | { readonly kind: 'error' }
  /** An append fails with `IO` and leaves a part of itself behind; anything else fails. */
  | { readonly kind: 'torn' }
  /** It fails with `FULL`. */
  | { readonly kind: 'full' }
  /**
   * The process is killed, or the power fails: before the operation has any effect, when part of an append is in the
   * file or a read or sync has taken half of its time, or when it is done and its owner does not know.
   */
  | { readonly kind: 'crash'; readonly when: 'before' | 'during' | 'after'; readonly how: 'kill' | 'powerLoss' }

export type DiskJudge = (operation: DiskOperation) => DiskVerdict | undefined

/** What struck, counted. */
export interface DiskCounters {
  delays: number
  stalls: number
  errors: number
  full: number
  crashes: number
  powerLosses: number
  rotten: number
}
