/**
 * The effects of a step that touch the disk: the election state, the metadata log, and what a fetch is answered from it.
 *
 * Those that take time call `then` when they are done and durable; the node takes no other event until then. Those that
 * take none give the event that follows from them. A disk that cannot do what a promise hangs on takes the log directory
 * offline, and `then` is not called. A full disk is no such thing: whoever cannot append gives up what it was about.
 */

import type { World } from '../../world/world.ts'
import { asDiskError } from '../log/files.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { Observer } from '../observe/observer.ts'
import type { MetadataLog } from './metadata-log.ts'
import { writeQuorumState } from './quorum-state.ts'
import type { PeerAnswer, PeerRequest, RaftEvent } from './raft/raft-events.ts'
import type { ElectionState } from './raft/raft-state.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'

export interface LogEffectsOptions {
  readonly world: World
  readonly observer: Observer
  readonly directory: LogDirectory
  readonly log: MetadataLog
  readonly voters: readonly number[]
}

export class LogEffects {
  readonly #options: LogEffectsOptions

  constructor(options: LogEffectsOptions) {
    this.#options = options
  }

  persist(election: ElectionState, then: () => void): void {
    const { world, directory, voters, observer } = this.#options
    writeQuorumState(world, directory.meta.clusterId, voters, election, (error) => {
      // Without a durable vote nothing can be said that the next life would not contradict.
      if (error !== undefined) return directory.fail(error)
      if (observer.watching) {
        observer.tell({ type: 'VotePersisted', epoch: election.epoch, votedFor: election.votedFor?.id ?? -1 })
      }
      then()
    })
  }

  truncate(endOffset: number, then: () => void): void {
    const { world, directory, log } = this.#options
    log.truncate(endOffset).then(then, (error: unknown) => directory.fail(asDiskError(error)))
    world.promises.mark()
  }

  /** Appends the record that opens the epoch of this leader. */
  openEpoch(epoch: number, granted: readonly number[]): RaftEvent {
    const { log, directory, voters } = this.#options
    const result = log.appendLeaderChange(directory.meta.nodeId, epoch, voters, granted)
    if (result.kind === 'appended') return { type: 'log-moved' }
    directory.tolerate(result.error)
    return { type: 'resign', epoch }
  }

  /** Appends what the leader of `epoch` sent. */
  appendFetched(records: Uint8Array, epoch: number): RaftEvent {
    const { log, directory, observer } = this.#options
    const problem = log.appendFetched(records, epoch)
    if (problem === undefined) return { type: 'log-moved' }
    if (typeof problem === 'string') observer.warn(problem)
    else directory.tolerate(problem)
    return { type: 'append-refused' }
  }

  /** See `QuorumNode.snapshotTaken`. */
  snapshotTaken(id: SnapshotId, bytesMax: number, committedEnd: number): void {
    const { log, directory } = this.#options
    log.addSnapshot(id)
    try {
      log.trim(bytesMax, committedEnd, (error) => directory.tolerate(error))
    } catch (error) {
      directory.tolerate(asDiskError(error))
    }
  }

  /**
   * The answer with the records that a fetch asked for, up to where the log ends now; `done` is called within this call
   * where there are none to read.
   */
  fillIn(request: PeerRequest, answer: PeerAnswer, done: (whole: PeerAnswer) => void): void {
    const { log, directory } = this.#options
    const { fetched } = answer
    const upTo = log.endOffset
    const hasRecords = fetched !== undefined && fetched.diverging === undefined && fetched.snapshot === undefined
    if (request.kind !== 'fetch' || !hasRecords || request.offset >= upTo) return done(answer)
    log.read(request.offset, upTo, (error, records) => {
      if (error !== undefined) return directory.fail(error)
      done({ ...answer, fetched: { ...fetched, records } })
    })
  }
}
