/**
 * `__cluster_metadata-0` as the quorum uses it: what a step sees of it, appends by the leader and by a follower, and its
 * batches as records.
 *
 * What was appended in this life is remembered until it is delivered, so that it need not be read again; the memory has
 * a bound, beyond which it is read from the log. Nothing here decides who may append or what is committed.
 */

import { encodeMetadataRecord, type MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import { encodeQuorumControlBatch } from '../../protocol/quorum-control-records.ts'
import { batchBytes } from '../../protocol/record-batch.ts'
import { encodeBatch } from '../../protocol/record-batch-encode.ts'
import { METADATA_TOPIC_ID, ZERO_UUID } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { BrokerSettings } from '../config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../config/topic-settings.ts'
import { syncDirectory } from '../log/files.ts'
import { type LogDirectory, METADATA_DIRECTORY } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Observer } from '../observe/observer.ts'
import { committedIn } from './committed-records.ts'
import { fetchedBatches } from './fetched-batches.ts'
import { metadataLogStart } from './metadata-log-start.ts'
import type { AppendedRecords, CommittedBatch } from './quorum.ts'
import type { LogEnd } from './raft/raft-events.ts'
import type { LogView } from './raft/raft-surroundings.ts'
import type { QuorumRules } from './rules.ts'
import { listSnapshots, removeSnapshot, removeSnapshotLeftovers } from './snapshots/snapshot-files.ts'
import { compareSnapshots, type SnapshotId } from './snapshots/snapshot-id.ts'

/** The most a read takes at once, and what one append may be; Kafka's `MAX_BATCH_SIZE_BYTES` and `MAX_FETCH_SIZE_BYTES`. */
export const METADATA_READ_BYTES = 8 * 1024 * 1024
/** How long the file of a snapshot that is not needed any more stays, for whoever reads it; Kafka's `file.delete.delay.ms`. */
const DELETE_DELAY_MS = 60_000
/** Bytes of batches that are remembered until they are delivered. */
const REMEMBERED_BYTES = 32 * 1024 * 1024

type AppendOutcome = AppendedRecords | { readonly kind: 'failed'; readonly error: DiskError }

export class MetadataLog implements LogView {
  readonly #world: World
  readonly #rules: QuorumRules
  readonly #log: PartitionLog
  /** Appended and not delivered yet, in order, without a gap; empty where it had to be forgotten. */
  #remembered: { readonly endOffset: number; readonly batch: Uint8Array }[] = []
  #rememberedBytes = 0
  /** The log is on its way to the end of a snapshot that was loaded. */
  #isBeginningAnew = false

  /** Oldest first. The log begins at the first, or before it; nothing below is needed. */
  readonly #snapshots: SnapshotId[]

  private constructor(world: World, rules: QuorumRules, log: PartitionLog, snapshots: SnapshotId[]) {
    this.#world = world
    this.#rules = rules
    this.#log = log
    this.#snapshots = snapshots
  }

  /**
   * Loads the log, or makes it. Where it ends before the newest snapshot, a crash came between the snapshot and the log
   * that was to go on behind it: it begins there now. @throws {DiskError | DirectoryError}
   */
  static async open(
    world: World,
    observer: Observer,
    rules: QuorumRules,
    directory: LogDirectory,
  ): Promise<MetadataLog> {
    const exists = world.disk.list('').some(({ name }) => name === METADATA_DIRECTORY)
    if (!exists) {
      const log = directory.create(METADATA_DIRECTORY, METADATA_TOPIC_ID, metadataLogConfig())
      // A vote that is durable in a directory that is not would be lost with it.
      await syncDirectory(world, '')
      return new MetadataLog(world, rules, log, [])
    }
    await syncDirectory(world, '')
    removeSnapshotLeftovers(world.disk, METADATA_DIRECTORY)
    // The bootstrap snapshot stands for no record of the log.
    const snapshots = listSnapshots(world.disk, METADATA_DIRECTORY).filter(({ endOffset }) => endOffset > 0)
    const start = await metadataLogStart(world, observer, snapshots)
    const log = await directory.load(METADATA_DIRECTORY, metadataLogConfig(), start)
    const latest = snapshots.at(-1)
    if (latest !== undefined && !goesOnBehind(log, latest)) await log.beginAt(latest.endOffset)
    return new MetadataLog(world, rules, log, snapshots)
  }

