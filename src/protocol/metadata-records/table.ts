/**
 * The records of `__cluster_metadata`, and how one lies in a record's value:
 *
 * `[frame version uvarint = 1][type uvarint][version uvarint][body]`
 *
 * A record in memory is flat: its type, its version and its fields, for folding over with a `switch`. A type or version
 * that this program does not know is an error, for to skip it would be to lose a decision of the controller.
 * Source: KIP-631. The types are all those of Kafka 4.2; the numbers that are missing were never used, or are no longer.
 */

import { readMessage, writeMessage } from '../codec.ts'
import { Reader } from '../reader.ts'
import { type Decoded, type Encodable, hasVersion, type Message } from '../schema.ts'
import { Writer } from '../writer.ts'
import { abortTransactionRecord } from './abort-transaction.ts'
import { accessControlEntryRecord } from './access-control-entry.ts'
import { beginTransactionRecord } from './begin-transaction.ts'
import { brokerRegistrationChangeRecord } from './broker-registration-change.ts'
import { clearElrRecord } from './clear-elr.ts'
import { clientQuotaRecord } from './client-quota.ts'
import { configRecord } from './config.ts'
import { delegationTokenRecord } from './delegation-token.ts'
import { endTransactionRecord } from './end-transaction.ts'
import { featureLevelRecord } from './feature-level.ts'
import { fenceBrokerRecord } from './fence-broker.ts'
import { noOpRecord } from './no-op.ts'
import { partitionRecord } from './partition.ts'
import { partitionChangeRecord } from './partition-change.ts'
import { producerIdsRecord } from './producer-ids.ts'
import { registerBrokerRecord } from './register-broker.ts'
import { registerControllerRecord } from './register-controller.ts'
import { removeAccessControlEntryRecord } from './remove-access-control-entry.ts'
import { removeDelegationTokenRecord } from './remove-delegation-token.ts'
import { removeTopicRecord } from './remove-topic.ts'
import { removeUserScramCredentialRecord } from './remove-user-scram-credential.ts'
import { topicRecord } from './topic.ts'
import { unfenceBrokerRecord } from './unfence-broker.ts'
import { UnknownMetadataRecord } from './unknown-metadata-record.ts'
import { unregisterBrokerRecord } from './unregister-broker.ts'
import { userScramCredentialRecord } from './user-scram-credential.ts'
import { zkMigrationStateRecord } from './zk-migration-state.ts'

/** The schemas by the names of the types, in the order of their numbers. */
export const metadataRecords = Object.freeze({
  RegisterBrokerRecord: registerBrokerRecord,
  UnregisterBrokerRecord: unregisterBrokerRecord,
  TopicRecord: topicRecord,
  PartitionRecord: partitionRecord,
  ConfigRecord: configRecord,
  PartitionChangeRecord: partitionChangeRecord,
  FenceBrokerRecord: fenceBrokerRecord,
  UnfenceBrokerRecord: unfenceBrokerRecord,
  RemoveTopicRecord: removeTopicRecord,
  DelegationTokenRecord: delegationTokenRecord,
  UserScramCredentialRecord: userScramCredentialRecord,
  FeatureLevelRecord: featureLevelRecord,
  ClientQuotaRecord: clientQuotaRecord,
  ProducerIdsRecord: producerIdsRecord,
  BrokerRegistrationChangeRecord: brokerRegistrationChangeRecord,
  AccessControlEntryRecord: accessControlEntryRecord,
  RemoveAccessControlEntryRecord: removeAccessControlEntryRecord,
  NoOpRecord: noOpRecord,
  ZkMigrationStateRecord: zkMigrationStateRecord,
  RemoveUserScramCredentialRecord: removeUserScramCredentialRecord,
  BeginTransactionRecord: beginTransactionRecord,
  EndTransactionRecord: endTransactionRecord,
  AbortTransactionRecord: abortTransactionRecord,
  RemoveDelegationTokenRecord: removeDelegationTokenRecord,
  RegisterControllerRecord: registerControllerRecord,
  ClearElrRecord: clearElrRecord,
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

/**
 * The record in a value, all of it. Errors: `ProtocolError`; where this program does not know the type or its version,
 * `UnknownMetadataRecord`.
 */
export function decodeMetadataRecord(value: Uint8Array): MetadataRecord {
  const reader = new Reader(value)
  const frameVersion = reader.unsignedVarint()
  if (frameVersion !== FRAME_VERSION) {
    reader.fail('UNSUPPORTED_VERSION', `a metadata record in a frame of version ${frameVersion}`, 0)
  }
  const typePosition = reader.position
  const number = reader.unsignedVarint()
  const version = reader.unsignedVarint()
  const type = namesByNumber.get(number)
  if (type === undefined || !hasVersion(metadataRecords[type].versions, version)) {
    throw new UnknownMetadataRecord(number, version, typePosition)
  }
  const fields = readMessage<Message>(metadataRecords[type], version, reader)
  reader.expectEnd(type)
  return { type, version, ...fields } as MetadataRecord
}
