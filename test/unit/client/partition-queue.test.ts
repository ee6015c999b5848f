import { expect, test } from 'vitest'
import { PartitionQueue } from '../../../src/client/partition-queue.ts'
import { ProducerBatch } from '../../../src/client/producer-batch.ts'

const identity = { producerId: 9, epoch: 0 }

function queueOf(recordCounts: readonly number[]): PartitionQueue {
  const queue = new PartitionQueue('t', 0)
  for (const count of recordCounts) {
    const batch = new ProducerBatch(0, 0, 0)
    for (let index = 0; index < count; index++) {
      batch.tryAdd({ timestamp: 0, key: null, value: null }, 100, 10_000, () => undefined)
    }
    batch.isClosed = true
    queue.waiting.push(batch)
  }
  return queue
}

test('batches are numbered one after the other, by their records', () => {
  const queue = queueOf([3, 1, 2])
  const sequences = [1, 2, 3].map(() => queue.take(identity).baseSequence)
  expect(sequences).toEqual([0, 3, 4])
})

/** The first of four batches is in the log. */
function established(): PartitionQueue {
  const queue = queueOf([1, 1, 1, 1])
  queue.acknowledged(queue.take(identity))
  return queue
}

test('no more batches fly than allowed', () => {
  const queue = established()
  queue.take(identity)
  queue.take(identity)
  expect(queue.readiness(identity, 2)).toBe('blocked')
  expect(queue.readiness(identity, 3)).toBe('sendable')
})

test('the first of an id and epoch flies alone, for a leader that has nothing of them would take any number', () => {
  const queue = queueOf([1, 1, 1, 1])
  const first = queue.take(identity)
  expect(queue.readiness(identity, 5)).toBe('blocked')
  queue.retry(first)
  queue.acknowledged(queue.take(identity))
  queue.acknowledged(queue.take(identity))
  const next = { ...identity, epoch: 1 }
  queue.take(next)
  expect([queue.head?.isSequenced, queue.readiness(next, 5)]).toEqual([false, 'blocked'])
})

test('without idempotence the first has company at once', () => {
  const queue = queueOf([1, 1])
  queue.take(undefined)
  expect(queue.readiness(undefined, 5)).toBe('sendable')
})

test('batches that come back keep their numbers and go out oldest first, one at a time', () => {
  const queue = queueOf([1, 1, 1])
  const [first, second] = [queue.take(identity), queue.take(identity)]
  queue.retry(second)
  queue.retry(first)
  expect(queue.take(identity)).toBe(first)
  expect(queue.readiness(identity, 5)).toBe('blocked')
  queue.acknowledged(first)
  expect(queue.readiness(identity, 5)).toBe('sendable')
  expect(queue.take(identity)).toBe(second)
  expect(second.baseSequence).toBe(1)
})

test('a batch that comes back may overtake younger ones in flight', () => {
  const queue = queueOf([1, 1])
  const first = queue.take(identity)
  queue.take(identity)
  queue.retry(first)
  expect(queue.readiness(identity, 5)).toBe('sendable')
})

test('behind a batch of unknown fate nothing is sent until all others are settled and the epoch is new', () => {
  const queue = queueOf([1, 1, 1])
  const [lost, younger] = [queue.take(identity), queue.take(identity)]
  lost.isUnknown = true
  queue.failed(lost)
  expect(queue.readiness(identity, 5)).toBe('blocked')
  queue.renumber(younger)
  expect(queue.readiness(identity, 5)).toBe('needs-new-epoch')
  const next = { ...identity, epoch: 1 }
  expect(queue.readiness(next, 5)).toBe('sendable')
  expect(queue.take(next)).toBe(younger)
  expect([younger.producerEpoch, younger.baseSequence]).toEqual([1, 0])
})

test('a batch that still holds numbers is settled before one that was numbered anew', () => {
  const queue = queueOf([1, 1, 1])
  const [lost, second, third] = [queue.take(identity), queue.take(identity), queue.take(identity)]
  lost.isUnknown = true
  third.isUnknown = true
  queue.failed(lost)
  queue.renumber(second)
  queue.retry(third)
  expect(queue.head).toBe(third)
  expect(queue.readiness({ ...identity, epoch: 1 }, 5)).toBe('sendable')
  expect(queue.isOldestSequenced(third)).toBe(true)
})

test('an epoch that another partition brought about begins once nothing of the old one is unsettled', () => {
  const queue = queueOf([1, 1])
  const first = queue.take(identity)
  const next = { ...identity, epoch: 1 }
  expect(queue.readiness(next, 5)).toBe('blocked')
  queue.acknowledged(first)
  expect(queue.readiness(next, 5)).toBe('sendable')
  expect(queue.take(next).baseSequence).toBe(0)
})

test('a batch of unknown fate is never numbered anew', () => {
  const queue = queueOf([1])
  const batch = queue.take(identity)
  batch.isUnknown = true
  expect(() => queue.renumber(batch)).toThrow('only a batch of known fate is numbered anew')
})
