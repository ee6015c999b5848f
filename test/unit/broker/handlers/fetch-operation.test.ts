/** Many fetches that share few bytes, over partitions whose reads are finished by the test. */

import { beforeEach, describe, expect, it } from 'vitest'
import { ByteBudget } from '../../../../src/broker/delayed/byte-budget.ts'
import { type Fetched, FetchOperation } from '../../../../src/broker/handlers/fetch-operation.ts'
import type { FetchTarget } from '../../../../src/broker/handlers/fetch-sessions.ts'
import type { Services } from '../../../../src/broker/handlers/services.ts'
import type { LogRead, ReadDone } from '../../../../src/broker/log/log-read.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { BufferPool } from '../../../../src/world/buffer-pool.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

let machine: SimulatedMachine
let budget: ByteBudget
let reads: { readonly read: LogRead; readonly done: ReadDone }[]

beforeEach(() => {
  machine = new SimulatedMachine()
  budget = new ByteBudget(1000)
  reads = []
})

/** A fetch of so many partitions with so many bytes each at most; `answers` gets the bytes of each partition. */
function fetch(partitions: number, answers: number[][], maxBytes = 600): FetchOperation {
  const log = {
    ...{ startOffset: 0, endOffset: 10, config: { compressionType: 'producer' } },
    read: (read: LogRead, done: ReadDone) => reads.push({ read, done }),
  }
  const led = () => ({ log, leaderEpoch: 0, highWatermark: 10 })
  const given = {
    world: machine.world,
    fetchBytes: budget,
    buffers: new BufferPool({ idleBytesMax: 0 }),
    partitions: { led },
  }
  const services = given as unknown as Services
  const targets = Array.from({ length: partitions }, (_, partition): FetchTarget => {
    const { currentLeaderEpoch, lastFetchedEpoch } = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 }
    return {
      topic: 't',
      topicId: ZERO_UUID,
      partition,
      currentLeaderEpoch,
      fetchOffset: 0,
      lastFetchedEpoch,
      maxBytes,
    }
  })
  const limits = { maxWaitMs: 0, minBytes: 1, maxBytes: 100 * maxBytes, usesTopicIds: false }
  const done = (fetched: readonly Fetched[]): void => void answers.push(fetched.map(({ records }) => records.length))
  const operation = new FetchOperation(services, targets, limits, done)
  operation.start()
  return operation
}

const finishRead = (bytes: number): void => reads.shift()!.done(undefined, new Uint8Array(bytes))

describe('a fetch that finds too few bytes left', () => {
  it('is answered with what it has read', () => {
    const answers: number[][] = []
    fetch(2, answers)
    finishRead(600)
    expect(answers).toEqual([[600, 0]])
    expect(budget.taken).toBe(0)
  })

  it('waits for its turn if it has nothing yet', async () => {
    const answers: number[][] = []
    fetch(1, answers)
    fetch(1, answers)
    await machine.runAll()
    expect(reads).toHaveLength(1)
    finishRead(500)
    await machine.runAll()
    finishRead(400)
    expect(answers).toEqual([[500], [400]])
    expect(budget.taken).toBe(0)
  })

  it('reads no more than its share when its turn has come', async () => {
    const MIB = 1_048_576
    budget = new ByteBudget(64 * MIB)
    const answers: number[][] = []
    const occupant = budget.tryTake(64 * MIB)!
    const waiting = [fetch(1, answers, 50 * MIB), fetch(1, answers, 50 * MIB)]
    budget.give(occupant)
    await machine.runAll()
    expect(reads.map(({ read }) => read.maxBytes)).toEqual(waiting.map(() => MIB))
  })

  it('takes no turn when whoever asked has gone, and lets the next one read', async () => {
    const answers: number[][] = []
    const [gone, first] = [fetch(1, answers), fetch(1, answers)]
    fetch(1, answers)
    first.abandon()
    finishRead(600)
    await machine.runAll()
    finishRead(300)
    expect(answers).toEqual([[600], [300]])
    gone.abandon()
    expect(budget.taken).toBe(0)
  })
})

describe('a fetch', () => {
  it('keeps of the bytes only what it has read, so that others may read at the same time', () => {
    const answers: number[][] = []
    fetch(2, answers)
    finishRead(100)
    expect(budget.taken).toBe(700)
    finishRead(50)
    expect([answers, budget.taken]).toEqual([[[100, 50]], 0])
  })

  it('whose asker goes while it reads gives everything back, and is not answered', () => {
    const answers: number[][] = []
    fetch(1, answers).abandon()
    finishRead(600)
    expect([answers, budget.taken]).toEqual([[], 0])
  })
})
