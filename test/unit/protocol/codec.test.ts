import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage, encodeMessageParts } from '../../../src/protocol/codec.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import {
  array,
  type Decoded,
  type Encodable,
  int8,
  int32,
  int64,
  type Message,
  message,
  string,
  struct,
} from '../../../src/protocol/schema.ts'
import { METADATA_TOPIC_ID, type Uuid, ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { hex, toHex } from './hex.ts'

/** The error that `run` throws, which must be a ProtocolError. */
function refusal(run: () => unknown): { code: string; position: number; path: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code, position: error.position, path: error.path }
    throw error
  }
  throw new Error('nothing was thrown')
}

// What Apache Kafka 4.2's own serializers give for the values beside it.
const apache = {
  apiVersionsResponseV0: hex('0000 00000002', '0000 0000 000d', '0012 0000 0004'),
  apiVersionsResponseV1: hex('0000 00000002', '0000 0000 000d', '0012 0000 0004', '00000007'),
  apiVersionsResponseV3: hex(
    '0000 03 0000 0000 000d 00 0012 0000 0004 00 00000007',
    '03 00 17 02 116d657461646174612e76657273696f6e 0007 001d 00',
    '01 08 000000000000002a',
    '02 17 02 116d657461646174612e76657273696f6e 0019 0019 00',
  ),
  metadataResponseV12: hex(
    '00000000 03 00000001 0a3132372e302e302e31 00002384 00 00',
    '00000002 0aed8c8ced8bb0ec8598 00002385 037232 00',
    '174d6b55334f4556424e5463774e544a454e444d325167 00000001',
    '03 0000 04666f6f 0123456789abcdeffedcba9876543210 00',
    '02 0000 00000000 00000001 00000005 03 00000001 00000002 02 00000001 02 00000002 00 80000000 00',
    '0064 00 00000000000000000000000000000001 00 01 80000000 00 00',
  ),
  produceRequestV9: hex(
    '00 ffff 00007530 02 04666f6f 02 00000003',
    '47 0000000000000000 0000003a ffffffff 02 e99b8dd8 0000 00000000 0000018bcfe56800 0000018bcfe56800',
    'ffffffffffffffff ffff ffffffff 00000001 10000000026b027600 00 00 00',
  ),
  fetchRequestV18: hex(
    '000001f4 00000001 00100000 00 00000000 ffffffff',
    '02 00000000000000000000000000000001 02 00000000 00000003 001fffffffffffff ffffffff ffffffffffffffff 00001000',
    '02 00 10 00000000000000010000000000000002 01 08 ffffffffffffffff 00 01 01',
    '02 00 04 04616263 01 0d 00000002 0000000000000009 00',
  ),
  fetchResponseV16: hex(
    '00000000 0000 00000000 02 00000000000000000000000000000001',
    '02 00000000 0006 ffffffffffffffff ffffffffffffffff ffffffffffffffff 00 ffffffff 00',
    '02 00 0d 00000002 0000000000000064 00 01 09 00000003 00000004 00 00',
    '01 00 0d 02 00000003 0268 00000001 00 00',
  ),
}

