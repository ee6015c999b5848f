/**
 * Reads a snapshot while the node goes on: one read or a bounded number of records per turn of the event loop.
 *
 * Nothing is trusted: checksums, offsets without gaps from 0 on, the header first and the footer last. What the visitor
 * is given counts only once `done` comes without an error, for a snapshot without its footer is not whole. States:
 * reading a chunk → checking the batch at hand → handing over its records, slice by slice → the next batch or chunk →
 * done. KIP-630; the layout is in `snapshot-writer.ts`.
 */

import { decodeMetadataRecord, type MetadataRecord } from '../../../protocol/metadata-records/table.ts'
import { ProtocolError } from '../../../protocol/protocol-error.ts'
import { decodeQuorumControlRecord, type QuorumControlRecord } from '../../../protocol/quorum-control-records.ts'
import {
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  isControlBatch,
  LOG_OVERHEAD,
} from '../../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../../protocol/record-batch-validation.ts'
import { RecordCursor } from '../../../protocol/records.ts'
import { assert } from '../../../world/assert.ts'
import type { DiskError, DiskFile } from '../../../world/disk.ts'
import type { World } from '../../../world/world.ts'
import { asDiskError } from '../../log/files.ts'
import { SnapshotError, type SnapshotErrorCode } from './snapshot-error.ts'

/** Who gets what is in a snapshot, in its order. */
export interface SnapshotVisitor {
  /** One slice of metadata records; their byte fields are borrowed until this returns. */
  records(records: readonly MetadataRecord[]): void
  /** A control record: the header first, the footer last. */
  control?(record: QuorumControlRecord): void
}

export type SnapshotReadDone = (error: SnapshotError | DiskError | undefined) => void

const CHUNK_BYTES = 256 * 1024
/** Records of one turn: about two milliseconds. */
const RECORDS_PER_SLICE = 500

/** Reads the snapshot in a file. What the visitor throws is not caught. */
export function readSnapshot(world: World, path: string, visitor: SnapshotVisitor, done: SnapshotReadDone): void {
  let file: DiskFile
  try {
    file = world.disk.open(path, { create: false })
  } catch (error) {
    const failed = asDiskError(error)
    world.clock.setTimer(0, () => done(failed))
    return
  }
  new SnapshotReading(world, file, visitor, done).readChunk()
}

class SnapshotReading {
  readonly #world: World
  readonly #file: DiskFile
  readonly #visitor: SnapshotVisitor
  readonly #done: SnapshotReadDone
  #chunk = new Uint8Array(0)
  /** Where the batch at hand begins, in the chunk. */
  #at = 0
  /** Where the chunk begins, in the file. */
  #chunkPosition = 0
  #cursor: RecordCursor | undefined
  #nextOffset = 0
  #hasFooter = false

  constructor(world: World, file: DiskFile, visitor: SnapshotVisitor, done: SnapshotReadDone) {
    this.#world = world
    this.#file = file
    this.#visitor = visitor
    this.#done = done
  }

  /** Reads from the batch at hand on: at least the whole of it. */
  readChunk(): void {
    const position = this.#chunkPosition + this.#at
    const wanted = Math.max(CHUNK_BYTES, this.#batchBytes ?? 0)
    const chunk = new Uint8Array(Math.min(wanted, this.#file.size - position))
    this.#file.read(position, chunk, (error, count) => {
      if (error !== undefined) return this.#end(error)
      if (count < chunk.length) return this.#end(new SnapshotError('TORN', this.#file.path, 'bytes are missing'))
      this.#chunk = chunk.subarray(0, count)
      this.#chunkPosition = position
      this.#at = 0
      this.#goOn()
    })
  }

  /** One slice of the work on the chunk at hand. */
  #goOn(): void {
    try {
      if (this.#cursor === undefined) {
        if (!this.#hasWholeBatch()) return
        this.#cursor = this.#openBatch()
      }
      this.#takeSlice(this.#cursor)
    } catch (error) {
      return this.#end(this.#readable(error))
    }
    this.#world.clock.setTimer(0, () => this.#goOn())
  }

  /** Size of the batch at hand, as it says itself; undefined where too little of it is read. */
  get #batchBytes(): number | undefined {
    return this.#chunk.length - this.#at >= LOG_OVERHEAD ? batchBytes(this.#chunk, this.#at) : undefined
  }

