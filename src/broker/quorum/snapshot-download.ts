/**
 * A snapshot on its way from the leader to this node: asked for piece by piece, written to a part file, read back, made
 * whole in the durable steps of the rules. A piece that does not come, or does not fit, ends it; the next fetch begins
 * anew. KIP-630. So does what is no whole snapshot: nobody has checked its bytes since the leader wrote them, and what it
 * is to replace is given up only for what can be loaded.
 */

import type { DiskError } from '../../world/disk.ts'
import { asDiskError } from '../log/files.ts'
import { PartFile, type PartFilePlace } from './snapshots/part-file.ts'
import type { SnapshotError } from './snapshots/snapshot-error.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'

/** A piece of a snapshot, and how many bytes all of it has; undefined where none came. */
export type SnapshotPiece = { readonly bytes: Uint8Array; readonly position: number; readonly size: number } | undefined

/** Asks for the piece at `position`; `done` is called once, never within this call. */
export type AskForPiece = (id: SnapshotId, position: number, done: (piece: SnapshotPiece) => void) => void

/** Larger ones are refused: a snapshot of a million partitions has half of that. */
const SNAPSHOT_BYTES_MAX = 1024 * 1024 * 1024

export interface SnapshotDownloadOptions {
  readonly place: PartFilePlace
  readonly id: SnapshotId
  readonly ask: AskForPiece
  /** Whether it is still wanted; asked before each piece, and before the file gets its name. */
  readonly isWanted: () => boolean
  readonly onPiece: () => void
  /** Ends it: whole and durable, or not. An error is one of the disk, or says what is wrong with the bytes that came. */
  readonly onEnd: (outcome: 'whole' | 'given-up' | DiskError | SnapshotError) => void
}

/** Begins a download. */
export function downloadSnapshot(options: SnapshotDownloadOptions): void {
  const { place, id, ask, isWanted, onPiece, onEnd } = options
  let file: PartFile
  try {
    file = new PartFile(place)
  } catch (error) {
    onEnd(asDiskError(error))
    return
  }
  const giveUp = (outcome: 'given-up' | DiskError | SnapshotError): void => {
    file.abandon()
    onEnd(outcome)
  }
  const askOn = (): void => {
    const position = file.size
    ask(id, position, (piece) => {
      if (!isWanted() || piece === undefined || !doesFit(piece, position)) return giveUp('given-up')
      try {
        file.append([piece.bytes])
      } catch (error) {
        return giveUp(asDiskError(error))
      }
      onPiece()
      if (file.size < piece.size) return askOn()
      file.check(onPiece, (error) => {
        if (error !== undefined) return giveUp(error)
        if (!isWanted()) return giveUp('given-up')
        file.complete((failed) => onEnd(failed ?? 'whole'))
      })
    })
  }
  askOn()
}

function doesFit({ bytes, position, size }: NonNullable<SnapshotPiece>, wanted: number): boolean {
  return position === wanted && bytes.length > 0 && wanted + bytes.length <= size && size <= SNAPSHOT_BYTES_MAX
}