describe('messages as Apache Kafka writes them', () => {
  const keys = [
    { apiKey: 0, minVersion: 0, maxVersion: 13 },
    { apiKey: 18, minVersion: 0, maxVersion: 4 },
  ]
  const features = {
    supportedFeatures: [{ name: 'metadata.version', minVersion: 7, maxVersion: 29 }],
    finalizedFeaturesEpoch: 42,
    finalizedFeatures: [{ name: 'metadata.version', minVersionLevel: 25, maxVersionLevel: 25 }],
  }
  const captured: readonly (readonly [string, Message, number, Uint8Array, object])[] = [
    [
      'ApiVersions response 0',
      apis.apiVersions.response,
      0,
      apache.apiVersionsResponseV0,
      { errorCode: 0, apiKeys: keys },
    ],
    [
      'ApiVersions response 1',
      apis.apiVersions.response,
      1,
      apache.apiVersionsResponseV1,
      { errorCode: 0, apiKeys: keys, throttleTimeMs: 7 },
    ],
    ...[3, 4].map(
      (version) =>
        [
          `ApiVersions response ${version}`,
          apis.apiVersions.response,
          version,
          apache.apiVersionsResponseV3,
          { errorCode: 0, apiKeys: keys, throttleTimeMs: 7, ...features },
        ] as const,
    ),
    [
      'Metadata response 12',
      apis.metadata.response,
      12,
      apache.metadataResponseV12,
      {
        brokers: [
          { nodeId: 1, host: '127.0.0.1', port: 9092 },
          { nodeId: 2, host: '파티션', port: 9093, rack: 'r2' },
        ],
        clusterId: 'MkU3OEVBNTcwNTJENDM2Qg',
        controllerId: 1,
        topics: [
          {
            errorCode: 0,
            name: 'foo',
            topicId: 'ASNFZ4mrze_-3LqYdlQyEA',
            partitions: [
              {
                errorCode: 0,
                partitionIndex: 0,
                leaderId: 1,
                leaderEpoch: 5,
                replicaNodes: [1, 2],
                isrNodes: [1],
                offlineReplicas: [2],
              },
            ],
          },
          { errorCode: 100, name: null, topicId: METADATA_TOPIC_ID, partitions: [] },
        ],
      },
    ],
    [
      'Produce request 9',
      apis.produce.request,
      9,
      apache.produceRequestV9,
      {
        acks: -1,
        timeoutMs: 30000,
        topicData: [{ name: 'foo', partitionData: [{ index: 3, records: apache.produceRequestV9.subarray(18, 88) }] }],
      },
    ],
    [
      'Fetch request 18',
      apis.fetch.request,
      18,
      apache.fetchRequestV18,
      {
        clusterId: 'abc',
        replicaState: { replicaId: 2, replicaEpoch: 9 },
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 1 << 20,
        topics: [
          {
            topicId: METADATA_TOPIC_ID,
            partitions: [
              {
                partition: 0,
                currentLeaderEpoch: 3,
                fetchOffset: Number.MAX_SAFE_INTEGER,
                partitionMaxBytes: 4096,
                replicaDirectoryId: 'AAAAAAAAAAEAAAAAAAAAAg' as Uuid,
                highWatermark: -1,
              },
            ],
          },
        ],
      },
    ],
    [
      'Fetch response 16',
      apis.fetch.response,
      16,
      apache.fetchResponseV16,
      {
        responses: [
          {
            topicId: METADATA_TOPIC_ID,
            partitions: [
              {
                partitionIndex: 0,
                errorCode: 6,
                highWatermark: -1,
                divergingEpoch: { epoch: 2, endOffset: 100 },
                currentLeader: { leaderId: 3, leaderEpoch: 4 },
                abortedTransactions: null,
                records: null,
              },
            ],
          },
        ],
        nodeEndpoints: [{ nodeId: 3, host: 'h', port: 1 }],
      },
    ],
  ]

  for (const [name, schema, version, bytes, value] of captured) {
    it(`${name} is read and written byte for byte`, () => {
      expect(toHex(encodeMessage<Message>(schema, version, value as never))).toBe(toHex(bytes))
      expect(decodeMessage<Message>(schema, version, bytes)).toMatchObject(value)
    })
  }
})

