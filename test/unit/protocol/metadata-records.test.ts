import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { controlKey, decodeControlType, endTxnMarker } from '../../../src/protocol/control-records.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  metadataRecords,
} from '../../../src/protocol/metadata-records/table.ts'
import { UnknownMetadataRecord } from '../../../src/protocol/metadata-records/unknown-metadata-record.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import {
  decodeQuorumControlRecord,
  encodeQuorumControlBatch,
  quorumControlRecords,
} from '../../../src/protocol/quorum-control-records.ts'
import { readBatchHeader } from '../../../src/protocol/record-batch.ts'
import { assignOffsets } from '../../../src/protocol/record-batch-patch.ts'
import { validateBatch } from '../../../src/protocol/record-batch-validation.ts'
import { decodeRecords } from '../../../src/protocol/records.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import { type Uuid, ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { metadataBatches } from './apache-batches.ts'
import { arbitraryMessage } from './arbitrary-message.ts'
import { compareSchema, parseOfficialSchema } from './compare-schema.ts'

const folder = process.env['SAMSA_KAFKA_SCHEMAS']

/** The values in the metadata log that Apache Kafka wrote, behind the LEADER_CHANGE. */
const values = metadataBatches
  .slice(1)
  .flatMap((batch) => decodeRecords(batch, 0))
  .map(({ value }) => value!)

function codeOf(value: readonly number[]): string {
  try {
    return decodeMetadataRecord(Uint8Array.from(value)).type
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}

describe('the metadata log of an Apache Kafka broker', () => {
  it('is a log of valid batches', () => {
    for (const batch of metadataBatches) expect(validateBatch(batch, 0, batch.length, crc32c)).toBeUndefined()
  })

  it('holds the records that Apache Kafka shows for it', () => {
    const decoded = values.map(decodeMetadataRecord)
    expect(decoded).toContainEqual({
      type: 'FeatureLevelRecord',
      version: 0,
      name: 'metadata.version',
      featureLevel: 29,
    })
    expect(decoded).toContainEqual({
      ...{ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName: 'copied' },
      ...{ name: 'retention.ms', value: '60000' },
    })
    expect(decoded).toContainEqual({
      ...{ type: 'TopicRecord', version: 0, name: 'captured', topicId: 'CtOkw38NQ4OFVxaeU9IvLA' },
    })
    expect(decoded).toContainEqual({
      ...{ type: 'PartitionRecord', version: 2, partitionId: 0, topicId: 'CtOkw38NQ4OFVxaeU9IvLA' },
      ...{ replicas: [1], isr: [1], removingReplicas: [], addingReplicas: [] },
      ...{ leader: 1, leaderRecoveryState: 0, leaderEpoch: 0, partitionEpoch: 0 },
      ...{ directories: ['8YJJLkDXi45lzMCRDImAXw'], eligibleLeaderReplicas: null, lastKnownElr: null },
    })
    expect(decoded).toContainEqual({
      ...{ type: 'ProducerIdsRecord', version: 0, brokerId: 1, brokerEpoch: 11, nextProducerId: 1000 },
    })
    expect(decoded[0]).toEqual({ type: 'BeginTransactionRecord', version: 0, name: 'Bootstrap records' })
    expect(decoded).toContainEqual({ type: 'EndTransactionRecord', version: 0 })
    expect(decoded).toContainEqual({
      ...{ type: 'BrokerRegistrationChangeRecord', version: 0, brokerId: 1, brokerEpoch: 11 },
      ...{ fenced: -1, inControlledShutdown: 0, logDirs: [] },
    })
    expect(decoded.find(({ type }) => type === 'RegisterControllerRecord')).toMatchObject({
      ...{ version: 0, controllerId: 1, incarnationId: 'xv8nsf_5QSaZkT42B66Mtw', zkMigrationReady: false },
    })
    expect(decoded.find(({ type }) => type === 'RegisterBrokerRecord')).toMatchObject({
      ...{ version: 3, brokerId: 1, incarnationId: 'mE3mtBglTQyhibFRgupqkg', brokerEpoch: 11 },
      endPoints: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 23392, securityProtocol: 0 }],
    })
  })

  it('is encoded from its records to the same bytes', () => {
    expect(values.length).toBeGreaterThan(10)
    for (const value of values) expect(encodeMetadataRecord(decodeMetadataRecord(value))).toEqual(value)
  })

  it('begins with the change of leader that we write too', () => {
    const [batch] = metadataBatches
    const [record] = decodeRecords(batch!, 0)
    const voters = [{ voterId: 1, voterDirectoryId: ZERO_UUID }]
    const change = { type: 'LEADER_CHANGE', version: 0, leaderId: 1, voters, grantingVoters: voters } as const
    expect(decodeQuorumControlRecord(record!.key, record!.value)).toEqual(change)
    const ours = encodeQuorumControlBatch([change], record!.timestamp, crc32c)
    assignOffsets(ours, 0, 0, readBatchHeader(batch!, 0).leaderEpoch)
    expect(ours).toEqual(batch)
  })
})

