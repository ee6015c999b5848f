/**
 * The sequences of a zstd block: so many literals, then a match at an offset, again and again.
 *
 * ```
 * section: [count 1–3 bytes][modes: literal lengths, offsets, match lengths, 2 bits each, 2 reserved][tables][bit stream]
 * ```
 * Offsets 1 to 3 stand for one of the last three that were used. Source: RFC 8878, §3.1.1.3.2 and §3.1.1.5.
 */

import { BackwardBits } from './backward-bits.ts'
import { constantTable, type FseTable, fseTable, readFseTable } from './fse.ts'
import { malformed, type Output } from './output.ts'
import {
  LITERAL_BASE,
  LITERAL_BITS,
  LITERAL_SHARES,
  MATCH_BASE,
  MATCH_BITS,
  MATCH_SHARES,
  OFFSET_CODE_MAX,
  OFFSET_SHARES,
} from './zstd-tables.ts'

/** What a frame remembers from block to block of its sequences. */
export interface SequenceHistory {
  literals: FseTable | undefined
  offsets: FseTable | undefined
  matches: FseTable | undefined
  /** The last three offsets, latest first. */
  readonly recent: [number, number, number]
}

/** A history before the first block. */
export function newSequenceHistory(): SequenceHistory {
  return { literals: undefined, offsets: undefined, matches: undefined, recent: [1, 4, 8] }
}

const MODE = Object.freeze({ predefined: 0, constant: 1, described: 2, repeated: 3 })

/** Adds what the section in `[start, end)` makes of the literals; matches reach back to `from` at most. */
export function executeSequences(
  input: Uint8Array,
  start: number,
  end: number,
  literals: Uint8Array,
  history: SequenceHistory,
  output: Output,
  from: number,
): void {
  const { count, next } = sequenceCount(input, start, end)
  if (count === 0) {
    if (next !== end) throw malformed('bytes follow the last section of a zstd block')
    output.append(literals, 0, literals.length)
    return
  }
  const streamStart = readTables(input, next, end, history)
  const stream = new BackwardBits(input, streamStart, end)
  const tables = { literals: history.literals!, offsets: history.offsets!, matches: history.matches! }
  let literalState = stream.read(tables.literals.accuracyLog)
  let offsetState = stream.read(tables.offsets.accuracyLog)
  let matchState = stream.read(tables.matches.accuracyLog)
  let literal = 0
  for (let index = 0; index < count; index++) {
    const offsetCode = tables.offsets.symbols[offsetState]!
    const matchCode = tables.matches.symbols[matchState]!
    const literalCode = tables.literals.symbols[literalState]!
    const offsetValue = 2 ** offsetCode + stream.read(offsetCode)
    const length = MATCH_BASE[matchCode]! + stream.read(MATCH_BITS[matchCode]!)
    const literalLength = LITERAL_BASE[literalCode]! + stream.read(LITERAL_BITS[literalCode]!)
    if (stream.left < 0) throw malformed('the sequences of a zstd block are cut short')
    if (literalLength > literals.length - literal) throw malformed('a zstd block has too few literals')
    output.append(literals, literal, literal + literalLength)
    literal += literalLength
    output.repeat(nextOffset(history.recent, offsetValue, literalLength === 0), length, from)
    if (index === count - 1) break
    literalState = tables.literals.bases[literalState]! + stream.read(tables.literals.bits[literalState]!)
    matchState = tables.matches.bases[matchState]! + stream.read(tables.matches.bits[matchState]!)
    offsetState = tables.offsets.bases[offsetState]! + stream.read(tables.offsets.bits[offsetState]!)
  }
  if (stream.left !== 0) throw malformed('a zstd bit stream does not end where its sequences do')
  output.append(literals, literal, literals.length)
}

function sequenceCount(
  input: Uint8Array,
  start: number,
  end: number,
): { readonly count: number; readonly next: number } {
  const first = input[start]!
  const bytes = first < 128 ? 1 : first < 255 ? 2 : 3
  if (bytes > end - start) throw malformed('the sequences of a zstd block are missing')
  if (first < 128) return { count: first, next: start + 1 }
  if (first < 255) return { count: ((first - 128) << 8) + input[start + 1]!, next: start + 2 }
  return { count: input[start + 1]! + (input[start + 2]! << 8) + 0x7f00, next: start + 3 }
}

/** Puts the three tables into the history; returns where the bit stream begins. */
function readTables(input: Uint8Array, start: number, end: number, history: SequenceHistory): number {
  if (start >= end) throw malformed('the tables of a zstd block are missing')
  const modes = input[start]!
  if ((modes & 3) !== 0) throw malformed('the modes of a zstd block are unknown')
  let at = start + 1
  const table = (mode: number, previous: FseTable | undefined, kind: TableKind): FseTable => {
    if (mode === MODE.predefined) return kind.predefined
    if (mode === MODE.repeated) {
      if (previous === undefined) throw malformed('a zstd block repeats a table that was never given')
      return previous
    }
    if (mode === MODE.constant) {
      if (at >= end || input[at]! > kind.symbolMax) throw malformed('a zstd table of one symbol is damaged')
      return constantTable(input[at++]!)
    }
    const described = readFseTable(input, at, end, kind.symbolMax, kind.logMax)
    at = described.next
    return described.table
  }
  history.literals = table(modes >>> 6, history.literals, literalKind)
  history.offsets = table((modes >>> 4) & 3, history.offsets, offsetKind)
  history.matches = table((modes >>> 2) & 3, history.matches, matchKind)
  return at
}

interface TableKind {
  /** A constant, though its type cannot say so. */
  readonly predefined: FseTable
  readonly symbolMax: number
  readonly logMax: number
}

const literalKind: TableKind = {
  ...{ predefined: fseTable(LITERAL_SHARES, 6), symbolMax: LITERAL_BITS.length - 1, logMax: 9 },
}
const offsetKind: TableKind = { predefined: fseTable(OFFSET_SHARES, 5), symbolMax: OFFSET_CODE_MAX, logMax: 8 }
const matchKind: TableKind = {
  ...{ predefined: fseTable(MATCH_SHARES, 6), symbolMax: MATCH_BITS.length - 1, logMax: 9 },
}

/** The offset that a value stands for; `recent` is brought up to date. */
function nextOffset(recent: [number, number, number], value: number, withoutLiterals: boolean): number {
  const [first, second, third] = recent
  if (value > 3) {
    recent[0] = value - 3
    recent[1] = first
    recent[2] = second
    return value - 3
  }
  const place = withoutLiterals ? value : value - 1
  if (place === 0) return first
  const offset = place === 1 ? second : place === 2 ? third : first - 1
  recent[0] = offset
  recent[1] = first
  if (place !== 1) recent[2] = second
  return offset
}
