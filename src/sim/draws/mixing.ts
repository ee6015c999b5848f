/**
 * Integer mixing: from small integers that differ in one bit to words that have nothing to do with one another.
 * The multiplications and shifts of MurmurHash3 (Austin Appleby, public domain), which are bijections of 32 bits.
 */

/** Spreads every bit of a word over all of it; a bijection. Unsigned. */
export function scramble(word: number): number {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** Mixes one word into a state; for a fixed word a bijection of the state, for a fixed state one of the word. */
function absorb(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  let h = state ^ Math.imul(k, 0x1b873593)
  h = (h << 13) | (h >>> 19)
  return (Math.imul(h, 5) + 0xe6546b64) | 0
}

/** Mixes a safe integer, possibly negative, into a state. */
export function absorbInteger(state: number, value: number): number {
  return absorb(absorb(state, value | 0), Math.floor(value / 0x1_0000_0000) | 0)
}

/** A word for a text: the same in every run and on every platform. */
export function hashText(text: string): number {
  let state = text.length
  for (let index = 0; index < text.length; index++) state = absorb(state, text.charCodeAt(index))
  return scramble(state)
}