describe('decoding', () => {
  it('gives fields that the version lacks their defaults', () => {
    const decoded = decodeMessage(apis.apiVersions.response, 0, apache.apiVersionsResponseV0)
    expect(decoded).toStrictEqual({
      errorCode: 0,
      apiKeys: decoded.apiKeys,
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
      finalizedFeatures: [],
      zkMigrationReady: false,
    })
  })

  it('hands out records as a view of the input', () => {
    const decoded = decodeMessage(apis.produce.request, 9, apache.produceRequestV9)
    expect(decoded.topicData[0]?.partitionData[0]?.records?.buffer).toBe(apache.produceRequestV9.buffer)
  })

  it('takes the largest int64 as no bound, where no bound is the default', () => {
    const bytes = hex(toHex(apache.fetchRequestV18).replace('0108ffffffffffffffff', '01087fffffffffffffff'))
    const decoded = decodeMessage(apis.fetch.request, 18, bytes)
    expect(decoded.topics[0]?.partitions[0]?.highWatermark).toBe(Number.MAX_SAFE_INTEGER)
  })
})

const sample = message(
  { name: 'Sample', versions: '0-2', flexible: '2+' },
  {
    items: array({ key: string({ versions: '0+' }), size: int64({ versions: '0+' }) }, { versions: '0+' }),
    inner: struct({ level: int8({ versions: '1+' }) }, { versions: '1+', nullable: '1+', default: null }),
    since: int32({ versions: '1+', default: 5 }),
    hint: int32({ versions: '1+', ignorable: true }),
    label: string({ versions: '2+', tagged: '2+', tag: 4 }),
  },
)

describe('malformed bytes', () => {
  const refused = (version: number, ...text: readonly string[]) =>
    refusal(() => decodeMessage(sample, version, hex(...text)))

  it('name the byte and the field: an input that ends early', () => {
    expect(refused(0, '00000002 0009 616161616161616161 0000000000000001 0003 61')).toEqual({
      code: 'TRUNCATED',
      position: 25,
      path: 'items[1].key',
    })
  })

  it('bytes left over', () => {
    expect(refused(0, '00000000 00')).toEqual({ code: 'MALFORMED', position: 4, path: '' })
  })

  it('an array that the frame cannot hold', () => {
    expect(refused(0, '7fffffff 0001 61')).toEqual({ code: 'TOO_LARGE', position: 4, path: 'items' })
    expect(refused(2, 'ffffffff0f 00')).toEqual({ code: 'TOO_LARGE', position: 5, path: 'items' })
  })

  it('an array of elements without bytes that is longer than the frame', () => {
    const hollow = message(
      { name: 'Hollow', versions: '0', flexible: 'none' },
      {
        holes: array({ later: int8({ versions: '1+', ignorable: true }) }, { versions: '0+' }),
        rest: int32({ versions: '0+' }),
      },
    )
    const decoded = decodeMessage(hollow, 0, hex('00000004 00000000'))
    expect(decoded.holes.length).toBe(4)
    expect(refusal(() => decodeMessage(hollow, 0, hex('00000005 00000000')))).toMatchObject({
      code: 'TOO_LARGE',
      path: 'holes',
    })
  })

  it('a null array or string where this version has no null', () => {
    expect(refused(0, 'ffffffff')).toEqual({ code: 'MALFORMED', position: 4, path: 'items' })
    expect(refused(0, '00000001 ffff 0000000000000001')).toEqual({
      code: 'MALFORMED',
      position: 6,
      path: 'items[0].key',
    })
  })

  it('a length below -1', () => {
    expect(refused(0, 'fffffffe')).toEqual({ code: 'MALFORMED', position: 0, path: 'items' })
    expect(refused(0, '00000001 8000 0000000000000001')).toEqual({
      code: 'MALFORMED',
      position: 4,
      path: 'items[0].key',
    })
  })

  it('text that is not UTF-8', () => {
    expect(refused(0, '00000001 0002 c080 0000000000000001')).toEqual({
      code: 'MALFORMED',
      position: 6,
      path: 'items[0].key',
    })
  })

  it('a string longer than 32767 bytes, in the compact form too', () => {
    const long = hex('02 818002', '61'.repeat(32768), '00'.repeat(20))
    expect(refusal(() => decodeMessage(sample, 2, long))).toMatchObject({ code: 'TOO_LARGE', path: 'items[0].key' })
  })

  it('an int64 beyond 2^53 - 1', () => {
    const outOfRange = { code: 'OUT_OF_RANGE', position: 7, path: 'items[0].size' }
    expect(refused(0, '00000001 0001 61 0020000000000000')).toEqual(outOfRange)
    expect(refused(0, '00000001 0001 61 ffe0000000000000')).toEqual(outOfRange)
    expect(refused(0, '00000001 0001 61 7fffffffffffffff')).toEqual(outOfRange)
    expect(decodeMessage(sample, 0, hex('00000001 0001 61 ffe0000000000001')).items[0]?.size).toBe(-(2 ** 53 - 1))
  })

  it('a varint of more than 32 bits', () => {
    expect(refused(2, 'ffffffff1f')).toEqual({ code: 'MALFORMED', position: 0, path: 'items' })
    expect(refused(2, 'ffffffffff01')).toEqual({ code: 'MALFORMED', position: 0, path: 'items' })
  })

  it('a tagged field that does not fill its size, or needs more', () => {
    expect(refused(2, '01 ff 00000005 00000000 01 04 03 0261 00')).toEqual({
      code: 'MALFORMED',
      position: 15,
      path: 'label',
    })
    expect(refused(2, '01 ff 00000005 00000000 01 04 01 0261')).toEqual({
      code: 'TRUNCATED',
      position: 14,
      path: 'label',
    })
    expect(refused(2, '01 ff 00000005 00000000 01 04 09 0261')).toEqual({ code: 'TRUNCATED', position: 13, path: '' })
  })

  it('more tagged fields than bytes', () => {
    expect(refused(2, '01 ff 00000005 00000000 ffffffff0f')).toEqual({ code: 'TOO_LARGE', position: 10, path: '' })
  })

  it('say all of that in the message', () => {
    expect(() => decodeMessage(sample, 0, hex('00000001 0001 61 00'))).toThrow(
      'items: an array of 1 elements does not fit in the 4 bytes left (TOO_LARGE at byte 4)',
    )
  })
})

