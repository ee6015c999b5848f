/**
 * Batches that are made before the measurement begins: JSON events that differ from one another and compress about as
 * such data does, the same in every run but for their timestamps. A generator that encoded while it sends would measure
 * itself.
 */

import { BATCH_HEADER_BYTES, batchCrc } from '../../protocol/record-batch.ts'
import { compressBatch } from '../../protocol/record-batch-compression.ts'
import { encodeBatch } from '../../protocol/record-batch-encode.ts'
import { nativeCodecs } from '../../real/codecs.ts'
import type { BatchShape } from './load-jobs.ts'

/** A batch that can be sent as often as one likes. */
export interface LoadBatch {
  readonly bytes: Uint8Array
  /** Before they were compressed. */
  readonly plainBytes: number
  readonly records: number
  readonly crc: number
}

/** A pool has so many batches, or as many as fit in so many bytes. */
const BATCHES_MAX = 64
const POOL_BYTES_MAX = 8 * 1024 * 1024
/** What a record takes beside its value, at most: length, attributes, two deltas, key, value's length, headers. */
const RECORD_OVERHEAD_MAX = 20

/** Makes the batches of a shape; their timestamps are `nowMs`. */
export function batchPool(shape: BatchShape, nowMs: number): readonly LoadBatch[] {
  const records = recordsPerBatch(shape)
  const count = Math.max(1, Math.min(BATCHES_MAX, Math.floor(POOL_BYTES_MAX / shape.batchBytes)))
  const events = new ExampleEvents()
  return Array.from({ length: count }, () => {
    const inputs = Array.from({ length: records }, () => {
      return { timestamp: nowMs, key: null, value: events.next(shape.recordBytes) }
    })
    const plain = encodeBatch({ baseOffset: 0, records: inputs }, nativeCodecs.crc32c)
    const bytes = shape.codec === 'none' ? plain : compressBatch(plain, nativeCodecs, shape.codec)
    return { bytes, plainBytes: plain.length, records, crc: batchCrc(bytes, 0) }
  })
}

/** How many records a batch of that shape has. */
export function recordsPerBatch({ batchBytes, recordBytes }: BatchShape): number {
  return Math.max(1, Math.floor((batchBytes - BATCH_HEADER_BYTES) / (recordBytes + RECORD_OVERHEAD_MAX)))
}

const ACTIONS = ['viewed', 'added to basket', 'ordered', 'paid', 'returned', 'rated', 'searched'] as const
const PLACES = ['Seoul', 'Busan', 'Prague', 'Lisbon', 'Nairobi', 'Toronto', 'Lima', 'Oslo'] as const
const encoder = new TextEncoder()

/** Events of a shop as lines of JSON, each of exactly the length that is asked for. */
class ExampleEvents {
  #state = 0x2545_f491
  #number = 0

  next(length: number): Uint8Array {
    const value = encoder.encode(this.#line(length))
    return value.subarray(0, length)
  }

  #line(length: number): string {
    const fields: string[] = []
    let size = 0
    while (size < length) {
      const field = this.#event()
      fields.push(field)
      size += field.length + 1
    }
    return fields.join('\n')
  }

  #event(): string {
    const user = this.#draw(50_000)
    const event = {
      id: this.#number++,
      user: `user-${user}`,
      action: ACTIONS[this.#draw(ACTIONS.length)],
      place: PLACES[user % PLACES.length],
      item: this.#draw(1_000_000),
      cents: this.#draw(100_000),
      session: this.#draw(0x7fff_ffff).toString(16),
    }
    return JSON.stringify(event)
  }

  #draw(below: number): number {
    this.#state = (Math.imul(this.#state, 0x0019_660d) + 0x3c6e_f35f) | 0
    return (this.#state >>> 1) % below
  }
}
