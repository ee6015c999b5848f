/** Bytes as people write them in tests: hexadecimal, with spaces where they help the reader. */

/** The bytes that `text` spells. */
export function hex(...text: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(text.join('').replaceAll(' ', ''), 'hex'))
}

/** The hexadecimal digits of parts put together. */
export function toHex(...parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('hex')
}
