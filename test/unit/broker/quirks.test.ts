/** What clients of Kafka rely on though no schema says so: what is told of versions, and what ends a connection. */

import { beforeAll, describe, expect, it } from 'vitest'
import { type Api, apis } from '../../../src/protocol/apis.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { errorName } from '../../../src/protocol/errors.ts'
import { decodeResponse, encodeRequest } from '../../../src/protocol/headers.ts'
import type { ApiVersionsResponse } from '../../../src/protocol/messages/18-api-versions.ts'
import type { Encodable, Message } from '../../../src/protocol/schema.ts'
import { RawClient, type Reply } from './raw-client.ts'

let client: RawClient

beforeAll(async () => {
  client = await RawClient.start()
})

/** A frame by hand: a header with a client id and, where it is flexible, no tagged fields; then the body. */
function frameOf(apiKey: number, apiVersion: number, body: readonly number[], isFlexible = false): Uint8Array {
  const header = [0, apiKey, 0, apiVersion, 0, 0, 0, 7, 0, 1, 97, ...(isFlexible ? [0] : [])]
  return Uint8Array.from([0, 0, 0, header.length + body.length, ...header, ...body])
}

function ask<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  body: Encodable<Request>,
): Promise<Reply> {
  return client.send(encodeRequest(api, version, 7, 'a', body))
}

async function apiVersions(version: number, name = 'a-b.1', software = '1'): Promise<ApiVersionsResponse> {
  const body = version < 3 ? {} : { clientSoftwareName: name, clientSoftwareVersion: software }
  const reply = await ask(apis.apiVersions, version, body)
  return decodeResponse(apis.apiVersions, version, reply as Uint8Array).body
}

describe('ApiVersions', () => {
  it.each([0, 1, 2, 3, 4])('names exactly the served versions of Kafka 4.2 (version %i)', async (version) => {
    const { errorCode, apiKeys } = await apiVersions(version)
    const ranges = new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]))
    expect(errorCode).toBe(0)
    expect(Object.fromEntries(ranges)).toMatchObject({
      ...{ 0: [0, 13], 1: [4, 18], 2: [1, 11], 3: [0, 13], 18: [0, 4], 19: [2, 7], 20: [1, 6], 21: [0, 2], 22: [0, 5] },
      ...{ 23: [2, 4], 32: [1, 4], 33: [0, 2], 34: [1, 2], 35: [1, 4], 37: [0, 3], 43: [0, 2], 44: [0, 1], 45: [0, 1] },
      ...{ 46: [0, 0], 55: [0, 2], 57: [0, 2], 60: [0, 2], 61: [0, 0], 64: [0, 0], 74: [0, 1], 75: [0, 0] },
    })
    // Removed, or of the controller alone.
    for (const key of [4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82]) expect(ranges.has(key)).toBe(false)
  })

  it('in a version that nobody knows is answered in version 0, with the versions of itself', async () => {
    const reply = (await client.send(frameOf(18, 9, [1, 2, 3], true))) as Uint8Array
    expect([...reply.subarray(0, 4)]).toEqual([0, 0, 0, 7])
    const { errorCode, apiKeys } = decodeMessage(apis.apiVersions.response, 0, reply, 4)
    expect(errorName(errorCode)).toBe('UNSUPPORTED_VERSION')
    expect(apiKeys).toMatchObject([{ apiKey: 18, minVersion: 0, maxVersion: 4 }])
  })

  it('has a header without tagged fields, though its body has them', async () => {
    const reply = await ask(apis.apiVersions, 4, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })
    // Correlation id, then at once the error code.
    expect([...(reply as Uint8Array).subarray(0, 6)]).toEqual([0, 0, 0, 7, 0, 0])
  })

  it.each([
    ['a', '1', 'NONE'],
    ['apache-kafka-java', '4.2.0', 'NONE'],
    ['', '1', 'INVALID_REQUEST'],
    ['a', '-1', 'INVALID_REQUEST'],
    ['a b', '1', 'INVALID_REQUEST'],
    ['a.', '1', 'INVALID_REQUEST'],
  ])('takes the software %s of version %s for %s', async (name, version, expected) => {
    expect(errorName((await apiVersions(3, name, version)).errorCode)).toBe(expected)
  })

  it('tells before version 4 of no feature that may be off', async () => {
    const { supportedFeatures } = await apiVersions(3)
    expect(supportedFeatures.every(({ minVersion }) => minVersion > 0)).toBe(true)
  })
})

describe('a connection ends', () => {
  it.each([0, 1, 2])('at a Produce of version %i, though it is advertised', async (version) => {
    expect(await client.send(frameOf(0, version, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe('closed')
  })

  it.each([
    ['a version that is not served', 22, 6],
    ['an API that was removed', 4, 0],
    ['an API of the controller', 52, 0],
    ['an API that nobody knows', 99, 0],
  ])('at %s', async (_what, key, version) => {
    expect(await client.send(frameOf(key, version, [0, 0, 0, 0, 0, 0, 0, 0], key === 22))).toBe('closed')
  })

  it('at a request that does not parse', async () => {
    expect(await client.send(frameOf(21, 0, [0, 0, 0, 9]))).toBe('closed')
  })
})
