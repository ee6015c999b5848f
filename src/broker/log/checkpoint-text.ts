/**
 * Kafka's checkpoint files: text, a version line, a count line, then one entry a line.
 *
 * ```
 * 0                      0
 * 2                      2
 * orders 0 4711          0 0          epoch, start offset
 * orders 1 4712          3 120
 * ```
 *
 * A file that does not read to its announced end is as good as none: the parser answers undefined and the caller falls
 * back to what can be derived from the log.
 */

import { decodeUtf8, utf8Length, writeUtf8 } from '../../protocol/utf8.ts'

export interface EpochEntry {
  readonly epoch: number
  /** The first offset written in that epoch. */
  readonly startOffset: number
}

export function encodeOffsetCheckpoint(offsets: ReadonlyMap<string, number>): Uint8Array {
  const lines = [...offsets].map(([partition, offset]) => {
    const dash = partition.lastIndexOf('-')
    return `${partition.slice(0, dash)} ${partition.slice(dash + 1)} ${offset}`
  })
  return textBytes(`${['0', lines.length, ...lines].join('\n')}\n`)
}

/** Offsets by partition directory name (`orders-0`). */
export function parseOffsetCheckpoint(bytes: Uint8Array): Map<string, number> | undefined {
  const entries = parseEntries(bytes, 3)
  if (entries === undefined) return undefined
  const offsets = new Map<string, number>()
  for (const [topic, partition, offsetText] of entries) {
    const offset = countOf(offsetText)
    if (countOf(partition) === undefined || offset === undefined) return undefined
    offsets.set(`${topic}-${partition}`, offset)
  }
  return offsets
}

export function encodeEpochCheckpoint(entries: readonly EpochEntry[]): Uint8Array {
  const lines = entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`)
  return textBytes(`${['0', lines.length, ...lines].join('\n')}\n`)
}

export function parseEpochCheckpoint(bytes: Uint8Array): EpochEntry[] | undefined {
  const entries = parseEntries(bytes, 2)
  if (entries === undefined) return undefined
  const epochs: EpochEntry[] = []
  for (const words of entries) {
    const [epoch, startOffset] = [countOf(words[0]), countOf(words[1])]
    if (epoch === undefined || startOffset === undefined) return undefined
    const before = epochs.at(-1)
    if (before !== undefined && (before.epoch >= epoch || before.startOffset > startOffset)) return undefined
    epochs.push({ epoch, startOffset })
  }
  return epochs
}

function parseEntries(bytes: Uint8Array, fields: number): string[][] | undefined {
  const text = decodeText(bytes)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (lines[0] !== '0' || lines.length - 2 !== countOf(lines[1])) return undefined
  const entries = lines.slice(2).map((line) => line.split(' '))
  return entries.every((entry) => entry.length === fields) ? entries : undefined
}

/** Text as the bytes of a small file. */
export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text))
  writeUtf8(text, bytes, 0)
  return bytes
}

/** The text of a small file, or undefined where it is not text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  // Whatever these files hold is ASCII; anything else is a torn or rotten page.
  for (const byte of bytes) if (byte >= 0x80 || byte === 0) return undefined
  return decodeUtf8(bytes, 0, bytes.length)
}

/** The number that a word of digits says; undefined for any other word. A log that was often led anew has many of them. */
function countOf(word: string | undefined): number | undefined {
  if (word === undefined || word.length === 0 || word.length > 16) return undefined
  let count = 0
  for (let at = 0; at < word.length; at++) {
    const digit = word.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    count = count * 10 + digit
  }
  return Number.isSafeInteger(count) ? count : undefined
}
