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
  for (const [topic, partition, offset] of entries) {
    if (!isCount(partition) || !isCount(offset)) return undefined
    offsets.set(`${topic}-${partition}`, Number(offset))
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
  for (const [epoch, startOffset] of entries) {
    if (!isCount(epoch) || !isCount(startOffset)) return undefined
    const entry = { epoch: Number(epoch), startOffset: Number(startOffset) }
    const before = epochs.at(-1)
    if (before !== undefined && (before.epoch >= entry.epoch || before.startOffset > entry.startOffset))
      return undefined
    epochs.push(entry)
  }
  return epochs
}

function parseEntries(bytes: Uint8Array, fields: number): string[][] | undefined {
  const text = decodeText(bytes)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (lines[0] !== '0' || !isCount(lines[1]) || lines.length !== Number(lines[1]) + 2) return undefined
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
  return bytes.every((byte) => byte < 0x80 && byte !== 0) ? decodeUtf8(bytes, 0, bytes.length) : undefined
}

function isCount(word: string | undefined): boolean {
  return word !== undefined && /^\d{1,16}$/.test(word) && Number.isSafeInteger(Number(word))
}
