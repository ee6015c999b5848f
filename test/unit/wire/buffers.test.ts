import { describe, expect, test } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'
import type { ServerRequest } from '../../../src/wire/exchange.ts'
import { FRAME_BYTES_MAX, FrameReceiver } from '../../../src/wire/frame-receiver.ts'
import { SentBuffers } from '../../../src/wire/sent-buffers.ts'
import { ServerConnection } from '../../../src/wire/server-connection.ts'
import { BufferPool } from '../../../src/world/buffer-pool.ts'
import { TestConnection } from './fixture.ts'

const IDLE_BYTES_MAX = 1024 * 1024

function pool(poisons = false): BufferPool {
  return new BufferPool({ idleBytesMax: IDLE_BYTES_MAX, poisons: () => poisons })
}

/** Gives the receiver the bytes, as much at a time as it has room for. */
function feed(receiver: FrameReceiver, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const into = receiver.receiveBuffer()
    const piece = bytes.subarray(at, at + into.length)
    into.set(piece)
    receiver.received(piece.length)
    at += piece.length
  }
}

function framed(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + body.length)
  new DataView(bytes.buffer).setInt32(0, body.length)
  bytes.set(body, 4)
  return bytes
}

describe('a frame in a pooled buffer', () => {
  test.each([600, 16_000, 100_000, 700_000])('of %i bytes is whole, wherever it was received', (length) => {
    const buffers = pool()
    const frames: Uint8Array[] = []
    const receiver = new FrameReceiver(
      FRAME_BYTES_MAX,
      (frame) => frames.push(frame.slice()) && buffers.give(frame),
      buffers,
    )
    for (let round = 1; round <= 3; round++) feed(receiver, framed(new Uint8Array(length).fill(round)))
    expect(frames.map((frame) => frame.length)).toEqual([length, length, length])
    expect(frames.map((frame) => new Set(frame))).toEqual([new Set([1]), new Set([2]), new Set([3])])
  })

  test('that nobody gave back is not overwritten by the next one', () => {
    const frames: Uint8Array[] = []
    const receiver = new FrameReceiver(FRAME_BYTES_MAX, (frame) => frames.push(frame), pool())
    for (let round = 1; round <= 3; round++) feed(receiver, framed(new Uint8Array(5_000).fill(round)))
    expect(frames.map((frame) => frame[4_999])).toEqual([1, 2, 3])
  })

  test('that was announced takes no more memory than has come, while the pool has none to spare', () => {
    const buffers = pool()
    const receiver = new FrameReceiver(FRAME_BYTES_MAX, () => undefined, buffers)
    feed(receiver, framed(new Uint8Array(0xf_ffff)).subarray(0, 5_000))
    expect(receiver.receiveBuffer().length).toBeLessThan(65_536)
    buffers.give(buffers.take(0x10_0000))
    const other = new FrameReceiver(FRAME_BYTES_MAX, () => undefined, buffers)
    feed(other, framed(new Uint8Array(0xf_ffff)).subarray(0, 5_000))
    expect(other.receiveBuffer().length).toBeGreaterThan(65_536)
  })
})

describe("a connection's pooled buffers", () => {
  const produce = encodeRequest(apis.produce, 9, 1, 'c', {
    acks: 1,
    timeoutMs: 0,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: new Uint8Array(2_000) }] }],
  })
  const other = encodeRequest(apis.metadata, 9, 2, 'c'.repeat(2_000), { topics: [] })

  function serve(buffers: BufferPool): { readonly connection: TestConnection; readonly requests: ServerRequest[] } {
    const connection = new TestConnection()
    const requests: ServerRequest[] = []
    const handler = {
      request: (request: ServerRequest) => requests.push(request),
      malformed: () => undefined,
      closed: () => undefined,
    }
    connection.owner = new ServerConnection(connection, handler, { buffers })
    return { connection, requests }
  }

  test('of a Produce is used again once it is answered, and not before', () => {
    const buffers = pool(true)
    const { connection, requests } = serve(buffers)
    connection.deliver(produce)
    const [request] = requests
    expect(buffers.isLent(request!.bytes)).toBe(true)
    const copy = request!.bytes.slice()
    expect(request!.bytes).toEqual(copy)
    request!.reply('none')
    expect(buffers.isLent(request!.bytes)).toBe(false)
    expect(request!.bytes).not.toEqual(copy)
  })

  test('of any other request stays its handler’s', () => {
    const buffers = pool(true)
    const { connection, requests } = serve(buffers)
    connection.deliver(other)
    const copy = requests[0]!.bytes.slice()
    requests[0]!.reply([new Uint8Array(8)])
    expect(requests[0]!.bytes).toEqual(copy)
  })

  test('that were sent go back once the system has taken them, in the order in which they were sent', () => {
    const buffers = pool()
    const connection = new TestConnection()
    const sent = new SentBuffers(connection, buffers)
    const [first, foreign, second] = [buffers.take(1_000), new Uint8Array(500), buffers.take(2_000)]
    sent.add([first, foreign, second])
    const lent = (): readonly boolean[] => [buffers.isLent(first), buffers.isLent(second)]
    connection.unsentBytes = 2_501
    sent.reclaim()
    expect(lent()).toEqual([true, true])
    connection.unsentBytes = 1
    sent.reclaim()
    expect(lent()).toEqual([false, true])
    connection.unsentBytes = 0
    sent.reclaim()
    expect(lent()).toEqual([false, false])
  })
})
