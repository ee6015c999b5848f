/**
 * Inflates DEFLATE streams: stored blocks, and blocks of fixed or their own Huffman codes.
 *
 * Bits are taken from the low end of each byte. Huffman codes are decoded a bit at a time by counting codes per length
 * (Mark Adler's `puff`), which needs no large tables. Whatever the bytes are, every step consumes input or output, so it
 * ends. Source: RFC 1951.
 */

import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  fixedDistanceLengths,
  fixedLiteralLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from './deflate-tables.ts'
import { malformed, type Output } from './output.ts'

const CODE_BITS_MAX = 15
const END_OF_BLOCK = 256
/** In which order the lengths of the code length codes come. */
const CODE_LENGTH_ORDER = Object.freeze([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

/** Codes of a block: how many there are of each length, and their symbols in the order of their codes. */
interface HuffmanCode {
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

/** The fixed codes. Constants, though their type cannot say so. */
const FIXED_LITERALS = huffmanCode(fixedLiteralLengths())
const FIXED_DISTANCES = huffmanCode(fixedDistanceLengths())

/** Adds what the stream at `start` holds; returns where it ends, to the byte. Throws `CompressionError`. */
export function inflate(input: Uint8Array, start: number, output: Output): number {
  const reader = new BitReader(input, start)
  const from = output.length
  for (;;) {
    const isLast = reader.bits(1) === 1
    const type = reader.bits(2)
    if (type === 0) stored(reader, output)
    else if (type === 1) {
      compressed(reader, output, from, FIXED_LITERALS, FIXED_DISTANCES)
    } else if (type === 2) {
      const { literals, distances } = ownCodes(reader)
      compressed(reader, output, from, literals, distances)
    } else throw malformed('a DEFLATE block of no known type')
    if (isLast) return reader.at
  }
}

class BitReader {
  readonly input: Uint8Array
  /** The next byte. */
  at: number
  #held = 0
  #heldBits = 0

  constructor(input: Uint8Array, at: number) {
    this.input = input
    this.at = at
  }

  /** The next `count` bits, 0 to 16, the first of them lowest. */
  bits(count: number): number {
    while (this.#heldBits < count) {
      if (this.at >= this.input.length) throw malformed('a DEFLATE stream is cut short')
      this.#held |= this.input[this.at++]! << this.#heldBits
      this.#heldBits += 8
    }
    const value = this.#held & ((1 << count) - 1)
    this.#held >>>= count
    this.#heldBits -= count
    return value
  }

  /** Passes over the rest of the byte. */
  align(): void {
    this.#held = 0
    this.#heldBits = 0
  }

  /** The next symbol of a code. */
  symbol({ counts, symbols }: HuffmanCode): number {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length <= CODE_BITS_MAX; length++) {
      code |= this.bits(1)
      const count = counts[length]!
      if (code - count < first) return symbols[index + code - first]!
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw malformed('a Huffman code that stands for nothing')
  }
}

function stored(reader: BitReader, output: Output): void {
  reader.align()
  const { input, at } = reader
  if (input.length - at < 4) throw malformed('a stored DEFLATE block is cut short')
  const length = input[at]! | (input[at + 1]! << 8)
  const complement = input[at + 2]! | (input[at + 3]! << 8)
  if (length !== (~complement & 0xffff)) throw malformed('the length of a stored DEFLATE block is wrong')
  if (length > input.length - at - 4) throw malformed('a stored DEFLATE block is cut short')
  output.append(input, at + 4, at + 4 + length)
  reader.at = at + 4 + length
}

function compressed(
  reader: BitReader,
  output: Output,
  from: number,
  literals: HuffmanCode,
  distances: HuffmanCode,
): void {
  for (;;) {
    const symbol = reader.symbol(literals)
    if (symbol < END_OF_BLOCK) {
      output.reserve(1)
      output.bytes[output.length++] = symbol
      continue
    }
    if (symbol === END_OF_BLOCK) return
    const lengthCode = symbol - 257
    if (lengthCode >= LENGTH_BASE.length) throw malformed('a length code that stands for nothing')
    const length = LENGTH_BASE[lengthCode]! + reader.bits(LENGTH_EXTRA[lengthCode]!)
    const distanceCode = reader.symbol(distances)
    if (distanceCode >= DISTANCE_BASE.length) throw malformed('a distance code that stands for nothing')
    output.repeat(DISTANCE_BASE[distanceCode]! + reader.bits(DISTANCE_EXTRA[distanceCode]!), length, from)
  }
}

function ownCodes(reader: BitReader): { readonly literals: HuffmanCode; readonly distances: HuffmanCode } {
  const literalCount = reader.bits(5) + 257
  const distanceCount = reader.bits(5) + 1
  const codeCount = reader.bits(4) + 4
  if (literalCount > 286 || distanceCount > 30) throw malformed('a DEFLATE block has too many codes')
  const codeLengths = new Uint8Array(19)
  for (let index = 0; index < codeCount; index++) codeLengths[CODE_LENGTH_ORDER[index]!] = reader.bits(3)
  const codes = huffmanCode(codeLengths)
  const lengths = new Uint8Array(literalCount + distanceCount)
  let index = 0
  while (index < lengths.length) {
    const symbol = reader.symbol(codes)
    if (symbol < 16) {
      lengths[index++] = symbol
      continue
    }
    if (symbol === 16 && index === 0) throw malformed('a repeated code length without one before it')
    const repeated = symbol === 16 ? lengths[index - 1]! : 0
    const count = symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7)
    if (count > lengths.length - index) throw malformed('more code lengths than codes')
    lengths.fill(repeated, index, index + count)
    index += count
  }
  if (lengths[END_OF_BLOCK] === 0) throw malformed('a DEFLATE block without an end')
  return {
    literals: huffmanCode(lengths.subarray(0, literalCount)),
    distances: huffmanCode(lengths.subarray(literalCount)),
  }
}

/** The canonical code of these lengths. Throws `MALFORMED` where lengths claim more codes than there are. */
function huffmanCode(lengths: Uint8Array): HuffmanCode {
  const counts = new Uint16Array(CODE_BITS_MAX + 1)
  for (const length of lengths) counts[length]!++
  counts[0] = 0
  let left = 1
  const offsets = new Uint16Array(CODE_BITS_MAX + 2)
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    left = left * 2 - counts[length]!
    if (left < 0) throw malformed('Huffman codes that overlap')
    offsets[length + 1] = offsets[length]! + counts[length]!
  }
  const symbols = new Uint16Array(lengths.length)
  for (const [symbol, length] of lengths.entries()) if (length > 0) symbols[offsets[length]!++] = symbol
  return { counts, symbols }
}
