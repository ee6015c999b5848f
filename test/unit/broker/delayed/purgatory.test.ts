import { beforeEach, describe, expect, it } from 'vitest'
import { type DelayedOperation, Purgatory } from '../../../../src/broker/delayed/purgatory.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

/** Can be completed once `isReady`; remembers how it ended. */
class Operation implements DelayedOperation {
  isReady = false
  tries = 0
  ends: string[] = []

  tryComplete(): boolean {
    this.tries++
    if (this.isReady) this.ends.push('completed')
    return this.isReady
  }

  expire(): void {
    this.ends.push('expired')
  }
}

let machine: SimulatedMachine
let purgatory: Purgatory<string>
let operation: Operation

beforeEach(() => {
  machine = new SimulatedMachine()
  purgatory = new Purgatory(machine.world.clock)
  operation = new Operation()
})

describe('an operation', () => {
  it('that can be completed at once is never watched', () => {
    operation.isReady = true
    purgatory.tryElseWatch(operation, ['a'], 100)
    expect(operation.ends).toEqual(['completed'])
    expect(purgatory.size).toBe(0)
  })

  it('that nobody waits for any more is forgotten, timer and all', async () => {
    const forget = purgatory.tryElseWatch(operation, ['a', 'b'], 100)
    forget()
    forget()
    expect(purgatory.size).toBe(0)
    purgatory.check('a')
    await machine.runAll()
    expect([operation.tries, operation.ends]).toEqual([1, []])
  })

  it('is tried again when something about one of its keys changed', async () => {
    purgatory.tryElseWatch(operation, ['a', 'b'], 100)
    expect([operation.tries, purgatory.size]).toEqual([1, 1])
    purgatory.check('c')
    expect(operation.tries).toBe(1)
    purgatory.check('a')
    expect([operation.tries, purgatory.size]).toEqual([2, 1])
    operation.isReady = true
    purgatory.check('b')
    expect([operation.ends, purgatory.size]).toEqual([['completed'], 0])
    purgatory.check('a')
    await machine.runAll()
    expect(operation.ends).toEqual(['completed'])
  })

  it('is completed as it stands at its deadline, and not before', async () => {
    purgatory.watch(operation, ['a', 'b'], 100)
    await machine.runAll()
    expect(operation.ends).toEqual(['expired'])
    expect(machine.machines.loop.nowUs).toBeGreaterThanOrEqual(100_000)
    expect(purgatory.size).toBe(0)
    operation.isReady = true
    purgatory.check('a')
    expect(operation.ends).toEqual(['expired'])
  })

  it('waits for something', () => {
    expect(() => purgatory.watch(operation, [], 100)).toThrow('an operation waits for something')
  })

  it('may complete others while it completes', () => {
    const others = [new Operation(), new Operation()]
    const chain: DelayedOperation = {
      tryComplete: () => {
        for (const other of others) other.isReady = true
        purgatory.check('b')
        return true
      },
      expire: () => undefined,
    }
    purgatory.watch(chain, ['a'], 100)
    for (const other of others) purgatory.watch(other, ['a', 'b'], 100)
    purgatory.check('a')
    expect(others.map(({ ends }) => ends)).toEqual([['completed'], ['completed']])
    expect(purgatory.size).toBe(0)
  })
})

it('operations on one key are tried in the order in which they came', () => {
  const order: number[] = []
  for (const index of [0, 1, 2]) {
    purgatory.watch({ tryComplete: () => order.push(index) > 0, expire: () => undefined }, ['a'], 100)
  }
  purgatory.check('a')
  expect(order).toEqual([0, 1, 2])
})
