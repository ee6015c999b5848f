/**
 * The control records of the metadata log and its snapshots: what the quorum writes for itself.
 *
 * - LEADER_CHANGE: the first record of a leader's epoch (KIP-595); version 1 adds directories (KIP-853).
 * - SNAPSHOT_HEADER, SNAPSHOT_FOOTER: the first and the last record of a snapshot; without the footer it is not whole
 *   (KIP-630).
 * - KRAFT_VERSION, KRAFT_VOTERS: the finalized `kraft.version`, and who votes. In the log they count from where they
 *   stand on, committed or not; in a snapshot they follow the header in its batch (KIP-853).
 *
 * Each value begins with its version. Several may stand in one batch, as at the start of a leader's epoch.
 */

import { assert } from '../world/assert.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { controlKey, decodeControlType } from './control-records.ts'
import type { Crc32c } from './crc32c.ts'
import { Reader } from './reader.ts'
import { encodeBatch } from './record-batch-encode.ts'
import {
  array,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  type Message,
  message,
  string,
  struct,
  uint16,
  uuid,
} from './schema.ts'

const voter = {
  voterId: int32({ versions: '0+' }),
  voterDirectoryId: uuid({ versions: '1+' }),
}

/** The value of a LEADER_CHANGE: who leads, who votes, and who voted for it. */
const leaderChangeMessage = message(
  { name: 'LeaderChangeMessage', versions: '0-1', flexible: '0+' },
  {
    version: int16({ versions: '0+', default: 0 }),
    leaderId: int32({ versions: '0+' }),
    voters: array(voter, { versions: '0+' }),
    grantingVoters: array(voter, { versions: '0+' }),
  },
)

/** The value of a SNAPSHOT_HEADER. The timestamp is that of the last record whose effect is in the snapshot, in ms. */
const snapshotHeaderRecord = message(
  { name: 'SnapshotHeaderRecord', versions: '0', flexible: '0+' },
  {
    version: int16({ versions: '0+', default: 0 }),
    lastContainedLogTimestamp: int64({ versions: '0+' }),
  },
)

/** The value of a SNAPSHOT_FOOTER: nothing but its version. */
const snapshotFooterRecord = message(
  { name: 'SnapshotFooterRecord', versions: '0', flexible: '0+' },
  { version: int16({ versions: '0+', default: 0 }) },
)

/** The value of a KRAFT_VERSION. `kRaftVersion` 0 is a fixed set of voters, 1 one that can change. */
const kraftVersionRecord = message(
  { name: 'KRaftVersionRecord', versions: '0', flexible: '0+' },
  {
    version: int16({ versions: '0+', default: 0 }),
    kRaftVersion: int16({ versions: '0+' }),
  },
)

/** The value of a KRAFT_VOTERS: all voters, each with its directory, its controller endpoints and what it supports. */
const votersRecord = message(
  { name: 'VotersRecord', versions: '0', flexible: '0+' },
  {
    version: int16({ versions: '0+', default: 0 }),
    voters: array(
      {
        voterId: int32({ versions: '0+' }),
        voterDirectoryId: uuid({ versions: '0+' }),
        endpoints: array(
          {
            name: string({ versions: '0+', mapKey: true }),
            host: string({ versions: '0+' }),
            port: uint16({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
        kRaftVersionFeature: struct(
          {
            minSupportedVersion: int16({ versions: '0+' }),
            maxSupportedVersion: int16({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The schemas by the types of their control records. */
export const quorumControlRecords = Object.freeze({
  LEADER_CHANGE: leaderChangeMessage,
  SNAPSHOT_HEADER: snapshotHeaderRecord,
  SNAPSHOT_FOOTER: snapshotFooterRecord,
  KRAFT_VERSION: kraftVersionRecord,
  KRAFT_VOTERS: votersRecord,
})

type Schemas = typeof quorumControlRecords

/** The type of such a record. */
export type QuorumControlType = keyof Schemas

/** A record as decoded: its type, its version and its fields. */
export type QuorumControlRecord = {
  readonly [T in QuorumControlType]: { readonly type: T } & Decoded<Schemas[T]>
}[QuorumControlType]

/** A record to encode. `version` defaults to 0, which is the only one of all but LEADER_CHANGE. */
export type QuorumControlRecordInput = {
  readonly [T in QuorumControlType]: { readonly type: T } & Encodable<Schemas[T]>
}[QuorumControlType]

/** A batch of such records at base offset 0; `timestamp` in milliseconds since the Unix epoch. Errors: `ProtocolError`. */
export function encodeQuorumControlBatch(
  records: readonly QuorumControlRecordInput[],
  timestamp: number,
  crc32c: Crc32c,
): Uint8Array {
  assert(records.length > 0, 'a control batch has a record')
  const encoded = records.map((record) => ({ timestamp, key: controlKey(record.type), value: encodeValue(record) }))
  return encodeBatch({ baseOffset: 0, isControl: true, records: encoded }, crc32c)
}

/** The control record of this key and value; undefined where it is none of the quorum's. Errors: `ProtocolError`. */
export function decodeQuorumControlRecord(
  key: Uint8Array | null,
  value: Uint8Array | null,
): QuorumControlRecord | undefined {
  const type = decodeControlType(key)
  if (type === undefined || !isOfTheQuorum(type)) return undefined
  const bytes = value ?? new Uint8Array(0)
  const fields = decodeMessage<Message>(quorumControlRecords[type], new Reader(bytes).int16(), bytes)
  return { type, ...fields } as QuorumControlRecord
}

function encodeValue(record: QuorumControlRecordInput): Uint8Array {
  const schema: Message = quorumControlRecords[record.type]
  // The type says which schema's fields the record has.
  return encodeMessage(schema, record.version ?? 0, record as Encodable<Message>)
}

function isOfTheQuorum(type: string): type is QuorumControlType {
  return Object.hasOwn(quorumControlRecords, type)
}
