/**
 * A quorum of one voter: leader from the start of each life, at a new epoch.
 *
 * Start: the epoch after the last one is made durable, a leader-change record of that epoch is appended and flushed
 * (a leader's first commit is of its own epoch), then everything committed is delivered. After that each append is
 * flushed, appends that come meanwhile together, and delivered once it is held.
 *
 * Not here: other voters, elections, snapshots.
 */

import { encodeLeaderChange } from '../../protocol/control-records.ts'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  type MetadataRecordInput,
} from '../../protocol/metadata-records/table.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import { type BatchHeader, batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { encodeBatch } from '../../protocol/record-batch-encode.ts'
import { decodeRecords } from '../../protocol/records.ts'
import { METADATA_TOPIC_ID } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { BrokerSettings } from '../config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../config/topic-settings.ts'
import { type LogDirectory, METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Observer } from '../observe/observer.ts'
import type { AppendResult, CommittedRecords, Quorum, QuorumLeader, QuorumListener } from './quorum.ts'
import { readQuorumState, writeQuorumState } from './quorum-state.ts'
import type { QuorumRules } from './rules.ts'

const READ_BYTES = 1024 * 1024

export interface SoleVoterOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: QuorumRules
  readonly directory: LogDirectory
}

export class SoleVoter implements Quorum {
  readonly #options: SoleVoterOptions
  #log: PartitionLog | undefined
  #epoch = -1
  #highWatermark = 0
  readonly #listeners: QuorumListener[] = []
  /** Appended, not yet committed; oldest first. */
  #uncommitted: CommittedRecords[] = []

  constructor(options: SoleVoterOptions) {
    this.#options = options
  }

  get leader(): QuorumLeader {
    return { leaderId: this.#log === undefined ? -1 : this.#options.directory.meta.nodeId, epoch: this.#epoch }
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  listen(listener: QuorumListener): void {
    this.#listeners.push(listener)
  }

  resign(_epoch: number): void {
    this.#options.world.halt(new Error('the only voter of this quorum cannot go on'))
  }

  /** Loads the log, becomes leader and delivers what is committed. @throws {DiskError | DirectoryError} */
  async start(): Promise<void> {
    const { world, directory } = this.#options
    const log = await this.#openLog()
    this.#log = log
    const state = await readQuorumState(world)
    this.#epoch = Math.max(state?.leaderEpoch ?? 0, log.epochs.latest ?? 0) + 1
    const { clusterId, nodeId } = directory.meta
    await writeQuorumState(world, clusterId, { leaderId: nodeId, leaderEpoch: this.#epoch })
    this.#appendLeaderChange(log, nodeId)
    await promised<void>(world.promises, (done) => log.flush(() => done(undefined, undefined)))
    this.#uncommitted = []
    await this.#deliverAll(log)
    log.onFlushed(() => this.#advance())
    for (const listener of this.#listeners) listener.leaderChanged?.(this.leader)
    for (const listener of this.#listeners) listener.elected?.(this.#epoch)
  }

  append(records: readonly MetadataRecordInput[], epoch: number): AppendResult {
    if (epoch !== this.#epoch) return { kind: 'not-leader' }
    const log = this.#log
    assert(log !== undefined, 'records are appended by a leader')
    assert(records.length > 0, 'a batch has records')
    const { codecs, clock } = this.#options.world
    const timestamp = clock.wallMs()
    const values = records.map(encodeMetadataRecord)
    const batch = encodeBatch(
      { baseOffset: 0, records: values.map((value) => ({ timestamp, key: null, value })) },
      codecs.crc32c,
    )
    const result = log.append(batch, this.#epoch)
    if (result.kind === 'failed') return { kind: 'failed', error: result.error }
    assert(result.kind === 'appended', 'metadata records have no producer that could repeat them')
    const { baseOffset, endOffset } = result
    this.#uncommitted.push({ baseOffset, endOffset, records: values.map(decodeMetadataRecord) })
    // What is held already must still be delivered as an event of its own.
    if (this.#options.rules.heldEnd(log) >= endOffset) clock.setTimer(0, () => this.#advance())
    return { kind: 'appended', baseOffset, endOffset }
  }

  async #openLog(): Promise<PartitionLog> {
    const { world, directory } = this.#options
    const exists = world.disk.list('').some(({ name }) => name === METADATA_DIRECTORY)
    const log = exists
      ? await directory.load(METADATA_DIRECTORY, metadataLogConfig())
      : directory.create(METADATA_DIRECTORY, METADATA_TOPIC_ID, metadataLogConfig())
    return log
  }

  #appendLeaderChange(log: PartitionLog, leaderId: number): void {
    const { codecs, clock } = this.#options.world
    const batch = encodeLeaderChange(
      { leaderId, voters: [{ voterId: leaderId }], grantingVoters: [{ voterId: leaderId }], timestamp: clock.wallMs() },
      codecs.crc32c,
    )
    const result = log.append(batch, this.#epoch)
    if (result.kind === 'failed') throw result.error
  }

  async #deliverAll(log: PartitionLog): Promise<void> {
    const { world, rules } = this.#options
    const held = rules.heldEnd(log)
    while (this.#highWatermark < held) {
      const read = { offset: this.#highWatermark, upTo: held, maxBytes: READ_BYTES, atLeastOne: true }
      const bytes = await promised<Uint8Array>(world.promises, (done) => log.read(read, done))
      assert(bytes.length > 0, 'committed batches can be read')
      for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) this.#deliver(committedIn(bytes, at))
    }
  }

  #advance(): void {
    const log = this.#log
    assert(log !== undefined, 'only a started quorum commits')
    const held = this.#options.rules.heldEnd(log)
    while (this.#uncommitted.length > 0 && this.#uncommitted[0]!.endOffset <= held) {
      this.#deliver(this.#uncommitted.shift()!)
    }
  }

  #deliver(committed: CommittedRecords): void {
    assert(committed.baseOffset === this.#highWatermark, 'committed records are delivered once and in order')
    this.#highWatermark = committed.endOffset
    const { observer } = this.#options
    if (observer.watching) observer.tell({ type: 'MetadataCommitted', endOffset: committed.endOffset })
    for (const listener of this.#listeners) listener.committed?.(committed)
  }
}

/** @throws {DirectoryError} for a record that this program does not know: to skip it would lose a decision. */
function committedIn(bytes: Uint8Array, at: number): CommittedRecords {
  const header = readBatchHeader(bytes, at)
  try {
    return { baseOffset: header.baseOffset, endOffset: header.lastOffset + 1, records: recordsIn(bytes, at, header) }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new DirectoryError(
      `${METADATA_DIRECTORY} has a record at offset ${header.baseOffset} that cannot be read (${error.message}); was it written by another version or by Apache Kafka?`,
    )
  }
}

function recordsIn(bytes: Uint8Array, at: number, header: BatchHeader): readonly MetadataRecord[] {
  if (header.isControl) return []
  return decodeRecords(bytes, at).map(({ value }) => decodeMetadataRecord(value ?? new Uint8Array(0)))
}

/** The metadata log keeps everything and asks for a flush at each append. */
function metadataLogConfig(): LogConfig {
  const overrides = new Map([
    ['retention.ms', '-1'],
    ['retention.bytes', '-1'],
    ['flush.messages', '1'],
    ['max.message.bytes', String(8 * 1024 * 1024)],
  ])
  return logConfigOf(new BrokerSettings(), overrides)
}
