/**
 * Control records: what brokers write between the data, and consumers are never shown.
 *
 * The key is `[version i16][type i16]`, and may grow: what follows is ignored. The value depends on the type:
 * - ABORT, COMMIT: `[version i16][coordinator epoch i32]`, the end of a transaction in one partition (KIP-98).
 * - the others belong to the quorum, its log and its snapshots, and are in `quorum-control-records.ts`.
 * A type that is unknown is no error: it is skipped, as Kafka's clients do.
 */

import { assert } from '../world/assert.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import type { Crc32c } from './crc32c.ts'
import { Reader } from './reader.ts'
import { encodeBatch } from './record-batch-encode.ts'
import { type Decoded, int32, message } from './schema.ts'

/** The types by name. */
export const CONTROL_TYPES = Object.freeze({
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const)
export type ControlType = keyof typeof CONTROL_TYPES

const CONTROL_KEY_VERSION = 0

/** The value of an ABORT or COMMIT, behind its version. */
export const endTxnMarker = message(
  { name: 'EndTxnMarker', versions: '0', flexible: 'none' },
  { coordinatorEpoch: int32({ versions: '0+' }) },
)

/** An ABORT or COMMIT to write. */
export interface EndTxnMarkerInput {
  readonly type: 'ABORT' | 'COMMIT'
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
}

/** A control record's key: which type it is of, or undefined where this program does not know it. Errors: `ProtocolError`. */
export function decodeControlType(key: Uint8Array | null): ControlType | undefined {
  const reader = new Reader(key ?? new Uint8Array(0))
  const version = reader.int16()
  if (version < CONTROL_KEY_VERSION) reader.fail('MALFORMED', `version ${version} of a control record's key`)
  const number = reader.int16()
  for (const [name, value] of Object.entries(CONTROL_TYPES)) if (value === number) return name as ControlType
  return undefined
}

/** A batch with the one control record that ends a transaction, at base offset 0. */
export function encodeEndTxnMarker(marker: EndTxnMarkerInput, crc32c: Crc32c): Uint8Array {
  const { type, producerId, producerEpoch, coordinatorEpoch, timestamp } = marker
  assert(producerId >= 0 && producerEpoch >= 0, 'a transaction that ends has a producer')
  const body = encodeMessage(endTxnMarker, 0, { coordinatorEpoch })
  const value = new Uint8Array(2 + body.length)
  value.set(body, 2)
  const records = [{ timestamp, key: controlKey(type), value }]
  return encodeBatch(
    { baseOffset: 0, producerId, producerEpoch, isTransactional: true, isControl: true, records },
    crc32c,
  )
}

/** The coordinator's epoch in the value of an ABORT or COMMIT. Errors: `ProtocolError`. */
export function decodeEndTxnMarker(value: Uint8Array | null): Decoded<typeof endTxnMarker> {
  const bytes = value ?? new Uint8Array(0)
  return decodeMessage(endTxnMarker, new Reader(bytes).int16(), bytes, 2)
}

/** The key of a control record of this type. */
export function controlKey(type: ControlType): Uint8Array {
  return Uint8Array.of(0, CONTROL_KEY_VERSION, 0, CONTROL_TYPES[type])
}
