import { describe, expect, test } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import { encodeRequest, encodeResponse } from '../../../../src/protocol/headers.ts'
import type { Flow } from '../../../../src/sim/devices/sim-network/network-judge.ts'
import { WireTap } from '../../../../src/sim/run/wire-tap.ts'

/** A tap, and what it tells: requests as `> name version`, responses as `< name`, breaches as they are. */
function newTap() {
  const told: string[] = []
  const bodies: unknown[] = []
  const tap = new WireTap(
    {
      onRequest: ({ api, version, client, body }) => {
        told.push(`> ${api.name} ${version} of ${client}`)
        bodies.push(body)
      },
      onResponse: ({ request, body }) => {
        told.push(`< ${request.api.name}`)
        bodies.push(body)
      },
      onBreach: (message) => told.push(`! ${message}`),
    },
    () => 5000,
  )
  return { tap, told, bodies }
}

const flow = (byOpener: boolean, connection = 1): Flow => ({
  ...{ from: byOpener ? 10 : 1, to: byOpener ? 1 : 10, connection, byOpener },
  ...{ port: 9092, sentBytes: 0, deliveredBytes: 0 },
})
const toBroker = flow(true)
const toClient = flow(false)

const metadataRequest = (correlationId: number): Uint8Array =>
  encodeRequest(apis.metadata, 12, correlationId, 'me', { topics: null, allowAutoTopicCreation: false })
const metadataResponse = (correlationId: number): Uint8Array[] =>
  encodeResponse(apis.metadata, 12, correlationId, { brokers: [], clusterId: 'c', controllerId: 1, topics: [] })
const produceRequest = (correlationId: number, acks: number): Uint8Array =>
  encodeRequest(apis.produce, 9, correlationId, 'me', { acks, timeoutMs: 1000, topicData: [] })
const produceResponse = (correlationId: number): Uint8Array[] =>
  encodeResponse(apis.produce, 9, correlationId, { responses: [] })

/** A frame's bytes without their length, with a length of their own again. */
function framed(...body: readonly number[]): Uint8Array {
  return new Uint8Array([0, 0, 0, body.length, ...body])
}

describe('the tap on the wire', () => {
  test('tells of requests and of the responses that answer them, decoded at their version', () => {
    const { tap, told, bodies } = newTap()
    tap.onSend(toBroker, [metadataRequest(7)])
    tap.onSend(toClient, metadataResponse(7))
    expect(told).toEqual(['> Metadata 12 of 10', '< Metadata'])
    expect(bodies).toEqual([
      expect.objectContaining({ topics: null }),
      expect.objectContaining({ clusterId: 'c', topics: [] }),
    ])
  })

  test('hears the same however the bytes are cut', () => {
    const requests = new Uint8Array([...metadataRequest(1), ...produceRequest(2, -1), ...metadataRequest(3)])
    const responses = [...metadataResponse(1), ...produceResponse(2), ...metadataResponse(3)].flatMap((part) => [
      ...part,
    ])
    const expected = [
      ...['> Metadata 12 of 10', '> Produce 9 of 10', '> Metadata 12 of 10'],
      ...['< Metadata', '< Produce', '< Metadata'],
    ]
    for (let size = 1; size <= responses.length; size++) {
      const { tap, told } = newTap()
      for (const [way, bytes] of [[toBroker, requests] as const, [toClient, new Uint8Array(responses)] as const]) {
        for (let at = 0; at < bytes.length; at += size) {
          const end = Math.min(bytes.length, at + size)
          const middle = (at + end) >>> 1
          // As two parts of one send, one of them empty now and then.
          tap.onSend(way, [bytes.subarray(at, middle), bytes.subarray(middle, end)])
        }
      }
      expect(told).toEqual(expected)
    }
  })

  test('keeps connections apart', () => {
    const { tap, told } = newTap()
    const [first, second] = [metadataRequest(1), produceRequest(1, 1)]
    tap.onSend(flow(true, 1), [first.subarray(0, 9)])
    tap.onSend(flow(true, 2), [second])
    tap.onSend(flow(true, 1), [first.subarray(9)])
    tap.onSend(flow(false, 2), produceResponse(1))
    tap.onSend(flow(false, 1), metadataResponse(1))
    expect(told).toEqual(['> Produce 9 of 10', '> Metadata 12 of 10', '< Produce', '< Metadata'])
  })

  test('remembers who waits for an answer, and what is half said, however many connections come and go', () => {
    const { tap, told } = newTap()
    const late = metadataRequest(9)
    tap.onSend(flow(true, 1), [metadataRequest(7)])
    tap.onSend(flow(true, 2), [late.subarray(0, 11)])
    for (let connection = 3; connection < 2000; connection++) {
      tap.onSend(flow(true, connection), [metadataRequest(1)])
      tap.onSend(flow(false, connection), metadataResponse(1))
    }
    told.length = 0
    tap.onSend(flow(false, 1), metadataResponse(7))
    tap.onSend(flow(true, 2), [late.subarray(11)])
    tap.onSend(flow(false, 2), metadataResponse(9))
    expect(told).toEqual(['< Metadata', '> Metadata 12 of 10', '< Metadata'])
  })

  test("does not hold on to the sender's buffers", () => {
    const { tap, told } = newTap()
    const request = metadataRequest(7)
    const start = request.slice(0, 20)
    tap.onSend(toBroker, [start])
    start.fill(0xff)
    tap.onSend(toBroker, [request.subarray(20)])
    expect(told).toEqual(['> Metadata 12 of 10'])
  })
})

