/**
 * CRC-32C (Castagnoli), the checksum of record batches and of producer snapshots, in portable code.
 *
 * For worlds without a native one: the simulation and the page. Eight tables, so that eight bytes are folded in per step
 * ("slicing by 8", Kounavis and Berry 2005): about 0.85 GB/s where native code does 5.
 * Reflected polynomial 0x82f63b78; initial value and final xor are 0xffffffff (RFC 3720, appendix B.4).
 */

/** The checksum of bytes `[start, end)`, as an unsigned 32-bit integer. */
export type Crc32c = (bytes: Uint8Array, start: number, end: number) => number

const POLYNOMIAL = 0x82f63b78 | 0

/** Below this many bytes a view costs more than it saves. */
const VIEW_BYTES_MIN = 32

/** Table k, at `256 k`, advances a byte over k further zero bytes. A constant, though its type cannot say so. */
const TABLES = buildTables()

/** See `Crc32c`. `[start, end)` lies within `bytes`. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1
  let at = start
  if (end - start >= VIEW_BYTES_MIN) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; at + 8 <= end; at += 8) {
      const low = crc ^ view.getInt32(at, true)
      const high = view.getInt32(at + 4, true)
      crc =
        TABLES[1792 + (low & 0xff)]! ^
        TABLES[1536 + ((low >>> 8) & 0xff)]! ^
        TABLES[1280 + ((low >>> 16) & 0xff)]! ^
        TABLES[1024 + (low >>> 24)]! ^
        TABLES[768 + (high & 0xff)]! ^
        TABLES[512 + ((high >>> 8) & 0xff)]! ^
        TABLES[256 + ((high >>> 16) & 0xff)]! ^
        TABLES[high >>> 24]!
    }
  }
  for (; at < end; at++) crc = TABLES[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[byte] = crc
  }
  for (let index = 256; index < tables.length; index++) {
    const shorter = tables[index - 256]!
    tables[index] = tables[shorter & 0xff]! ^ (shorter >>> 8)
  }
  return tables
}
