/** Checksums, done by native code in a real world and by portable code in a simulated one. */
export interface Codecs {
  /** CRC-32C (Castagnoli) of bytes `[start, end)`, as an unsigned 32-bit integer. */
  crc32c(bytes: Uint8Array, start: number, end: number): number
}