describe('tagged fields', () => {
  const value = { items: [], inner: { level: 3 }, since: 6, hint: 7 }

  it('are left out at their default and written otherwise, with their size', () => {
    const head = '01 01 03 00 00000006 00000007'
    expect(encodeMessage(sample, 2, { ...value, label: '' })).toEqual(hex(head, '00'))
    expect(encodeMessage(sample, 2, { ...value, label: 'ab' })).toEqual(hex(head, '01 04 03 036162'))
  })

  it('of 128 bytes and more have a size of two', () => {
    const label = 'x'.repeat(300)
    const encoded = encodeMessage(sample, 2, { ...value, label })
    expect(toHex(encoded)).toContain('0104ae02ad0278')
    expect(decodeMessage(sample, 2, encoded)).toStrictEqual({ ...value, label })
  })

  it('that are unknown are skipped, before and behind those that are known', () => {
    const bytes = hex('01 01 03 00 00000006 00000007', '03 02 01 ff 04 02 0261 e807 00')
    expect(decodeMessage(sample, 2, bytes)).toStrictEqual({ ...value, label: 'a' })
  })
})

describe('encoding', () => {
  const base = { items: [] }

  it('refuses a version that the message does not have', () => {
    for (const version of [-1, 3, 1.5, Number.NaN]) {
      expect(refusal(() => encodeMessage(sample, version, base)).code).toBe('UNSUPPORTED_VERSION')
      expect(refusal(() => decodeMessage(sample, version, new Uint8Array(4))).code).toBe('UNSUPPORTED_VERSION')
    }
  })

  it('refuses a value for a field that the version lacks, unless it is the default or ignorable', () => {
    const path = (value: Encodable<typeof sample>) => refusal(() => encodeMessage(sample, 0, value)).path
    expect(path({ ...base, since: 6 })).toBe('since')
    expect(path({ ...base, inner: { level: 0 } })).toBe('inner')
    expect(path({ ...base, label: 'x' })).toBe('label')
    expect(refusal(() => encodeMessage(sample, 0, { ...base, since: 6 })).code).toBe('UNSUPPORTED_VERSION')
    expect(toHex(encodeMessage(sample, 0, { ...base, since: 5, inner: null, label: '', hint: 9 }))).toBe('00000000')
  })

  it('refuses null where the version has no null, and says whether another version has', () => {
    expect(refusal(() => encodeMessage(apis.metadata.request, 0, { topics: null }))).toEqual({
      code: 'UNSUPPORTED_VERSION',
      position: 0,
      path: 'topics',
    })
    expect(toHex(encodeMessage(apis.metadata.request, 1, { topics: null }))).toBe('ffffffff')
    expect(refusal(() => encodeMessage(sample, 0, { items: null } as never)).code).toBe('OUT_OF_RANGE')
  })

  it('refuses values that their types cannot hold', () => {
    const bad = (value: object) => refusal(() => encodeMessage(sample, 1, { ...base, ...value } as never))
    expect(bad({ since: 2 ** 31 })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'since' })
    expect(bad({ since: 1.5 })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'since' })
    expect(bad({ inner: { level: 128 } })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'inner.level' })
    expect(bad({ items: [{ key: 'a', size: 2 ** 53 }] })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'items[0].size' })
    expect(bad({ items: [{ key: '\ud800', size: 1 }] })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'items[0].key' })
    expect(bad({ items: [{ key: 'x'.repeat(32768), size: 1 }] })).toMatchObject({
      code: 'TOO_LARGE',
      path: 'items[0].key',
    })
    expect(bad({ items: [{ size: 1 }] })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'items[0].key' })
    expect(bad({ items: 'abc' })).toMatchObject({ code: 'OUT_OF_RANGE', path: 'items' })
    const uuidValue = { topics: [{ topicId: 'not a uuid' as Uuid, name: null }] }
    expect(refusal(() => encodeMessage(apis.metadata.request, 12, uuidValue)).path).toBe('topics[0].topicId')
  })

  it('keeps byte fields of 1 KiB and more as parts of their own, uncopied and in place', () => {
    const large = new Uint8Array(1024).fill(7)
    const small = new Uint8Array(1023).fill(8)
    const partition = { errorCode: 0, highWatermark: 1 }
    const value = {
      responses: [
        {
          topic: 't',
          partitions: [
            { ...partition, partitionIndex: 0, records: large },
            { ...partition, partitionIndex: 1, records: small },
            { ...partition, partitionIndex: 2, records: large },
          ],
        },
      ],
    }
    const parts = encodeMessageParts(apis.fetch.response, 4, value, hex('cafe'))
    expect(parts.length).toBe(4)
    expect(parts[1]).toBe(large)
    expect(parts[3]).toBe(large)
    expect(toHex(...parts)).toBe(`cafe${toHex(encodeMessage(apis.fetch.response, 4, value))}`)
  })
})

describe('inferred types', () => {
  it('have every field when decoded, and leave out those with a default when encoding', () => {
    const smallest: Encodable<typeof sample> = { items: [{ key: 'a', size: 1 }] }
    const decoded: Decoded<typeof sample> = decodeMessage(sample, 0, encodeMessage(sample, 0, smallest))
    const inner: { readonly level: number } | null = decoded.inner
    expect(inner).toBeNull()
    // @ts-expect-error: `size` has no default.
    const missing: Encodable<typeof sample> = { items: [{ key: 'a' }] }
    // @ts-expect-error: `since` is a number.
    const wrong: Encodable<typeof sample> = { items: [], since: 'x' }
    // @ts-expect-error: `items` is never null.
    const none: Encodable<typeof sample> = { items: null }
    expect([missing, wrong, none].length).toBe(3)
    const topicId: Uuid = ZERO_UUID
    expect(topicId).toBe(ZERO_UUID)
  })
})
