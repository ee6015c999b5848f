/** The data that the benchmarks work on: always the same, for two runs are to be compared. */

import type { Crc32c } from '../protocol/crc32c.ts'
import { encodeBatch } from '../protocol/record-batch-encode.ts'

/** A batch of records of 100 bytes with keys of 10, about as producers send them; contents are a fixed pattern. */
export function exampleBatch(recordCount: number, crc32c: Crc32c): Uint8Array {
  const records = Array.from({ length: recordCount }, (_, index) => ({
    timestamp: 1_700_000_000_000 + index,
    key: pattern(10, index),
    value: pattern(100, index),
  }))
  return encodeBatch({ baseOffset: 0, producerId: 7, producerEpoch: 0, baseSequence: 0, records }, crc32c)
}

/** `length` bytes that look like nothing in particular and are the same every time. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed + 1) * 0x9e37_79b1
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) | 0
    bytes[index] = state >>> 24
  }
  return bytes
}
