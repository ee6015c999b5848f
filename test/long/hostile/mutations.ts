/**
 * What is done to a request before it is sent, by name. Each takes a whole frame and gives bytes for the wire, whose
 * length field may lie.
 */

import type { Dice } from './dice.ts'
import { drawRequest, randomBytes, type Template } from './templates.ts'

/** How one frame is damaged, and how often: weights are shares of their sum. */
export interface Mutation {
  readonly name: string
  readonly weight: number
  apply(template: Template, dice: Dice, all: readonly Template[]): Uint8Array
}

const INTERESTING = [0, 1, -1, 2, 127, 128, 255, 256, 32_767, -32_768, 65_535, 2 ** 31 - 1, -(2 ** 31)]
const SIZES = [-1, -(2 ** 31), 2 ** 31 - 1, 104_857_601, 200_000_000, 1_000_000_000]
const HEADER_BYTES = 4
const KEY_AT = 4
const VERSION_AT = 6
const BODY_AT = 12
const OTHER_PROTOCOLS = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'SSH-2.0-x\r\n',
]

export const mutations: readonly Mutation[] = [
  { name: 'as it is', weight: 10, apply: ({ frame }) => frame.slice() },
  { name: 'other values', weight: 50, apply: ({ api, version }, dice) => drawRequest(api, version, dice) },
  { name: 'some bits turned', weight: 22, apply: ({ frame }, dice) => turnBits(frame.slice(), dice) },
  { name: 'integers overwritten', weight: 18, apply: ({ frame }, dice) => overwrite(frame.slice(), dice) },
  { name: 'cut short', weight: 8, apply: ({ frame }, dice) => framed(frame.slice(HEADER_BYTES, cutAt(frame, dice))) },
  { name: 'bytes put in', weight: 6, apply: ({ frame }, dice) => insert(frame, dice) },
  { name: 'bytes taken out', weight: 6, apply: ({ frame }, dice) => remove(frame, dice) },
  { name: 'two requests joined', weight: 6, apply: ({ frame }, dice, all) => join(frame, dice.oneOf(all).frame, dice) },
  {
    name: 'version not served',
    weight: 6,
    apply: ({ frame }, dice) => put(frame, VERSION_AT, dice.oneOf([-1, 99, 32_767])),
  },
  { name: 'another API', weight: 5, apply: ({ frame }, dice) => put(frame, KEY_AT, dice.below(100) - 2) },
  { name: 'noise in a frame', weight: 5, apply: (_template, dice) => framed(randomBytes(dice.below(100), dice)) },
  { name: 'absurd size', weight: 3, apply: ({ frame }, dice) => withLength(frame.slice(), dice.oneOf(SIZES)) },
  {
    name: 'another protocol',
    weight: 1,
    apply: (_template, dice) => new TextEncoder().encode(dice.oneOf(OTHER_PROTOCOLS)),
  },
  { name: 'noise', weight: 2, apply: (_template, dice) => randomBytes(8 + dice.below(60), dice) },
]

function turnBits(frame: Uint8Array, dice: Dice): Uint8Array {
  for (let count = 1 + dice.below(6); count > 0; count--) {
    const at = HEADER_BYTES + dice.below(frame.length - HEADER_BYTES)
    frame[at] = frame[at]! ^ (1 << dice.below(8))
  }
  return frame
}

function overwrite(frame: Uint8Array, dice: Dice): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  for (let count = 1 + dice.below(2); count > 0; count--) {
    const bytes = dice.oneOf([1, 2, 4] as const)
    const room = frame.length - BODY_AT - bytes
    if (room < 0) break
    const at = BODY_AT + dice.below(room + 1)
    const value = dice.oneOf(INTERESTING)
    if (bytes === 1) view.setInt8(at, value)
    else if (bytes === 2) view.setInt16(at, value)
    else view.setInt32(at, value)
  }
  return frame
}

function insert(frame: Uint8Array, dice: Dice): Uint8Array {
  const at = cutAt(frame, dice)
  return framed(joined(frame.subarray(HEADER_BYTES, at), randomBytes(1 + dice.below(12), dice), frame.subarray(at)))
}

function remove(frame: Uint8Array, dice: Dice): Uint8Array {
  const at = cutAt(frame, dice)
  return framed(joined(frame.subarray(HEADER_BYTES, at), frame.subarray(at + 1 + dice.below(12))))
}

function join(head: Uint8Array, tail: Uint8Array, dice: Dice): Uint8Array {
  return framed(joined(head.subarray(HEADER_BYTES, cutAt(head, dice)), tail.subarray(cutAt(tail, dice))))
}

function put(frame: Uint8Array, at: number, value: number): Uint8Array {
  const changed = frame.slice()
  new DataView(changed.buffer).setInt16(at, value)
  return changed
}

function cutAt(frame: Uint8Array, dice: Dice): number {
  return HEADER_BYTES + dice.below(frame.length - HEADER_BYTES)
}

function withLength(frame: Uint8Array, length: number): Uint8Array {
  new DataView(frame.buffer, frame.byteOffset).setInt32(0, length)
  return frame
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** The payload behind its length. */
function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length)
  frame.set(payload, HEADER_BYTES)
  return withLength(frame, payload.length)
}