describe('a metadata record', () => {
  it('comes back from its bytes at every version of every type', () => {
    for (const [type, schema] of Object.entries(metadataRecords)) {
      for (let version = schema.versions.min; version <= schema.versions.max; version++) {
        fc.assert(
          fc.property(arbitraryMessage<Message>(schema, version), (fields) => {
            const record = { type, version, ...fields } as MetadataRecord
            expect(decodeMetadataRecord(encodeMetadataRecord(record))).toStrictEqual(record)
          }),
          { numRuns: 30 },
        )
      }
    }
  })

  it('has no field whose name is that of its type or version', () => {
    for (const { fields } of Object.values(metadataRecords)) {
      expect(Object.keys(fields)).not.toContain('type')
      expect(Object.keys(fields)).not.toContain('version')
    }
  })

  it('is refused with an unknown frame, type or version, with bytes left over, or cut short', () => {
    expect(codeOf([1, 20, 0, 0])).toBe('NoOpRecord')
    expect(codeOf([2, 20, 0, 0])).toBe('UNSUPPORTED_VERSION')
    expect(codeOf([1, 99, 0, 0])).toBe('UNSUPPORTED_VERSION')
    expect(codeOf([1, 20, 1, 0])).toBe('UNSUPPORTED_VERSION')
    expect(codeOf([1, 20, 0, 0, 0])).toBe('MALFORMED')
    expect(codeOf([1, 20, 0])).toBe('TRUNCATED')
    expect(codeOf([])).toBe('TRUNCATED')
  })

  it('of an unknown type or version is refused with both numbers', () => {
    const refusal = (...value: readonly number[]) => {
      try {
        return decodeMetadataRecord(Uint8Array.from(value))
      } catch (error) {
        return error
      }
    }
    const unknownType = refusal(1, 99, 7, 0)
    expect(unknownType).toBeInstanceOf(UnknownMetadataRecord)
    expect(unknownType).toMatchObject({ code: 'UNSUPPORTED_VERSION', recordType: 99, recordVersion: 7, position: 1 })
    expect(refusal(1, 5, 3, 0)).toMatchObject({ recordType: 5, recordVersion: 3 })
  })

  it('leaves out what has not changed in a partition, and tells that from none', () => {
    const topicId = 'CtOkw38NQ4OFVxaeU9IvLA' as Uuid
    const change = { type: 'PartitionChangeRecord', version: 2, partitionId: 1, topicId } as const
    const unchanged = encodeMetadataRecord(change)
    expect(unchanged.length).toBe(3 + 4 + 16 + 1)
    expect(decodeMetadataRecord(unchanged)).toMatchObject({ isr: null, leader: -2, leaderRecoveryState: -1 })
    expect(decodeMetadataRecord(encodeMetadataRecord({ ...change, isr: [], leader: -1 }))).toMatchObject({
      ...{ isr: [], leader: -1, directories: null, eligibleLeaderReplicas: null },
    })
  })

  it('is refused at a version that cannot carry its fields', () => {
    const record = values.map(decodeMetadataRecord).find(({ type }) => type === 'PartitionRecord')!
    expect(() => encodeMetadataRecord({ ...record, version: 0 })).toThrow(/directories/)
    expect(() => encodeMetadataRecord({ ...record, version: 9 })).toThrow(ProtocolError)
  })

  it('of any bytes is a record or a typed error', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(3), fc.uint8Array({ maxLength: 40 }), (type, version, body) => {
        codeOf([1, type, version, ...body])
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a control record', () => {
  it('of an unknown type is no error', () => {
    expect(decodeControlType(Uint8Array.of(0, 0, 0, 99))).toBeUndefined()
    expect(decodeControlType(Uint8Array.of(0, 1, 0, 1, 7))).toBe('COMMIT')
  })

  it('without its key, or with a value cut short, is a typed error', () => {
    expect(() => decodeControlType(null)).toThrow(ProtocolError)
    const key = controlKey('LEADER_CHANGE')
    expect(() => decodeQuorumControlRecord(key, Uint8Array.of(0, 0, 0))).toThrow(ProtocolError)
    expect(() => decodeQuorumControlRecord(key, Uint8Array.of(0, 7, 0, 0, 0, 1))).toThrow(ProtocolError)
  })
})

const title = "the schemas of records equal Kafka's definitions"
describe.skipIf(folder === undefined)(
  folder === undefined ? `${title} (skipped: SAMSA_KAFKA_SCHEMAS is not set)` : title,
  () => {
    const compared: readonly (readonly [string, Message])[] = [
      ...Object.values(metadataRecords).map((schema): [string, Message] => ['metadata', schema]),
      ['messages', endTxnMarker],
      ...Object.values(quorumControlRecords).map((schema): [string, Message] => ['messages', schema]),
    ]
    for (const [where, schema] of compared) {
      it(schema.name, () => {
        // The one file that is not named for its record.
        const file = schema.name === 'ZkMigrationStateRecord' ? 'ZkMigrationRecord' : schema.name
        const text = readFileSync(join(folder ?? '', where, `${file}.json`), 'utf8')
        expect(compareSchema(schema, parseOfficialSchema(text))).toEqual([])
      })
    }

    it('are all that there are', () => {
      const files = readdirSync(join(folder ?? '', 'metadata')).filter((name) => name.endsWith('.json'))
      expect(Object.keys(metadataRecords).length).toBe(files.length)
    })
  },
)
