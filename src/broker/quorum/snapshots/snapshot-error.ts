/**
 * A snapshot that cannot be used. An operating failure: the bytes came from a disk or from another node.
 *
 * - `TORN`: it ends before its footer. A file that was given its name is whole, so the disk lost something.
 * - `CORRUPT`: a checksum does not hold.
 * - `MALFORMED`: the checksums hold and it is no snapshot: no header first, offsets with gaps, something behind the footer.
 * - `UNKNOWN_RECORD`: a record of a type or version that this program does not know.
 * - `UNSUPPORTED`: what it holds is known, and not served by this program.
 */

export type SnapshotErrorCode = 'TORN' | 'CORRUPT' | 'MALFORMED' | 'UNKNOWN_RECORD' | 'UNSUPPORTED'

export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly code: SnapshotErrorCode
  readonly path: string
  /** What is wrong, without what to do about it. */
  readonly problem: string

  constructor(code: SnapshotErrorCode, path: string, problem: string) {
    super(`${path} cannot be used: ${problem}; ${advice[code]}`)
    this.code = code
    this.path = path
    this.problem = problem
  }
}

/** Whoever votes must not come back empty: it would have forgotten what it vouched for. */
const restore =
  'restore the file; a broker that is no controller may begin with an empty directory instead, and fetches everything from the controllers'

const advice: Readonly<Record<SnapshotErrorCode, string>> = Object.freeze({
  TORN: restore,
  CORRUPT: restore,
  MALFORMED: 'is it a snapshot of the metadata log?',
  UNKNOWN_RECORD: 'was it written by a newer version?',
  UNSUPPORTED: 'start the program that wrote it, or a version of this one that supports it',
})
