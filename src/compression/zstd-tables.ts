/**
 * The numbers of zstd's sequences that both directions need: what codes stand for, and the predefined tables.
 *
 * A code stands for a base and so many extra bits. Source: RFC 8878, §3.1.1.3.2.
 */

/** Extra bits of literal length codes. */
export const LITERAL_BITS = Object.freeze([
  ...[
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
  ],
])
/** The shortest length of literal length codes. */
export const LITERAL_BASE = basesOf(LITERAL_BITS, 0)
/** Extra bits of match length codes. */
export const MATCH_BITS = Object.freeze([
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
])
/** The shortest length of match length codes. */
export const MATCH_BASE = basesOf(MATCH_BITS, 3)
/** The largest offset code; a code is its own number of extra bits. */
export const OFFSET_CODE_MAX = 31

/** The predefined shares of literal length codes, of accuracy 6. */
export const LITERAL_SHARES = Object.freeze([
  ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
])
/** The predefined shares of match length codes, of accuracy 6. */
export const MATCH_SHARES = Object.freeze([
  ...[1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  ...[1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1],
])
/** The predefined shares of offset codes, of accuracy 5. */
export const OFFSET_SHARES = Object.freeze([
  ...[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
])

/** Each base goes on where the range of the code before it ends. */
function basesOf(bits: readonly number[], first: number): readonly number[] {
  const bases: number[] = []
  let base = first
  for (const count of bits) {
    bases.push(base)
    base += 2 ** count
  }
  return Object.freeze(bases)
}