  /** Whether the batch at hand is read whole; where not, sees to what comes instead: another read, or the end. */
  #hasWholeBatch(): boolean {
    const left = this.#file.size - this.#chunkPosition - this.#at
    const bytes = this.#batchBytes
    if (left === 0) {
      if (!this.#hasFooter) this.#fail('TORN', 'it ends without a footer')
      this.#end(undefined)
      return false
    }
    if (this.#hasFooter) this.#fail('MALFORMED', `${left} bytes follow the footer`)
    if (left < LOG_OVERHEAD || (bytes !== undefined && bytes > left)) this.#fail('TORN', 'it ends within a batch')
    if (bytes !== undefined && bytes <= this.#chunk.length - this.#at) return true
    this.readChunk()
    return false
  }

  /** Checks the batch at hand, and where its records begin. */
  #openBatch(): RecordCursor {
    const { crc32c } = this.#world.codecs
    const problem = checkBatchFrame(this.#chunk, this.#at, this.#chunk.length, crc32c)
    if (problem !== undefined) this.#fail('CORRUPT', `${problem.message}, at byte ${this.#chunkPosition + this.#at}`)
    const baseOffset = batchBaseOffset(this.#chunk, this.#at)
    if (baseOffset !== this.#nextOffset) {
      this.#fail('MALFORMED', `a batch begins at offset ${baseOffset} where ${this.#nextOffset} is next`)
    }
    if (baseOffset === 0 && !isControlBatch(this.#chunk, this.#at))
      this.#fail('MALFORMED', 'it begins without a header')
    return new RecordCursor(this.#chunk, this.#at)
  }

  #takeSlice(cursor: RecordCursor): void {
    const isControl = isControlBatch(this.#chunk, this.#at)
    const records: MetadataRecord[] = []
    let more = true
    for (let count = 0; count < RECORDS_PER_SLICE && more; count++) {
      more = cursor.next()
      if (!more) continue
      const { offset, key, value } = cursor.record()
      if (isControl) this.#control(offset, decodeQuorumControlRecord(key, value))
      else records.push(decodeMetadataRecord(value ?? new Uint8Array(0)))
    }
    cursor.throwProblem()
    if (records.length > 0) this.#visitor.records(records)
    if (more) return
    this.#nextOffset = batchLastOffset(this.#chunk, this.#at) + 1
    this.#at += this.#batchBytes!
    this.#cursor = undefined
  }

  #control(offset: number, record: QuorumControlRecord | undefined): void {
    if ((offset === 0) !== (record?.type === 'SNAPSHOT_HEADER')) {
      this.#fail('MALFORMED', offset === 0 ? 'it begins without a header' : 'it has a second header')
    }
    if (record === undefined) return
    this.#hasFooter = record.type === 'SNAPSHOT_FOOTER'
    this.#visitor.control?.(record)
  }

  #fail(code: SnapshotErrorCode, problem: string): never {
    throw new SnapshotError(code, this.#file.path, problem)
  }

  /** The error that bytes are to blame for; any other is the visitor's, or a bug, and stays an exception. */
  #readable(error: unknown): SnapshotError {
    if (error instanceof SnapshotError) return error
    if (!(error instanceof ProtocolError)) {
      this.#file.close()
      throw error
    }
    const code = error.code === 'UNSUPPORTED_VERSION' ? 'UNKNOWN_RECORD' : 'MALFORMED'
    return new SnapshotError(code, this.#file.path, error.message)
  }

  #end(error: SnapshotError | DiskError | undefined): void {
    assert(error !== undefined || this.#hasFooter, 'a snapshot that was read has a footer')
    this.#file.close()
    this.#done(error)
  }
}
