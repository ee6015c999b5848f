/** One partition of the scripted cluster: an in-memory log with the checks a leader makes of idempotent producers. */

import { errorCode } from '../../../src/protocol/errors.ts'
import {
  batchBaseSequence,
  batchBytes,
  batchLastOffset,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  nextSequence,
} from '../../../src/protocol/record-batch.ts'
import { assignOffsets } from '../../../src/protocol/record-batch-patch.ts'
import { decodeRecords } from '../../../src/protocol/records.ts'

interface KnownBatch {
  readonly epoch: number
  readonly sequence: number
  readonly next: number
  readonly offset: number
}

export class ScriptedLog {
  leader: number
  leaderEpoch = 0
  startOffset = 0
  endOffset = 0
  readonly batches: Uint8Array[] = []
  /** Set to answer every append of this log so, without appending. */
  readonly #producers = new Map<number, KnownBatch[]>()
  readonly waiters: (() => void)[] = []

  constructor(leader: number) {
    this.leader = leader
  }

  /** Values of all data records, as text, in order. */
  get values(): string[] {
    return this.batches.flatMap((bytes) =>
      decodeRecords(bytes, 0).map(({ value }) => String.fromCharCode(...(value ?? []))),
    )
  }

  forgetProducers(): void {
    this.#producers.clear()
  }

  append(records: Uint8Array): { code: number; baseOffset: number } {
    const bytes = records.slice()
    const producerId = batchProducerId(bytes, 0)
    if (producerId >= 0) {
      const checked = this.#check(bytes, producerId)
      if (checked !== undefined) return checked
    }
    assignOffsets(bytes, 0, this.endOffset, this.leaderEpoch)
    return { code: errorCode.NONE, baseOffset: this.appendRaw(bytes) }
  }

  /** Appends bytes as they are, whose base offset is this log's end. */
  appendRaw(bytes: Uint8Array): number {
    const baseOffset = this.endOffset
    this.batches.push(bytes)
    this.endOffset = batchLastOffset(bytes, 0) + 1
    for (const wake of this.waiters.splice(0)) wake()
    return baseOffset
  }

  /** Whole batches from the one that has `offset` on, at most about `maxBytes`. */
  read(offset: number, maxBytes: number): Uint8Array {
    const parts: Uint8Array[] = []
    let size = 0
    for (const bytes of this.batches) {
      if (batchLastOffset(bytes, 0) < offset) continue
      if (parts.length > 0 && size + batchBytes(bytes, 0) > maxBytes) break
      parts.push(bytes)
      size += bytes.length
    }
    const whole = new Uint8Array(size)
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  #check(bytes: Uint8Array, producerId: number): { code: number; baseOffset: number } | undefined {
    const epoch = batchProducerEpoch(bytes, 0)
    const sequence = batchBaseSequence(bytes, 0)
    const known = this.#producers.get(producerId) ?? []
    const last = known.at(-1)
    if (last !== undefined && epoch < last.epoch) return { code: errorCode.INVALID_PRODUCER_EPOCH, baseOffset: -1 }
    const duplicate = known.find((each) => each.epoch === epoch && each.sequence === sequence)
    if (duplicate !== undefined) return { code: errorCode.NONE, baseOffset: duplicate.offset }
    const expected = last === undefined ? sequence : last.epoch === epoch ? last.next : 0
    if (sequence !== expected) return { code: errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 }
    const next = nextSequence(sequence, batchRecordCount(bytes, 0))
    this.#producers.set(producerId, [...known, { epoch, sequence, next, offset: this.endOffset }].slice(-5))
    return undefined
  }
}
