/**
 * A producer snapshot: what `ProducerState` held just before an offset, so that recovery need not read the whole log.
 *
 * ```
 * [version i16 = 1][crc u32, CRC-32C of all that follows][count i32] count × [producerId i64][epoch i16]
 *   [lastSequence i32][lastOffset i64][offsetDelta i32][timestamp i64][coordinatorEpoch i32][currentTxnFirstOffset i64]
 * ```
 *
 * Of each producer only the last batch is kept, as in Kafka. A snapshot whose checksum or length is wrong is no
 * snapshot. The file is named for the offset below which it counts: `%020d.snapshot`.
 */

import { nextSequence } from '../../protocol/record-batch.ts'
import type { Codecs } from '../../world/codecs.ts'
import type { ProducerEntry } from './producer-state.ts'

const HEADER_BYTES = 10
const CRC_AT = 2
const CRC_FROM = 6
const COUNT_AT = 6
const ENTRY_BYTES = 46

export function encodeProducerSnapshot(entries: readonly ProducerEntry[], codecs: Codecs): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + entries.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  view.setInt16(0, 1)
  view.setInt32(COUNT_AT, entries.length)
  let at = HEADER_BYTES
  for (const entry of entries) {
    const last = entry.batches.at(-1)
    view.setBigInt64(at, BigInt(entry.producerId))
    view.setInt16(at + 8, entry.epoch)
    view.setInt32(at + 10, last?.lastSequence ?? -1)
    view.setBigInt64(at + 14, BigInt(last?.lastOffset ?? -1))
    view.setInt32(at + 22, last?.offsetDelta ?? 0)
    view.setBigInt64(at + 26, BigInt(last?.timestamp ?? -1))
    view.setInt32(at + 34, entry.coordinatorEpoch)
    view.setBigInt64(at + 38, BigInt(entry.currentTransactionFirstOffset))
    at += ENTRY_BYTES
  }
  view.setUint32(CRC_AT, codecs.crc32c(bytes, CRC_FROM, bytes.length))
  return bytes
}

/** Whether a snapshot, of the bytes of its header at least, is one: of this version, to its announced end, as it was written. */
export function isWholeSnapshot(bytes: Uint8Array, codecs: Codecs): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getInt16(0) !== 1 || bytes.length !== HEADER_BYTES + view.getInt32(COUNT_AT) * ENTRY_BYTES) return false
  return view.getUint32(CRC_AT) === codecs.crc32c(bytes, CRC_FROM, bytes.length)
}

/** The entries of a snapshot; undefined where it is not whole, as `isWhole` says. */
export function parseProducerSnapshot(
  bytes: Uint8Array,
  codecs: Codecs,
  isWhole = isWholeSnapshot,
): ProducerEntry[] | undefined {
  if (bytes.length < HEADER_BYTES || !isWhole(bytes, codecs)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = Math.min(view.getInt32(COUNT_AT), Math.floor((bytes.length - HEADER_BYTES) / ENTRY_BYTES))
  const entries: ProducerEntry[] = []
  for (let index = 0; index < count; index++) entries.push(parseEntry(view, HEADER_BYTES + index * ENTRY_BYTES))
  return entries
}

function parseEntry(view: DataView, at: number): ProducerEntry {
  const lastSequence = view.getInt32(at + 10)
  const offsetDelta = view.getInt32(at + 22)
  const batch = {
    // Sequence numbers wrap, so the first may be larger than the last.
    firstSequence: nextSequence(lastSequence, 2 ** 31 - offsetDelta),
    lastSequence,
    lastOffset: Number(view.getBigInt64(at + 14)),
    offsetDelta,
    timestamp: Number(view.getBigInt64(at + 26)),
  }
  return {
    producerId: Number(view.getBigInt64(at)),
    epoch: view.getInt16(at + 8),
    batches: lastSequence < 0 ? [] : [batch],
    coordinatorEpoch: view.getInt32(at + 34),
    currentTransactionFirstOffset: Number(view.getBigInt64(at + 38)),
  }
}
