import { describe, expect, test } from 'vitest'
import { ClusterJudge } from './cluster-judge.ts'

const both = [1, 2] as const

/** What S3 finds; S1 looks at the same commits and has its own tests. */
const found = ({ broken }: ClusterJudge) => broken.filter((message) => message.startsWith('S3'))

/** Node 1 leads epoch 1, and what opens that epoch is flushed at nodes 1 and 2; node 3 has nothing. */
function established(): ClusterJudge {
  const judge = new ClusterJudge()
  judge.role(1, 'leader', 1)
  judge.replicate(both, { at: 0, epoch: 1 })
  expect(judge.broken).toEqual([])
  return judge
}

describe('S3: whoever leads has all that was told committed', () => {
  test('where the log holds it, or a snapshot in place of it', () => {
    const judge = established()
    judge.replicate(both, { at: 1, epoch: 1 })
    judge.role(2, 'leader', 2)
    judge.begin(3, 2)
    judge.role(3, 'leader', 3)
    expect(judge.broken).toEqual([])
  })

  test('and no promise is broken where it lacks what nobody told committed', () => {
    const judge = established()
    judge.append(1, { at: 1, epoch: 1 })
    judge.role(2, 'leader', 2)
    expect(judge.broken).toEqual([])
  })

  test('and no promise is broken where votes came in late, and a later epoch had a leader by then', () => {
    const judge = established()
    judge.append(3, { at: 0, epoch: 1 })
    judge.role(2, 'leader', 6)
    judge.replicate([2, 1], { at: 1, epoch: 6 })
    judge.role(3, 'leader', 5)
    expect(judge.broken).toEqual([])
    judge.role(3, 'leader', 7)
    expect(judge.broken).toEqual([expect.stringMatching(/^S3: node 3 leads in epoch 7 without metadata offset 1/)])
  })

  test('is broken where a node is elected that lacks the last of it', () => {
    const judge = established()
    judge.role(3, 'leader', 2)
    expect(judge.broken).toEqual([
      'S3: node 3 leads in epoch 2 without metadata offset 0 of epoch 1, which was told committed',
    ])
  })

  test('is broken where it has another record at that offset', () => {
    const judge = established()
    judge.append(3, { at: 0, epoch: 2 })
    judge.role(3, 'leader', 3)
    expect(found(judge)).toEqual([expect.stringMatching(/^S3: node 3 leads in epoch 3 without metadata offset 0/)])
  })
})

describe('S3: what a leader tells committed', () => {
  test('is safe once a majority holds a record of its own epoch, though a minority has a later one', () => {
    const judge = established()
    judge.append(3, { at: 0, epoch: 2 })
    judge.role(1, 'leader', 3)
    judge.replicate(both, { at: 1, epoch: 3 })
    expect(judge.broken).toEqual([])
  })

  test('is a broken promise where a majority holds only what earlier leaders left (figure 8)', () => {
    const judge = established()
    for (const node of both) {
      judge.append(node, { at: 1, epoch: 1 })
      judge.flush(node, 2)
    }
    judge.append(1, { at: 2, epoch: 4 })
    judge.flush(1, 3)
    judge.role(1, 'leader', 4)
    judge.commit(1, 2)
    expect(found(judge)[0]).toMatch(
      /^S3: node 1 tells metadata offset 1 of epoch 1 .* only 1 of 3 voters hold a record/,
    )
  })

  test('is a broken promise where a node without it could win the votes of a majority', () => {
    const judge = established()
    // Nodes 2 and 3 find the log of node 3, which ends in a later epoch, as good as their own.
    judge.append(3, { at: 0, epoch: 2 })
    for (const node of both) {
      judge.append(node, { at: 1, epoch: 1 })
      judge.flush(node, 2)
    }
    judge.commit(1, 2)
    expect(found(judge)).toEqual([
      expect.stringMatching(/^S3: node 1 tells metadata offset 1 .* node 3, which does not have it, can be elected by/),
    ])
  })
})
