/**
 * Finite state entropy tables of zstd: how often symbols come, and the states of the decoder that follow from it.
 *
 * A state stands for a symbol; the next one is its `base` plus the next `bits` bits. Source: RFC 8878, §4.1.
 */

import { malformed } from './output.ts'

/** States `[0, size)`, size a power of two. */
export interface FseTable {
  readonly accuracyLog: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
  readonly bases: Uint16Array
}

/** The table of these shares, which add up to `2^accuracyLog`; -1 stands for less than one. */
export function fseTable(shares: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog
  const symbols = new Uint8Array(size)
  const next = new Uint16Array(shares.length)
  let high = size - 1
  for (const [symbol, share] of shares.entries()) {
    next[symbol] = share < 0 ? 1 : share
    if (share < 0) symbols[high--] = symbol
  }
  const step = (size >>> 1) + (size >>> 3) + 3
  let position = 0
  for (const [symbol, share] of shares.entries()) {
    for (let count = 0; count < share; count++) {
      symbols[position] = symbol
      do position = (position + step) & (size - 1)
      while (position > high)
    }
  }
  const bits = new Uint8Array(size)
  const bases = new Uint16Array(size)
  for (let state = 0; state < size; state++) {
    const rank = next[symbols[state]!]!++
    const count = accuracyLog - (31 - Math.clz32(rank))
    bits[state] = count
    bases[state] = (rank << count) - size
  }
  return { accuracyLog, symbols, bits, bases }
}

/** The table of a stream that repeats one symbol. */
export function constantTable(symbol: number): FseTable {
  return { accuracyLog: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) }
}

/** The table described at `start`, of symbols `[0, symbolMax]`, and where its description ends. Throws `MALFORMED`. */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  symbolMax: number,
  accuracyLogMax: number,
): { readonly table: FseTable; readonly next: number } {
  let position = start * 8
  const bit = (count: number): number => {
    if (position + count > end * 8) throw malformed('a zstd table is cut short')
    const byte = position >>> 3
    const word = bytes[byte]! | ((bytes[byte + 1] ?? 0) << 8) | ((bytes[byte + 2] ?? 0) << 16)
    const value = (word >>> (position & 7)) & ((1 << count) - 1)
    position += count
    return value
  }
  const accuracyLog = bit(4) + 5
  if (accuracyLog > accuracyLogMax) throw malformed(`a zstd table of accuracy ${accuracyLog}`)
  let remaining = 1 << accuracyLog
  const shares: number[] = []
  while (remaining > 0) {
    if (shares.length > symbolMax) throw malformed('a zstd table has too many symbols')
    const width = 32 - Math.clz32(remaining + 1)
    // Small values take one bit less than large ones.
    const spare = (1 << width) - 1 - (remaining + 1)
    let value = bit(width - 1)
    if (value >= spare) {
      value |= bit(1) << (width - 1)
      if (value >= 1 << (width - 1)) value -= spare
    }
    const share = value - 1
    shares.push(share)
    remaining -= Math.abs(share)
    if (share !== 0) continue
    let zeros = 3
    while (zeros === 3) {
      zeros = bit(2)
      for (let count = 0; count < zeros; count++) shares.push(0)
      if (shares.length > symbolMax + 1) throw malformed('a zstd table has too many symbols')
    }
  }
  if (remaining < 0 || shares.length > symbolMax + 1) throw malformed('the shares of a zstd table do not add up')
  return { table: fseTable(shares, accuracyLog), next: (position + 7) >>> 3 }
}
