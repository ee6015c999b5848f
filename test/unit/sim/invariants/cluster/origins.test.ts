import { describe, expect, test } from 'vitest'
import { ClusterJudge } from './cluster-judge.ts'

/** Node 1 leads epoch 1, and has opened it at offset 0; node 2 has that from it. */
function led(): ClusterJudge {
  const judge = new ClusterJudge()
  judge.role(1, 'leader', 1)
  judge.role(2, 'follower', 1, 1)
  judge.append(1, { at: 0, epoch: 1 })
  judge.append(2, { at: 0, epoch: 1 })
  return judge
}

describe('S2: records of an epoch', () => {
  test('come from its leader, and are kept by whoever has them from there', () => {
    const judge = led()
    judge.append(1, { at: 1, epoch: 1 })
    judge.role(2, 'candidate', 2)
    judge.role(2, 'leader', 2)
    judge.append(2, { at: 1, epoch: 2 })
    // What the first leader had alone, and what it gave nobody, comes to a third after it was deposed.
    judge.append(3, { at: 0, epoch: 1 })
    judge.append(3, { at: 1, epoch: 1 })
    judge.truncate(3, 1)
    judge.append(3, { at: 1, epoch: 2 })
    expect(judge.strangers).toEqual([])
  })

  test('may be there again after a restart, with no part taken yet', () => {
    const judge = led()
    judge.restart(2)
    judge.append(2, { at: 0, epoch: 1 })
    expect(judge.strangers).toEqual([])
  })

  test('may come from a leader whose power failed in the middle of its append', () => {
    const judge = led()
    judge.load(1, { at: 1, epoch: 1 })
    judge.append(2, { at: 1, epoch: 1 })
    expect(judge.strangers).toEqual([])
  })

  test('are a broken promise where a start finds one of an epoch that the node never led', () => {
    const judge = led()
    judge.load(2, { at: 1, epoch: 1 })
    expect(judge.strangers).toEqual([
      'node 2, which never led epoch 1, begins with offset 1 of it in its metadata log, and has it from nobody',
    ])
  })

  test('are a broken promise where a follower makes one, be it of the epoch that it is in', () => {
    const judge = led()
    judge.append(2, { at: 1, epoch: 1 })
    expect(judge.strangers).toEqual([
      'node 2, which is follower in epoch 1, appends offset 1 of epoch 1 to the metadata log, and has it from nobody',
    ])
  })

  test('are a broken promise where a leader makes one of another epoch, older or newer', () => {
    const judge = led()
    judge.append(1, { at: 1, epoch: 2 })
    judge.role(1, 'leader', 3)
    judge.append(1, { at: 2, epoch: 1 })
    expect(judge.strangers).toEqual([
      expect.stringMatching(/^node 1, which is leader in epoch 1, appends offset 1 of epoch 2/),
      expect.stringMatching(/^node 1, which is leader in epoch 3, appends offset 2 of epoch 1/),
    ])
  })

  test('are a broken promise where a node makes one that has not told its part yet', () => {
    const judge = led()
    judge.append(3, { at: 0, epoch: 4 })
    expect(judge.strangers).toEqual([expect.stringMatching(/^node 3, which has no part yet, appends offset 0/)])
  })
})
