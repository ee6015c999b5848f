import { expect, test } from 'vitest'
import { nodeHost } from '../../../src/campaign/node-host.ts'

/** As a run does: from a task of its own, never from a microtask. */
const inTask = (work: (done: () => void) => void) => new Promise<void>((resolve) => setImmediate(() => work(resolve)))

test('a drain runs microtasks and ticks that bring about one another, to the last', async () => {
  const host = nodeHost()
  for (let round = 0; round < 3; round++) {
    await inTask((done) => {
      const order: string[] = []
      const check = () => {
        expect(order).toEqual(['promise', 'tick', 'promise after tick'])
        done()
      }
      Promise.resolve()
        .then(() => order.push('promise'))
        .then(() =>
          process.nextTick(() => {
            order.push('tick')
            queueMicrotask(() => order.push('promise after tick'))
          }),
        )
      if (host.drain(check)) check()
    })
  }
})

test('a breath lets the real event loop run before the run goes on, and the next one is not due at once', async () => {
  const host = nodeHost()
  let turned = false
  await inTask((done) => {
    setImmediate(() => {
      turned = true
    })
    host.breathe(() => {
      expect(turned).toBe(true)
      expect(host.shouldBreathe()).toBe(false)
      done()
    })
  })
})
