import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME_BYTES_MAX, FrameReceiver } from '../../../src/wire/frame-receiver.ts'
import { framed } from './fixture.ts'

function receiverOf(max = FRAME_BYTES_MAX) {
  const frames: Uint8Array[] = []
  return { receiver: new FrameReceiver(max, (frame) => frames.push(frame)), frames }
}

/** Gives the bytes in pieces of these sizes, over and over; returns the first problem. */
function feed(receiver: FrameReceiver, bytes: Uint8Array, sizes: readonly number[]): string | undefined {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const into = receiver.receiveBuffer()
    const piece = bytes.subarray(at, at + Math.min(sizes[turn % sizes.length]!, into.length))
    into.set(piece)
    const problem = receiver.received(piece.length)
    if (problem !== undefined) return problem
    at += piece.length
  }
  return undefined
}

function patterned(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 7 + seed)
}

describe('frames', () => {
  it('come out whole when the bytes are split at any one boundary', () => {
    const payloads = [patterned(5, 1), patterned(0, 2), patterned(300, 3)]
    const bytes = framed(...payloads)
    for (let split = 1; split < bytes.length; split++) {
      const { receiver, frames } = receiverOf()
      feed(receiver, bytes.subarray(0, split), [split])
      feed(receiver, bytes.subarray(split), [bytes.length])
      expect(frames).toEqual(payloads)
    }
  })

  it('of any sizes come out whole and in order however the bytes are split', () => {
    const size = fc.oneof(fc.nat(40), fc.constantFrom(16_379, 16_380, 16_381, 65_536, 65_537), fc.nat(300_000))
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 6 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1000, max: 100_000 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (lengths, sizes) => {
          const payloads = lengths.map(patterned)
          const { receiver, frames } = receiverOf()
          const pieces = sizes.every((each) => each < 10) ? [...sizes, 5000] : sizes
          expect(feed(receiver, framed(...payloads), pieces)).toBeUndefined()
          expect(frames.length).toBe(payloads.length)
          for (const [index, frame] of frames.entries()) expect(Buffer.compare(frame, payloads[index]!)).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('that came together in one delivery come out of it together, each in bytes of its own', () => {
    const { receiver, frames } = receiverOf()
    feed(receiver, framed(patterned(3, 1), patterned(4, 2), patterned(5, 3)), [1000])
    expect(frames.map(({ length }) => length)).toEqual([3, 4, 5])
    feed(receiver, framed(patterned(3, 9)), [1000])
    expect(frames[0]).toEqual(patterned(3, 1))
    expect(new Set(frames.map(({ buffer }) => buffer)).size).toBe(4)
  })

  it('that are long are received straight into their own array', () => {
    const { receiver, frames } = receiverOf()
    const payload = patterned(50_000, 1)
    const bytes = framed(payload)
    feed(receiver, bytes.subarray(0, 100), [100])
    const room = receiver.receiveBuffer()
    expect(room.length).toBe(50_000 - 96)
    feed(receiver, bytes.subarray(100), [100_000])
    expect(frames[0]!.buffer).toBe(room.buffer)
  })

  it('of a peer that announces much and sends little take little memory', () => {
    const { receiver } = receiverOf()
    feed(receiver, Uint8Array.of(0x06, 0x40, 0, 0, 1), [5])
    expect(receiver.receiveBuffer().buffer.byteLength).toBe(65_536)
    feed(receiver, patterned(65_536, 0), [65_536])
    expect(receiver.receiveBuffer().buffer.byteLength).toBe(4 * 65_536)
  })

  it('of a length that is negative or over the limit are a problem, after those before them', () => {
    for (const length of [
      [0xff, 0xff, 0xff, 0xff],
      [0x80, 0, 0, 0],
      [0, 0, 0, 11],
      [0x7f, 0xff, 0xff, 0xff],
    ]) {
      const { receiver, frames } = receiverOf(10)
      const problem = feed(receiver, Uint8Array.from([...framed(patterned(10, 1)), ...length, 1, 2]), [100])
      expect(problem).toMatch(/10 are allowed/)
      expect(frames.length).toBe(1)
      expect(feed(receiver, framed(patterned(3, 1)), [100])).toBeUndefined()
      expect(frames.length).toBe(1)
    }
  })

  it('stop coming when the receiver is stopped inside a delivery', () => {
    const frames: Uint8Array[] = []
    const receiver = new FrameReceiver(100, (frame) => {
      frames.push(frame)
      receiver.stop()
    })
    expect(feed(receiver, framed(patterned(1, 1), patterned(1, 2)), [100])).toBeUndefined()
    expect(frames.length).toBe(1)
  })
})
