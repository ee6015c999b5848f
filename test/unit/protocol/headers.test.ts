import { describe, expect, it } from 'vitest'
import { apiByKey, apis } from '../../../src/protocol/apis.ts'
import {
  correlationIdOf,
  decodeRequestBody,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/protocol/headers.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import { hex, toHex } from './hex.ts'

describe('request headers', () => {
  it('of versions that are not flexible end with the client id', () => {
    const frame = encodeRequest(apis.apiVersions, 0, 1, 'probe', {})
    expect(toHex(frame)).toBe(toHex(hex('0000000f 0012 0000 00000001 0005 70726f6265')))
    expect(decodeRequestHeader(frame, 4)).toEqual({
      apiKey: 18,
      apiVersion: 0,
      correlationId: 1,
      clientId: 'probe',
      bodyStart: 19,
      api: apis.apiVersions,
    })
  })

  it('of flexible versions keep the two-byte length of the client id and add tagged fields', () => {
    const body = { clientSoftwareName: 'librdkafka', clientSoftwareVersion: '2.15.0' }
    const frame = encodeRequest(apis.apiVersions, 3, 2, 'probe', body)
    expect(toHex(frame)).toBe(
      toHex(hex('00000023 0012 0003 00000002 0005 70726f6265 00', '0b6c696272646b61666b61 07322e31352e30 00')),
    )
    expect(decodeRequestHeader(frame, 4)).toMatchObject({ apiVersion: 3, clientId: 'probe', bodyStart: 20 })
  })

  it('may lack a client id', () => {
    const frame = encodeRequest(apis.apiVersions, 4, 3, null, {
      clientSoftwareName: 'apache-kafka-java',
      clientSoftwareVersion: '4.2.0',
    })
    expect(toHex(frame.subarray(4))).toBe(
      toHex(hex('0012 0004 00000003 ffff 00', '126170616368652d6b61666b612d6a617661 06342e322e30 00')),
    )
    expect(decodeRequestHeader(frame, 4).clientId).toBeNull()
  })

  it('step over tagged fields that nobody knows', () => {
    const header = hex('0012 0003 00000002 ffff 02 00 03 aabbcc e807 00', '01 01 00')
    expect(decodeRequestHeader(header).bodyStart).toBe(19)
  })

  it('of an ApiVersions request newer than any known are read as flexible', () => {
    expect(decodeRequestHeader(hex('0012 0063 00000002 ffff 00 ff'))).toMatchObject({ apiVersion: 99, bodyStart: 11 })
  })

  it('of an unknown API are read as version 1, and the API is said to be unknown', () => {
    expect(decodeRequestHeader(hex('7fff 0009 00000002 ffff 00'))).toMatchObject({ api: undefined, bodyStart: 10 })
  })

  it('are read where they begin, to where the frame ends', () => {
    const bytes = hex('ffff 0012 0000 00000001 0005 70726f6265 ffff')
    expect(decodeRequestHeader(bytes, 2, 17)).toMatchObject({ correlationId: 1, bodyStart: 17 })
    expect(() => decodeRequestHeader(bytes, 2, 16)).toThrow(ProtocolError)
    expect(() => decodeRequestHeader(bytes, 2, 6)).toThrow(/TRUNCATED at byte 6/)
  })
})

describe('response headers', () => {
  const body = { errorCode: 0, apiKeys: [] }

  it('are flexible where the version is', () => {
    const value = { errorCode: 0, producerId: 9, producerEpoch: 1 }
    expect(toHex(...encodeResponse(apis.initProducerId, 1, 5, value))).toBe(
      toHex(hex('00000014 00000005 00000000 0000 0000000000000009 0001')),
    )
    const flexible = encodeResponse(apis.initProducerId, 2, 5, value)
    expect(toHex(...flexible)).toBe(toHex(hex('00000016 00000005 00 00000000 0000 0000000000000009 0001 00')))
    expect(decodeResponse(apis.initProducerId, 2, flexible[0]!, 4)).toMatchObject({ correlationId: 5, body: value })
  })

  it('of ApiVersions never are, for the client may have guessed its version too high', () => {
    const [frame] = encodeResponse(apis.apiVersions, 3, 5, body)
    expect(toHex(frame!)).toBe(toHex(hex('0000000c 00000005 0000 01 00000000 00')))
    expect(decodeResponse(apis.apiVersions, 3, frame!, 4)).toMatchObject({ correlationId: 5, body })
  })

  it('tell the correlation id before the version is known', () => {
    expect(correlationIdOf(hex('ffff 80000001 0000'), 2)).toBe(-0x7fff_ffff)
    expect(() => correlationIdOf(hex('000000'))).toThrow(ProtocolError)
  })

  it('of requests may have bytes behind the body, as those of librdkafka have that ask for all topics', () => {
    const body = decodeRequestBody(apis.metadata, 13, hex('00000000 010000'), 0)
    expect(body).toMatchObject({ topics: null, includeTopicAuthorizedOperations: false })
    expect(() => decodeRequestBody(apis.metadata, 13, hex('000000'), 0)).toThrow(ProtocolError)
  })

  it('are followed by the body and nothing else', () => {
    expect(() => decodeResponse(apis.apiVersions, 0, hex('00000005 0000 00000000 ff'))).toThrow(/1 bytes are left/)
  })

  it("count the parts that are kept apart in the frame's length", () => {
    const records = new Uint8Array(5000).fill(1)
    const partitions = [{ partitionIndex: 0, errorCode: 0, highWatermark: 1, records }]
    const parts = encodeResponse(apis.fetch, 12, 1, { responses: [{ topic: 't', partitions }] })
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    expect(parts[1]).toBe(records)
    expect(new DataView(parts[0]!.buffer).getInt32(0)).toBe(length - 4)
  })
})

describe('the table of APIs', () => {
  it('finds an API by its key', () => {
    expect(apiByKey(1)).toBe(apis.fetch)
    expect(apiByKey(4)).toBeUndefined()
  })

  it('is in the order of the keys, and each is that of its messages', () => {
    const keys = Object.values(apis).map(({ key }) => key)
    expect(keys).toEqual([...keys].sort((left, right) => left - right))
    for (const { key, name, request, response, versions } of Object.values(apis)) {
      expect([request.apiKey, response.apiKey]).toEqual([key, key])
      expect([request.name, response.name]).toEqual([`${name}Request`, `${name}Response`])
      expect(response.versions).toEqual(versions)
    }
  })

  it('advertises Produce from 0 on, though 3 is the first that is understood', () => {
    expect(apis.produce.advertised).toEqual({ min: 0, max: 13 })
    expect(apis.produce.versions).toEqual({ min: 3, max: 13 })
    expect(apis.fetch.advertised).toEqual({ min: 4, max: 18 })
  })
})
