/**
 * The records of `__cluster_metadata`, and how one lies in a record's value:
 *
 * `[frame version uvarint = 1][type uvarint][version uvarint][body]`
 *
 * A record in memory is flat: its type, its version and its fields, for folding over with a `switch`. A type or version
 * that this program does not know is an error, for to skip it would be to lose a decision of the controller.
 * Source: KIP-631. Types that are absent here are not implemented yet.
 */

import { readMessage, writeMessage } from '../codec.ts'
import { Reader } from '../reader.ts'
import type { Decoded, Encodable, Message } from '../schema.ts'
import { Writer } from '../writer.ts'
import { configRecord } from './config.ts'
import { featureLevelRecord } from './feature-level.ts'
import { noOpRecord } from './no-op.ts'
import { partitionRecord } from './partition.ts'
import { producerIdsRecord } from './producer-ids.ts'
import { registerBrokerRecord } from './register-broker.ts'
import { topicRecord } from './topic.ts'

/** The schemas by the names of the types, in the order of their numbers. */
export const metadataRecords = Object.freeze({
  RegisterBrokerRecord: registerBrokerRecord,
  TopicRecord: topicRecord,
  PartitionRecord: partitionRecord,
  ConfigRecord: configRecord,
  FeatureLevelRecord: featureLevelRecord,
  ProducerIdsRecord: producerIdsRecord,
  NoOpRecord: noOpRecord,
})

type Schemas = typeof metadataRecords

/** The name of a type. */
export type MetadataRecordType = keyof Schemas

/** A record as decoded: every field, with its default where its version lacks it. */
export type MetadataRecord = {
  readonly [T in MetadataRecordType]: { readonly type: T; readonly version: number } & Decoded<Schemas[T]>
}[MetadataRecordType]

/** A record to encode: fields that are tagged or have a default may be left out. Every `MetadataRecord` is one. */
export type MetadataRecordInput = {
  readonly [T in MetadataRecordType]: { readonly type: T; readonly version: number } & Encodable<Schemas[T]>
}[MetadataRecordType]

const FRAME_VERSION = 1

const namesByNumber: ReadonlyMap<number | undefined, MetadataRecordType> = new Map(
  Object.values(metadataRecords).map((schema) => [schema.apiKey, schema.name as MetadataRecordType]),
)

/** A record's value. Errors: `ProtocolError` for a version that does not exist or cannot carry the fields. */
export function encodeMetadataRecord(record: MetadataRecordInput): Uint8Array {
  const schema: Message = metadataRecords[record.type]
  const writer = new Writer({ splits: false })
  writer.unsignedVarint(FRAME_VERSION)
  writer.unsignedVarint(schema.apiKey!)
  writer.unsignedVarint(record.version)
  // The type says which schema's fields the record has.
  writeMessage(schema, record.version, record as Encodable<Message>, writer)
  return writer.whole()
}

/** The record in a value, all of it. Errors: `ProtocolError`; `UNSUPPORTED_VERSION` for what this program does not know. */
export function decodeMetadataRecord(value: Uint8Array): MetadataRecord {
  const reader = new Reader(value)
  const frameVersion = reader.unsignedVarint()
  if (frameVersion !== FRAME_VERSION) {
    reader.fail('UNSUPPORTED_VERSION', `a metadata record in a frame of version ${frameVersion}`, 0)
  }
  const typePosition = reader.position
  const number = reader.unsignedVarint()
  const type = namesByNumber.get(number)
  if (type === undefined) return reader.fail('UNSUPPORTED_VERSION', `metadata records of type ${number}`, typePosition)
  const version = reader.unsignedVarint()
  const fields = readMessage<Message>(metadataRecords[type], version, reader)
  reader.expectEnd(type)
  return { type, version, ...fields } as MetadataRecord
}
