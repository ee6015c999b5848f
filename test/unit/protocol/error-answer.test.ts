import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Api, apis } from '../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import { errorAnswer } from '../../../src/protocol/error-answer.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { type Fields, hasVersion, type Message } from '../../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { arbitraryMessage } from './arbitrary-message.ts'

const { NOT_LEADER_OR_FOLLOWER, TOPIC_AUTHORIZATION_FAILED } = errorCode
const allApis: readonly Api[] = Object.values(apis)

describe('an answer that says a request failed', () => {
  test('names every partition of a Produce, at any version', () => {
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ' as typeof ZERO_UUID
    const partitionData = [
      { index: 0, records: null },
      { index: 4, records: null },
    ]
    for (const version of [3, 9, 13]) {
      const named = version >= 13 ? { topicId } : { name: 'orders' }
      const body = { acks: -1, timeoutMs: 1, topicData: [{ ...named, partitionData }] }
      const { responses } = answered(apis.produce, version, body, NOT_LEADER_OR_FOLLOWER)
      expect(responses).toMatchObject([
        {
          ...named,
          partitionResponses: [
            { index: 0, errorCode: NOT_LEADER_OR_FOLLOWER, baseOffset: -1 },
            { index: 4, errorCode: NOT_LEADER_OR_FOLLOWER, baseOffset: -1 },
          ],
        },
      ])
    }
  })

  test('has its code at the top and for each partition of a Fetch; at the top not before version 7', () => {
    const partitions = [{ partition: 2, fetchOffset: 0, partitionMaxBytes: 1 }]
    const body = { maxWaitMs: 0, minBytes: 0, topics: [{ topic: 'orders', partitions }] }
    for (const version of [4, 7, 12]) {
      const answer = answered(apis.fetch, version, body, NOT_LEADER_OR_FOLLOWER)
      expect(answer.errorCode).toBe(version >= 7 ? NOT_LEADER_OR_FOLLOWER : 0)
      expect(answer.responses).toMatchObject([
        { topic: 'orders', partitions: [{ partitionIndex: 2, errorCode: NOT_LEADER_OR_FOLLOWER, highWatermark: -1 }] },
      ])
      // Null is a protocol error to librdkafka.
      expect(answer.responses[0]!.partitions[0]!.records).toEqual(new Uint8Array(0))
    }
  })

  test('finds topics that are named by themselves, as in the first versions of DeleteTopics', () => {
    const byName = answered(apis.deleteTopics, 5, { topicNames: ['a', 'b'], timeoutMs: 1 }, TOPIC_AUTHORIZATION_FAILED)
    expect(byName.responses.map(({ name, errorCode: code }) => [name, code])).toEqual([
      ['a', TOPIC_AUTHORIZATION_FAILED],
      ['b', TOPIC_AUTHORIZATION_FAILED],
    ])
    const either = { topics: [{ name: 'a', topicId: ZERO_UUID }], timeoutMs: 1 }
    expect(answered(apis.deleteTopics, 6, either, TOPIC_AUTHORIZATION_FAILED).responses).toHaveLength(1)
  })

  test('says why, where the version has a place for words', () => {
    const body = { resources: [{ resourceType: 2, resourceName: 'orders', configs: [] }], validateOnly: false }
    const code = errorCode.INVALID_CONFIG
    const answer = roundTrip(apis.alterConfigs, 2, errorAnswer(apis.alterConfigs, 2, body, code, 'said so'))
    expect(answer.responses).toEqual([
      { errorCode: code, errorMessage: 'said so', resourceType: 2, resourceName: 'orders' },
    ])
  })

  test('says nothing of topics where all were asked for', () => {
    const answer = answered(apis.metadata, 12, { topics: null }, errorCode.LEADER_NOT_AVAILABLE)
    expect(answer.topics).toEqual([])
  })

  test.each(allApis.map((api) => [api.name, api] as const))(
    'is one that %s can carry, whatever was asked at whichever version',
    (_, api) => {
      for (let version = api.versions.min; version <= api.versions.max; version++) {
        const run = (request: ReturnType<typeof decodeMessage>): void => {
          const answer = roundTrip(api, version, errorAnswer(api, version, request, errorCode.UNKNOWN_SERVER_ERROR))
          const places = codesIn(answer)
          expect(new Set(places).size).toBeLessThanOrEqual(1)
          if (hasCodeAtTheTop(api.response.fields, version)) expect(places).toContain(errorCode.UNKNOWN_SERVER_ERROR)
        }
        fc.assert(fc.property(arbitraryMessage(api.request, version), run), { numRuns: 10 })
      }
    },
  )
})

function answered<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  body: Parameters<typeof encodeMessage<Request>>[2],
  code: Parameters<typeof errorAnswer>[3],
) {
  const request = decodeMessage(api.request, version, encodeMessage(api.request, version, body))
  return roundTrip(api, version, errorAnswer(api, version, request, code))
}

function roundTrip<Response extends Message>(
  api: Api<Message, Response>,
  version: number,
  answer: Parameters<typeof encodeMessage<Response>>[2],
) {
  return decodeMessage(api.response, version, encodeMessage(api.response, version, answer))
}

function hasCodeAtTheTop(fields: Fields, version: number): boolean {
  return fields['errorCode'] !== undefined && hasVersion(fields['errorCode'].versions, version)
}

/** Every error code in an answer, but those of versions that lack the field. */
function codesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(codesIn)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'errorCode' ? (inner === 0 ? [] : [inner]) : codesIn(inner),
  )
}
