import { describe, expect, it } from 'vitest'
import { EventQueue } from '../../../../src/broker/quorum/event-queue.ts'
import type { RaftEvent } from '../../../../src/broker/quorum/raft/raft-events.ts'

const resign = (epoch: number): RaftEvent => ({ type: 'resign', epoch })

/** What a queue gave, in order; nothing is released by itself. */
function queued(): { readonly queue: EventQueue; readonly taken: RaftEvent[] } {
  const taken: RaftEvent[] = []
  return { queue: new EventQueue((event) => taken.push(event)), taken }
}

describe('The events of a quorum node', () => {
  it('wait until the node has begun', () => {
    const { queue, taken } = queued()
    queue.post(resign(1))
    expect(taken).toEqual([])
    queue.release()
    expect(taken).toEqual([resign(1)])
  })

  it('are taken one at a time, in the order in which they came', () => {
    const { queue, taken } = queued()
    queue.release()
    for (const epoch of [1, 2, 3]) queue.post(resign(epoch))
    expect(taken).toEqual([resign(1)])
    queue.release()
    queue.release()
    expect(taken).toEqual([1, 2, 3].map(resign))
  })

  it('come behind the end of what was waited for', () => {
    const { queue, taken } = queued()
    queue.post(resign(1))
    queue.follow({ type: 'log-moved' })
    queue.followAtOnce({ type: 'truncated' })
    for (let turn = 0; turn < 3; turn++) queue.release()
    expect(taken).toEqual([{ type: 'truncated' }, resign(1), { type: 'log-moved' }])
  })

  it('are not taken from outside once it is closed', () => {
    const { queue, taken } = queued()
    queue.close()
    queue.release()
    queue.post(resign(1))
    expect(taken).toEqual([])
  })

  it('are dropped when it closes, and the one under way comes to its end first', () => {
    const { queue, taken } = queued()
    queue.release()
    queue.post(resign(1))
    queue.post(resign(2))
    let isIdle = false
    queue.close(() => {
      isIdle = true
    })
    expect(isIdle).toBe(false)
    queue.follow({ type: 'log-moved' })
    queue.release()
    expect([isIdle, taken]).toEqual([true, [resign(1)]])
  })
})
