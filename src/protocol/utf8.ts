/**
 * UTF-8, strict in both directions: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).
 *
 * Written here because the core has no platform to ask. Topic names, client ids and config keys are ASCII nearly always,
 * so that is the fast path. Kafka's Java code replaces what is invalid; here it is an error, for a name that silently
 * changed would name something else.
 */

/** Longest run of bytes handed to `String.fromCharCode` at once; well below any engine's argument limit. */
const CHUNK = 4096

/** Number of bytes of `text` in UTF-8, or -1 where it holds half a surrogate pair. */
export function utf8Length(text: string): number {
  const count = text.length
  let length = count
  for (let index = 0; index < count; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) length += 1
    else if (unit < 0xd800 || unit > 0xdfff) length += 2
    else {
      const low = index + 1 < count ? text.charCodeAt(index + 1) : 0
      if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1
      // Two units became four bytes.
      length += 2
      index++
    }
  }
  return length
}

/** Writes `text`, for which `utf8Length` is not -1, at `position`; there must be room. Returns the position after it. */
export function writeUtf8(text: string, bytes: Uint8Array, position: number): number {
  const count = text.length
  let at = position
  for (let index = 0; index < count; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      bytes[at++] = unit
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6)
      bytes[at++] = 0x80 | (unit & 0x3f)
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
      bytes[at++] = 0x80 | (unit & 0x3f)
    } else {
      const point = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++index) - 0xdc00)
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
      bytes[at++] = 0x80 | (point & 0x3f)
    }
  }
  return at
}

/** The text in bytes `[start, end)`, or undefined where they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let index = start; index < end; index++) {
    if (bytes[index]! >= 0x80) return decodeBeyondAscii(bytes, start, end)
  }
  if (end - start <= CHUNK) return textOfUnits(bytes.subarray(start, end))
  let text = ''
  for (let index = start; index < end; index += CHUNK) {
    text += textOfUnits(bytes.subarray(index, Math.min(index + CHUNK, end)))
  }
  return text
}

function textOfUnits(units: ArrayLike<number>): string {
  return String.fromCharCode.apply(undefined, units as number[])
}

function decodeBeyondAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  let units: number[] = []
  for (let index = start; index < end; ) {
    const lead = bytes[index]!
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (index + length > end) return undefined
    const point = length === 1 ? lead : pointOf(bytes, index, length)
    if (point < 0) return undefined
    if (point < 0x10000) units.push(point)
    else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff))
    index += length
    if (units.length >= CHUNK) {
      text += textOfUnits(units)
      units = []
    }
  }
  return text + textOfUnits(units)
}

/** The code point of the `length` (2, 3 or 4) bytes at `index`, or -1 where they are not one. */
function pointOf(bytes: Uint8Array, index: number, length: number): number {
  const lead = bytes[index]!
  if (lead < 0xc2 || lead > 0xf4) return -1
  let point = lead & (0x7f >> length)
  for (let offset = 1; offset < length; offset++) {
    const next = bytes[index + offset]!
    if ((next & 0xc0) !== 0x80) return -1
    point = (point << 6) | (next & 0x3f)
  }
  if (length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return -1
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return -1
  return point
}
