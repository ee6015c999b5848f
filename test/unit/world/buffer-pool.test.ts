import { expect, test } from 'vitest'
import { BufferPool } from '../../../src/world/buffer-pool.ts'

const idleBytesMax = 64 * 1024

test('a buffer that was given back is the next one taken of its size', () => {
  const pool = new BufferPool({ idleBytesMax })
  const first = pool.take(5_000)
  expect(first.length).toBe(5_000)
  pool.give(first.subarray(10, 20))
  const second = pool.take(8_000)
  expect([second.length, second.buffer === first.buffer]).toEqual([8_000, true])
  expect(pool.take(8_000).buffer).not.toBe(second.buffer)
})

test('two who take buffers never share one, though it was given back twice', () => {
  const pool = new BufferPool({ idleBytesMax })
  const buffer = pool.take(5_000)
  pool.give(buffer)
  pool.give(buffer)
  expect(pool.take(5_000).buffer).not.toBe(pool.take(5_000).buffer)
})

test('what was not taken from a pool is not taken into it', () => {
  const [pool, other] = [new BufferPool({ idleBytesMax }), new BufferPool({ idleBytesMax })]
  pool.give(new Uint8Array(8_192))
  pool.give(other.take(8_192))
  pool.give(new Uint8Array(0))
  expect(pool.takeIdle(8_192)).toBeUndefined()
})

test('a pool keeps no more than it is allowed to', () => {
  const pool = new BufferPool({ idleBytesMax })
  const buffers = Array.from({ length: 20 }, () => pool.take(8_192))
  for (const buffer of buffers) pool.give(buffer)
  const kept = Array.from({ length: 20 }, () => pool.takeIdle(8_192)).filter((buffer) => buffer !== undefined)
  expect(kept.length).toBe(8)
})

test('very small and very large buffers are made and forgotten', () => {
  const pool = new BufferPool({ idleBytesMax: 2 ** 30 })
  for (const bytes of [0, 1, 256, 2 ** 24 + 1]) {
    const buffer = pool.take(bytes)
    expect([buffer.length, pool.isLent(buffer)]).toEqual([bytes, false])
    pool.give(buffer)
    expect(pool.takeIdle(bytes)).toBeUndefined()
  }
})

test('a buffer is overwritten when it is given back, where that is asked for', () => {
  const pool = new BufferPool({ idleBytesMax, poisons: () => true })
  const buffer = pool.take(1_000).fill(7)
  pool.give(buffer)
  expect(new Set(buffer)).toEqual(new Set([0xdb]))
})