describe('a breach of the protocol', () => {
  test('is a response out of order', () => {
    const { tap, told } = newTap()
    tap.onSend(toBroker, [metadataRequest(1), produceRequest(2, 1)])
    tap.onSend(toClient, produceResponse(2))
    expect(told.slice(2)).toEqual(['! response 2 came where Metadata 1 waits for its answer'])
  })

  test('is a response that nobody waits for: one too many, or one to acks=0', () => {
    const { tap, told } = newTap()
    tap.onSend(toBroker, [produceRequest(1, 0), metadataRequest(2)])
    tap.onSend(toClient, metadataResponse(2))
    tap.onSend(toClient, metadataResponse(2))
    expect(told.slice(2)).toEqual(['< Metadata', '! response 2 answers no request that waits for an answer'])

    const silent = newTap()
    silent.tap.onSend(toBroker, [produceRequest(1, 0)])
    silent.tap.onSend(toClient, produceResponse(1))
    expect(silent.told.slice(1)).toEqual(['! response 1 answers no request that waits for an answer'])
  })

  test('is a request or a response that does not parse, or has bytes to spare', () => {
    const { tap, told } = newTap()
    const whole = metadataRequest(1)
    tap.onSend(toBroker, [framed(...whole.subarray(4), 0)])
    tap.onSend(toBroker, [framed(0, 3)])
    tap.onSend(toBroker, [framed(3, 231, 0, 0, 0, 0, 0, 1, 255, 255)])
    tap.onSend(toBroker, [metadataRequest(2)])
    tap.onSend(toClient, [framed(0, 0, 0, 2, 0)])
    expect(told).toEqual([
      expect.stringMatching(/^! a request does not parse: .+/),
      expect.stringMatching(/^! a request does not parse: .+/),
      '! a request of the unknown API key 999',
      '> Metadata 12 of 10',
      expect.stringMatching(/^! a response does not parse: .+/),
    ])
  })

  test('is a length that no frame has; what follows on that connection is not understood', () => {
    const { tap, told } = newTap()
    tap.onSend(toBroker, [metadataRequest(1)])
    tap.onSend(toClient, [new Uint8Array([0x80, 0, 0, 0, 1])])
    tap.onSend(toClient, metadataResponse(1))
    expect(told).toEqual(['> Metadata 12 of 10', '! a response claims to have 2147483648 bytes'])
  })

  test('is not the answer in version 0 to an ApiVersions request that is newer than the broker', () => {
    const { tap, told, bodies } = newTap()
    const request = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
    tap.onSend(toBroker, [encodeRequest(apis.apiVersions, 4, 1, null, request)])
    tap.onSend(
      toClient,
      encodeResponse(apis.apiVersions, 0, 1, { errorCode: errorCode.UNSUPPORTED_VERSION, apiKeys: [] }),
    )
    expect(told).toEqual(['> ApiVersions 4 of 10', '< ApiVersions'])
    expect(bodies[1]).toMatchObject({ errorCode: errorCode.UNSUPPORTED_VERSION })
  })
})