  get latestSnapshot(): SnapshotId | undefined {
    return this.#snapshots.at(-1)
  }

  get firstSnapshot(): SnapshotId | undefined {
    const { startOffset } = this
    return startOffset === 0 ? undefined : this.#snapshots.find(({ endOffset }) => endOffset === startOffset)
  }

  hasSnapshot({ endOffset, epoch }: SnapshotId): boolean {
    return this.#snapshots.some((known) => known.endOffset === endOffset && known.epoch === epoch)
  }

  /** A snapshot of committed records is whole and durable. */
  addSnapshot(id: SnapshotId): void {
    if (this.hasSnapshot(id)) return
    this.#snapshots.push(id)
    this.#snapshots.sort(compareSnapshots)
  }

  /**
   * Forgets the oldest records while the log has more than `bytesMax` bytes, as far as a snapshot stands for them; the
   * newest snapshot stays. Nothing while the log begins anew: the newest snapshot then lies behind its end. KIP-630.
   * @throws {DiskError}
   */
  trim(bytesMax: number, committedEnd: number, onFailed: (error: DiskError) => void): void {
    if (this.#isBeginningAnew) return
    while (this.#snapshots.length > 1 && this.#bytes > bytesMax) {
      const gone = this.#snapshots.shift()!
      const next = this.#rules.trimmedStart(this.#snapshots[0]!.endOffset, committedEnd)
      if (this.#log.startOffset < next) this.#log.moveStart(next)
      this.#log.removeBelow(next)
      removeSnapshot(this.#world, METADATA_DIRECTORY, gone, DELETE_DELAY_MS, onFailed)
    }
  }

  /** Begins anew behind a snapshot that was loaded from the leader. @throws {DiskError} */
  async beginAt(id: SnapshotId): Promise<void> {
    this.addSnapshot(id)
    this.#remembered = []
    this.#rememberedBytes = 0
    this.#isBeginningAnew = true
    try {
      // What lies behind the snapshot's end was never committed there: it is of a leader that is gone.
      if (this.#log.endOffset > id.endOffset) {
        await this.#log.truncate(Math.max(id.endOffset, this.#log.startOffset))
      }
      await this.#log.beginAt(id.endOffset)
    } finally {
      this.#isBeginningAnew = false
    }
  }

  get startOffset(): number {
    return this.#log.startOffset
  }

  get endOffset(): number {
    return this.#log.endOffset
  }

  get heldEnd(): number {
    return this.#rules.heldEnd(this.#log)
  }

  get lastEpoch(): number {
    return this.#log.epochs.latest ?? this.latestSnapshot?.epoch ?? 0
  }

  endOf(epoch: number): LogEnd | undefined {
    return this.#log.epochs.endOf(Math.min(epoch, this.lastEpoch), this.#log.endOffset)
  }

  /** The epoch of the record at `offset`; −1 where it is not known. */
  epochAt(offset: number): number {
    const snapshot = this.#snapshots.find(({ endOffset }) => endOffset - 1 === offset)
    return snapshot?.epoch ?? this.#log.epochs.epochAt(offset)
  }

  onFlushed(listener: () => void): void {
    this.#log.onFlushed(listener)
  }

  /** Appends decisions as the leader of `epoch`, as one batch. */
  append(records: readonly MetadataRecordInput[], epoch: number): AppendOutcome {
    assert(records.length > 0, 'a batch has records')
    const { codecs, clock } = this.#world
    const timestamp = clock.wallMs()
    const values = records.map((record) => ({ timestamp, key: null, value: encodeMetadataRecord(record) }))
    return this.#append(encodeBatch({ baseOffset: 0, records: values }, codecs.crc32c), epoch)
  }

  /** Opens the epoch of a leader. */
  appendLeaderChange(
    leaderId: number,
    epoch: number,
    voters: readonly number[],
    granted: readonly number[],
  ): AppendOutcome {
    const { codecs, clock } = this.#world
    const named = (ids: readonly number[]) => ids.map((voterId) => ({ voterId, voterDirectoryId: ZERO_UUID }))
    const change = { type: 'LEADER_CHANGE', leaderId, voters: named(voters), grantingVoters: named(granted) } as const
    return this.#append(encodeQuorumControlBatch([change], clock.wallMs(), codecs.crc32c), epoch)
  }

  /** Appends what was fetched from the leader of `epoch`; or says why not, with nothing appended behind the fault. */
  appendFetched(records: Uint8Array, epoch: number): DiskError | string | undefined {
    const end = { epoch: this.lastEpoch, endOffset: this.endOffset }
    const batches = fetchedBatches(records, end, epoch, this.#world.codecs)
    if (typeof batches === 'string') return batches
    for (const batch of batches) {
      const result = this.#log.appendReplicated(batch)
      if (result.kind === 'failed') return result.error
      this.#remember(batch, result.endOffset)
    }
    return undefined
  }

  /** Cuts the log. @throws {DiskError} where it could not be done; see `PartitionLog.truncate`. */
  async truncate(endOffset: number): Promise<void> {
    while ((this.#remembered.at(-1)?.endOffset ?? 0) > endOffset) {
      this.#rememberedBytes -= this.#remembered.pop()!.batch.length
    }
    await this.#log.truncate(endOffset)
  }

  /** Whole batches of `[offset, upTo)`, one at least. */
  read(offset: number, upTo: number, done: (error: DiskError | undefined, batches: Uint8Array) => void): void {
    this.#log.read({ offset, upTo, maxBytes: METADATA_READ_BYTES, atLeastOne: true }, done)
  }

  /** The next batch to deliver after `offset`, where it is remembered and ends at or below `upTo`; it is forgotten then. */
  takeRemembered(offset: number, upTo: number): CommittedBatch | undefined {
    while ((this.#remembered[0]?.endOffset ?? Number.MAX_SAFE_INTEGER) <= offset) this.#forgetFirst()
    const first = this.#remembered[0]
    if (first === undefined || first.endOffset > upTo) return undefined
    const committed = committedIn(first.batch, 0)
    if (committed.baseOffset !== offset) return undefined
    this.#forgetFirst()
    return committed
  }

  get #bytes(): number {
    return this.#log.segments.reduce((sum, segment) => sum + segment.bytes, 0)
  }

  #append(batch: Uint8Array, epoch: number): AppendOutcome {
    const result = this.#log.append(batch, epoch)
    if (result.kind === 'failed') return { kind: 'failed', error: result.error }
    assert(result.kind === 'appended', 'metadata records have no producer that could repeat them')
    this.#remember(batch, result.endOffset)
    return { kind: 'appended', baseOffset: result.baseOffset, endOffset: result.endOffset }
  }

  #remember(batch: Uint8Array, endOffset: number): void {
    this.#remembered.push({ endOffset, batch })
    this.#rememberedBytes += batch.length
    if (this.#rememberedBytes > REMEMBERED_BYTES) {
      this.#remembered = []
      this.#rememberedBytes = 0
    }
  }

  #forgetFirst(): void {
    this.#rememberedBytes -= this.#remembered.shift()!.batch.length
  }
}

/**
 * Whether the log reaches the end of the newest snapshot. One that is empty there, with the epochs of what was before it,
 * was kept by a crash from forgetting them.
 */
function goesOnBehind(log: PartitionLog, { endOffset, epoch }: SnapshotId): boolean {
  if (log.endOffset !== endOffset) return log.endOffset > endOffset
  return log.startOffset < endOffset || (log.epochs.latest ?? epoch) === epoch
}

/** Every batch in `bytes`, as records. @throws {DirectoryError} */
export function* batchesIn(bytes: Uint8Array): IterableIterator<CommittedBatch> {
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) yield committedIn(bytes, at)
}

/** The metadata log keeps everything and asks for a flush at each append. */
function metadataLogConfig(): LogConfig {
  const overrides = new Map([
    ['retention.ms', '-1'],
    ['retention.bytes', '-1'],
    ['flush.messages', '1'],
    ['max.message.bytes', String(METADATA_READ_BYTES)],
  ])
  return logConfigOf(new BrokerSettings(), overrides)
}
