/**
 * A follower that is too far behind: the leader's snapshot is loaded and put in place of the log, and of everything that
 * was delivered. KIP-630.
 *
 * Other events go on while it is loaded; while it is put in place they wait. It is dropped where the node follows no
 * longer, or has by then been delivered as much.
 */

import { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { type LogDirectory, METADATA_DIRECTORY } from '../log/log-directory.ts'
import type { Observer } from '../observe/observer.ts'
import type { EventQueue } from './event-queue.ts'
import type { Effect } from './raft/raft-events.ts'
import type { RaftState, ReplicaKey } from './raft/raft-state.ts'
import { downloadSnapshot, type SnapshotPiece } from './snapshot-download.ts'
import type { SnapshotRules } from './snapshots/rules.ts'
import { SnapshotError } from './snapshots/snapshot-error.ts'
import { type SnapshotId, snapshotFileName } from './snapshots/snapshot-id.ts'

/** How long a snapshot that was loaded waits for a step to end, in microseconds. */
const WAIT_US = 1000

/** A request for the piece of a snapshot at `position`, in the epoch of the leader that is asked. */
export interface PieceRequest {
  readonly id: SnapshotId
  readonly position: number
  readonly epoch: number
  readonly replica: ReplicaKey
}

/** Asks the voter `to` for a piece; `done` is called once, never within this call. */
export type AskVoterForPiece = (to: number, asked: PieceRequest, done: (piece: SnapshotPiece) => void) => void

export interface SnapshotReplacementOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: SnapshotRules
  readonly directory: LogDirectory
  readonly self: ReplicaKey
  readonly askForPiece: AskVoterForPiece
  readonly queue: EventQueue
  readonly state: () => RaftState
  readonly delivery: { readonly end: number; readonly isUnderWay: boolean }
  /** Begins the log anew behind the snapshot, and delivers it. @throws {SnapshotError | DiskError} */
  readonly replaceBy: (id: SnapshotId) => Promise<void>
  /** The snapshot cannot be understood. */
  readonly onFailed: (error: Error) => void
}

export class SnapshotReplacement {
  readonly #options: SnapshotReplacementOptions
  /** A download that nobody wants any more may still be reading or syncing its file; the next would write the same one. */
  #isDownloading = false

  constructor(options: SnapshotReplacementOptions) {
    this.#options = options
  }

  /** Loads the snapshot that the leader offers in place of records it has no more. */
  fetch({ snapshot: id, from, turn }: Extract<Effect, { type: 'fetch-snapshot' }>): void {
    const { world, rules, directory, self, askForPiece, queue, state } = this.#options
    const { epoch } = state().election
    if (this.#isDownloading) return queue.post({ type: 'snapshot-given-up', turn })
    this.#isDownloading = true
    downloadSnapshot({
      ...{ id, place: { world, rules, directory: METADATA_DIRECTORY, name: snapshotFileName(id), isDownloaded: true } },
      ask: (asked, position, done) => askForPiece(from, { id: asked, position, epoch, replica: self }, done),
      isWanted: () => state().turn === turn && !queue.isClosed,
      onPiece: () => queue.post({ type: 'snapshot-goes-on', turn }),
      onEnd: (outcome) => {
        this.#isDownloading = false
        if (outcome === 'whole') return this.#putInPlace(id)
        if (outcome instanceof SnapshotError) this.#refused(outcome, from)
        else if (outcome !== 'given-up') directory.tolerate(outcome)
        queue.post({ type: 'snapshot-given-up', turn })
      },
    })
  }

  /** What came over the network damaged may come whole; what this program does not know it will not know later. */
  #refused(error: SnapshotError, from: number): void {
    const { observer, onFailed } = this.#options
    if (error.code === 'UNKNOWN_RECORD' || error.code === 'UNSUPPORTED') return onFailed(error)
    observer.warn(
      `the snapshot that node ${from} sent cannot be used: ${error.problem}; nothing was replaced, it is fetched again`,
    )
  }

  /** Once nothing else is under way. */
  #putInPlace(id: SnapshotId): void {
    const { world, directory, queue, state, delivery, replaceBy, onFailed } = this.#options
    const isWanted = state().role.kind === 'follower' && id.endOffset > delivery.end
    if (!isWanted || queue.isClosed) return
    if (queue.isHeld || delivery.isUnderWay) {
      world.clock.setTimer(WAIT_US, () => this.#putInPlace(id))
      return
    }
    queue.hold()
    const replace = async (): Promise<void> => {
      await replaceBy(id)
      queue.followAtOnce({ type: 'snapshot-loaded', snapshot: id })
      queue.release()
    }
    replace().catch((error: unknown) => (error instanceof DiskError ? directory.fail(error) : onFailed(error as Error)))
    world.promises.mark()
  }
}
