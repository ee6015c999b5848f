/**
 * CRC-32 as gzip has it: reflected polynomial 0xedb88320, initial value and final xor 0xffffffff.
 *
 * One table, a byte per step: the portable worlds are not in a hurry. Source: RFC 1952, §8.
 */

/** A constant, though its type cannot say so. */
const TABLE = buildTable()

/** The checksum of bytes `[start, end)`, as an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1
  for (let at = start; at < end; at++) crc = TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function buildTable(): Int32Array {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb8_8320
    table[byte] = crc
  }
  return table
}
