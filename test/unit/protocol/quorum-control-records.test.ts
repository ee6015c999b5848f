import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { controlKey, encodeEndTxnMarker } from '../../../src/protocol/control-records.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import {
  decodeQuorumControlRecord,
  encodeQuorumControlBatch,
  type QuorumControlRecord,
  type QuorumControlRecordInput,
  type QuorumControlType,
  quorumControlRecords,
} from '../../../src/protocol/quorum-control-records.ts'
import { readBatchHeader } from '../../../src/protocol/record-batch.ts'
import { validateBatch } from '../../../src/protocol/record-batch-validation.ts'
import { decodeRecords } from '../../../src/protocol/records.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import type { Uuid } from '../../../src/protocol/uuid.ts'
import { arbitraryMessage } from './arbitrary-message.ts'
import { hex } from './hex.ts'

const directory = '8YJJLkDXi45lzMCRDImAXw' as Uuid
const types = Object.keys(quorumControlRecords) as readonly QuorumControlType[]

const voters: QuorumControlRecordInput = {
  type: 'KRAFT_VOTERS',
  voters: [
    {
      ...{ voterId: 1, voterDirectoryId: directory },
      endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }],
      kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
    },
  ],
}

function decoded(batch: Uint8Array): (QuorumControlRecord | undefined)[] {
  return decodeRecords(batch, 0).map(({ key, value }) => decodeQuorumControlRecord(key, value))
}

describe('the control records of the quorum', () => {
  it('come back from one batch, which is a valid control batch', () => {
    const voter = { voterId: 1, voterDirectoryId: directory }
    const batch = encodeQuorumControlBatch(
      [
        { type: 'LEADER_CHANGE', version: 1, leaderId: 1, voters: [voter], grantingVoters: [voter] },
        { type: 'KRAFT_VERSION', kRaftVersion: 1 },
        voters,
      ],
      1000,
      crc32c,
    )
    expect(validateBatch(batch, 0, batch.length, crc32c)).toBeUndefined()
    expect(readBatchHeader(batch, 0)).toMatchObject({ isControl: true, baseOffset: 0, lastOffset: 2 })
    expect(decoded(batch)).toEqual([
      { type: 'LEADER_CHANGE', version: 1, leaderId: 1, voters: [voter], grantingVoters: [voter] },
      { type: 'KRAFT_VERSION', version: 0, kRaftVersion: 1 },
      { version: 0, ...voters },
    ])
  })

  it('are the first and the last of a snapshot', () => {
    const header = { type: 'SNAPSHOT_HEADER', version: 0, lastContainedLogTimestamp: 1_700_000_000_000 } as const
    expect(decoded(encodeQuorumControlBatch([header], 1000, crc32c))).toEqual([header])
    expect(decoded(encodeQuorumControlBatch([{ type: 'SNAPSHOT_FOOTER' }], 1000, crc32c))).toEqual([
      { type: 'SNAPSHOT_FOOTER', version: 0 },
    ])
  })

  it('come back from their bytes at every version', () => {
    for (const type of types) {
      const schema: Message = quorumControlRecords[type]
      for (let version = schema.versions.min; version <= schema.versions.max; version++) {
        fc.assert(
          fc.property(arbitraryMessage<Message>(schema, version), (fields) => {
            const record = { type, ...fields, version } as QuorumControlRecord
            expect(decoded(encodeQuorumControlBatch([record], 0, crc32c))).toStrictEqual([record])
          }),
          { numRuns: 30 },
        )
      }
    }
  })

  it('are not the markers of transactions, nor what nobody knows', () => {
    const marker = { type: 'COMMIT', producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 0 } as const
    expect(decoded(encodeEndTxnMarker(marker, crc32c))).toEqual([undefined])
    expect(decodeQuorumControlRecord(Uint8Array.of(0, 0, 0, 99), null)).toBeUndefined()
  })

  it('of an unknown version, cut short or of any bytes are typed errors', () => {
    expect(() => decodeQuorumControlRecord(controlKey('KRAFT_VERSION'), hex('0001 0001 00'))).toThrow(
      /KRaftVersionRecord has versions 0 to 0, not 1/,
    )
    expect(() => decodeQuorumControlRecord(controlKey('SNAPSHOT_FOOTER'), null)).toThrow(ProtocolError)
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
        try {
          expect(decodeQuorumControlRecord(controlKey(type), bytes)?.type).toBe(type)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
