/**
 * Requests as a client might send them: of every API that a broker's listener serves, at every version, with values
 * drawn from their schema. Names come from a small set, and batches are whole more often than not, so that many requests
 * get past the checks and do something.
 */

import { handlersOf } from '../../../src/broker/handlers/table.ts'
import type { Api } from '../../../src/protocol/apis.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'
import { encodeBatch } from '../../../src/protocol/record-batch-encode.ts'
import { type Field, type Fields, hasVersion, type Primitive } from '../../../src/protocol/schema.ts'
import { uuidFromBytes, ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { Dice } from './dice.ts'

/** The only topics that hostile requests may create. */
export const HOSTILE_TOPICS: readonly string[] = ['hostile-0', 'hostile-1', 'hostile-2', 'hostile-3']

export interface Template {
  readonly api: Api
  readonly version: number
  /** A whole frame, length included. */
  readonly frame: Uint8Array
}

const STRINGS = [...HOSTILE_TOPICS, ...HOSTILE_TOPICS, '', 'x', '.', 'a/b', '\u{1f4a5}', 'n'.repeat(250)]
const CONFIG_WORDS = ['retention.ms', 'cleanup.policy', 'max.message.bytes', '-1', '1', 'delete', 'producer']
const INTEGERS = [-1, -1, -1, 0, 0, 1, 1, 2, 3, 10, 100, 127, 255, 1000, 32_767, 65_536, 2 ** 31 - 1, -(2 ** 31)]

/** Several of each API and version, in a fixed order. */
export function drawTemplates(seed: number, ofEach = 6): readonly Template[] {
  const templates: Template[] = []
  for (const { api } of handlersOf('broker').values()) {
    for (let version = api.versions.min; version <= api.versions.max; version++) {
      for (let count = 0; count < ofEach; count++) {
        const dice = new Dice(seed, api.key * 100_000 + version * 100 + count)
        templates.push({ api, version, frame: drawRequest(api, version, dice) })
      }
    }
  }
  return templates
}

/** A request of this API with values drawn from its schema, as a whole frame. */
export function drawRequest(api: Api, version: number, dice: Dice): Uint8Array {
  return encodeRequest(
    api,
    version,
    dice.below(1000),
    'hostile',
    drawFields(api.request.fields, version, dice) as never,
  )
}

function drawFields(fields: Fields, version: number, dice: Dice): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, drawField(name, field, version, dice)] as const),
  )
}

function drawField(name: string, field: Field, version: number, dice: Dice): unknown {
  if (!hasVersion(field.versions, version) || (field.tag !== undefined && dice.onceIn(2))) return field.default
  if (hasVersion(field.nullable, version) && dice.onceIn(6)) return null
  const { type } = field
  if (type.kind === 'primitive') return drawPrimitive(name, type.primitive, dice)
  if (type.kind === 'struct') return drawFields(type.fields, version, dice)
  const { of } = type
  return Array.from({ length: dice.oneOf([0, 1, 1, 1, 2, 4]) }, () =>
    typeof of === 'string' ? drawPrimitive(name, of, dice) : drawFields(of, version, dice),
  )
}

function drawPrimitive(name: string, primitive: Primitive, dice: Dice): unknown {
  switch (primitive) {
    case 'bool':
      return dice.onceIn(2)
    case 'int8':
      return dice.oneOf([-1, 0, 1, 2, 4, 127, -128])
    case 'int16':
      return dice.oneOf([-1, 0, 1, 2, 32_767, -32_768])
    case 'uint16':
      return dice.oneOf([0, 1, 65_535])
    case 'int32':
      // A request that waits takes a connection out of the attack: mutations see to it that there are some.
      if (name === 'maxWaitMs') return dice.oneOf([0, 1, 10])
      return isCount(name) ? dice.oneOf([-1, 1, 2]) : dice.oneOf(INTEGERS)
    case 'uint32':
      return dice.oneOf([0, 1, 2 ** 32 - 1])
    case 'int64':
      return dice.oneOf([...INTEGERS, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    case 'float64':
      return dice.oneOf([0, -1, 1e300])
    case 'string':
      return dice.oneOf(name === 'value' || name === 'configName' ? CONFIG_WORDS : STRINGS)
    case 'uuid':
      return dice.onceIn(2) ? ZERO_UUID : uuidFromBytes(randomBytes(16, dice))
    case 'bytes':
      return randomBytes(dice.below(40), dice)
    case 'records':
      return dice.onceIn(4) ? randomBytes(dice.below(200), dice) : batch(dice)
  }
}

/** How many partitions or replicas: what a client may well ask for is no attack. */
function isCount(name: string): boolean {
  return name === 'numPartitions' || name === 'count' || name === 'replicationFactor'
}

function batch(dice: Dice): Uint8Array {
  const records = Array.from({ length: 1 + dice.below(4) }, () => ({
    timestamp: 1_700_000_000_000,
    key: dice.onceIn(2) ? null : randomBytes(dice.below(8), dice),
    value: randomBytes(dice.below(100), dice),
  }))
  return encodeBatch({ baseOffset: 0, records }, crc32c)
}

export function randomBytes(count: number, dice: Dice): Uint8Array {
  return Uint8Array.from({ length: count }, () => dice.below(256))
}
