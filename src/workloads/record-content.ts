/**
 * What the workloads write into their records, so that whatever comes back can be held against what was sent.
 *
 * A record's bytes are a function of its value (the id by which the history calls it), its timestamp and its key:
 *
 *   content := value ' ' timestamp ' ' key ' ' filler      value := operation '.' index ['r' attempt] ['@' timestamp]
 *
 * The filler is letters that follow from the value; it brings the record to a size that follows from the operation,
 * between 20 bytes and 2 KiB (more only where what stands before it is longer). All text is ASCII.
 */

import type { TimestampType } from '../protocol/record-batch.ts'
import { decodeUtf8, writeUtf8 } from '../protocol/utf8.ts'
import { assert } from '../world/assert.ts'
import type { Value } from './history/operation.ts'

/** What a value says of its record. */
export interface ValueParts {
  /** The planned operation that wrote it. */
  readonly operationId: number
  /** Its place among the records of that operation, from 0. */
  readonly index: number
  /** How often the application had failed to send the same message before. */
  readonly attempt: number
  /** The record's timestamp in milliseconds, in values that carry it. */
  readonly timestampMs: number | undefined
}

/** A record as it is sent, and as it must come back. */
export interface RecordContent {
  readonly value: Value
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs: number
  /** ASCII without spaces. */
  readonly key: string
}

/** A record as a consumer gives it. */
export interface ReceivedContent {
  readonly timestampMs: number
  /** Under LogAppendTime the timestamp is the broker's, and says nothing of the content. Default: CreateTime. */
  readonly timestampType?: TimestampType
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** The value of a record. Give the timestamp only where the history is to know it. */
export function recordValue(
  operationId: number,
  index: number,
  more: { attempt?: number; timestampMs?: number } = {},
): string {
  const { attempt = 0, timestampMs } = more
  const again = attempt === 0 ? '' : `r${attempt}`
  return `${operationId}.${index}${again}${timestampMs === undefined ? '' : `@${timestampMs}`}`
}

const valuePattern = /^(\d+)\.(\d+)(?:r(\d+))?(?:@(-?\d+))?$/

/** Takes a value apart; undefined where it is not one of ours (a record that could not be understood). */
export function partsOf(value: Value): ValueParts | undefined {
  const match = valuePattern.exec(String(value))
  if (match === null) return undefined
  const [, operationId, index, attempt, timestampMs] = match
  return {
    operationId: Number(operationId),
    index: Number(index),
    attempt: Number(attempt ?? 0),
    timestampMs: timestampMs === undefined ? undefined : Number(timestampMs),
  }
}

/** The bytes of a record's value. */
export function encodeContent(content: RecordContent): Uint8Array {
  const parts = partsOf(content.value)
  assert(parts !== undefined, 'the value of a record is made by recordValue')
  const head = headOf(content)
  const bytes = new Uint8Array(Math.max(head.length, sizeOf(parts.operationId)))
  writeUtf8(head, bytes, 0)
  let state = fillerSeed(parts)
  for (let index = head.length; index < bytes.length; index++) {
    state = nextFiller(state)
    bytes[index] = fillerLetter(state)
  }
  return bytes
}

/** The bytes of a record's key. */
export function encodeKey(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length)
  writeUtf8(key, bytes, 0)
  return bytes
}

/**
 * The value of a record that came back; where its bytes, its key or its own timestamp are not what was sent under that
 * value, a text that no record has as its value.
 */
export function decodeContent(received: ReceivedContent): Value {
  const { key, value: bytes } = received
  if (bytes === null || key === null) return `corrupt: ${bytes === null ? 'no value' : 'no key'}`
  const headEnd = endOfHead(bytes)
  const head = decodeUtf8(bytes, 0, headEnd)?.split(' ')
  const [value, timestamp, name] = head ?? []
  if (value === undefined || timestamp === undefined || name === undefined) return corrupt(bytes, 'content')
  const expected = { value, timestampMs: Number(timestamp), key: name }
  if (!isContent(bytes, expected)) return corrupt(bytes, 'content')
  if (!isText(key, name)) return corrupt(key, `key of ${value}`)
  return received.timestampType === 'LogAppendTime' || received.timestampMs === expected.timestampMs
    ? value
    : `corrupt: timestamp ${received.timestampMs} of ${value}`
}

/** Spreads the bits of a small integer over 32 (the finalizer of MurmurHash3). Unsigned. */
export function mix(word: number): number {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** Most records are small, one operation in four writes larger ones. */
function sizeOf(operationId: number): number {
  const drawn = mix(operationId + 0x51ed)
  return drawn % 4 === 0 ? 256 + ((drawn >>> 2) % 1793) : 20 + ((drawn >>> 2) % 236)
}

function headOf({ value, timestampMs, key }: RecordContent): string {
  return `${value} ${timestampMs} ${key} `
}

/** Whether the bytes are what `encodeContent` makes; compared in place, for this is done to every record that is read. */
function isContent(bytes: Uint8Array, expected: RecordContent): boolean {
  const parts = partsOf(expected.value)
  if (parts === undefined) return false
  const head = headOf(expected)
  if (bytes.length !== Math.max(head.length, sizeOf(parts.operationId)) || !startsWith(bytes, head)) return false
  let state = fillerSeed(parts)
  for (let index = head.length; index < bytes.length; index++) {
    state = nextFiller(state)
    if (bytes[index] !== fillerLetter(state)) return false
  }
  return true
}

function fillerSeed({ operationId, index, attempt }: ValueParts): number {
  // Xorshift stays at zero for ever.
  return mix(mix(operationId) ^ mix(index + 1) ^ attempt) | 1
}

/** One step of xorshift. */
function nextFiller(state: number): number {
  let next = state ^ (state << 13)
  next ^= next >>> 17
  return next ^ (next << 5)
}

function fillerLetter(state: number): number {
  return 0x61 + ((state >>> 0) % 26)
}

/** Exclusive, without the third space; the length where there are fewer. */
function endOfHead(bytes: Uint8Array): number {
  let spaces = 0
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === 0x20) spaces++
    if (spaces === 3) return index
  }
  return bytes.length
}

/** Whether the bytes are the ASCII text. */
function isText(bytes: Uint8Array, text: string): boolean {
  return bytes.length === text.length && startsWith(bytes, text)
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[index] !== text.charCodeAt(index)) return false
  return true
}

function corrupt(bytes: Uint8Array, what: string): Value {
  let hex = ''
  for (const byte of bytes.subarray(0, 16)) hex += byte.toString(16).padStart(2, '0')
  return `corrupt: ${what}, ${bytes.length} bytes, ${hex}${bytes.length > 16 ? '…' : ''}`
}
