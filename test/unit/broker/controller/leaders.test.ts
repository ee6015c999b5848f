import { beforeEach, describe, expect, it } from 'vitest'
import { assigned, ControllerFixture, newTopic } from './controller-fixture.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  await cluster.join(1, 2, 3)
})

const fence = (brokerId: number) => cluster.heartbeat(brokerId, { wantFence: true })

describe('when a broker is fenced', () => {
  it.each([
    ['the first in sync of the assignment leads in place of the leader', [3, 1, 2], 3, { leader: 1, isr: [1, 2] }],
    ['the leader stays where another is fenced, and so does its epoch', [1, 2, 3], 2, { leader: 1, leaderEpoch: 0 }],
    ['it leaves the ISR', [1, 2, 3], 2, { isr: [1, 3], partitionEpoch: 1 }],
    ['the last one stays in the ISR, and nobody leads', [2], 2, { leader: -1, isr: [2], leaderEpoch: 1 }],
    ['its assignment stays', [1, 2, 3], 1, { replicas: [1, 2, 3] }],
    ['nothing changes where it is no replica', [1, 2], 3, { leader: 1, isr: [1, 2], partitionEpoch: 0 }],
  ])('%s', async (_what, replicas, fenced, expected) => {
    await cluster.create(assigned('t', replicas))
    await fence(fenced)
    expect(cluster.partition('t')).toMatchObject(expected)
  })

  it('no epoch moves where it was out of sync already and leads nothing', async () => {
    await cluster.create(assigned('t', [1, 2]))
    await fence(2)
    await cluster.heartbeat(2)
    const before = cluster.partition('t')
    await fence(2)
    expect(cluster.partition('t')).toEqual(before)
  })

  it('all of it is one batch, the changes besides what is said of the broker', async () => {
    await cluster.create(assigned('t', [1, 2], [1, 3]))
    cluster.takeCommitted()
    await fence(1)
    expect(cluster.takeCommitted()).toMatchObject([
      { type: 'BrokerRegistrationChangeRecord', fenced: 1 },
      { type: 'PartitionChangeRecord', version: 2, partitionId: 0, isr: [2], leader: 2, replicas: null },
      { type: 'PartitionChangeRecord', version: 2, partitionId: 1, isr: [3], leader: 3, replicas: null },
    ])
  })

  it('thousands of partitions are moved in slices, and what is said of the broker comes last', async () => {
    await cluster.create(newTopic('t', { numPartitions: 2500, replicationFactor: 3 }))
    cluster.takeCommitted()
    const sizes: number[] = []
    cluster.controller.options.quorum.listen({ committed: ({ records }) => sizes.push(records.length) })
    await fence(1)
    expect(sizes).toEqual([400, 400, 400, 400, 400, 400, 101])
    const records = cluster.takeCommitted()
    expect(records.findIndex(({ type }) => type === 'BrokerRegistrationChangeRecord')).toBe(2400)
    for (let index = 0; index < 2500; index++) {
      const { leader, isr } = cluster.partition('t', index)
      expect([leader === 1, isr.includes(1), isr.length]).toEqual([false, false, 2])
    }
  })
})

describe('when a broker is unfenced', () => {
  it('it leads what nobody leads and it was last in sync for, and nothing else', async () => {
    await cluster.create(assigned('mine', [2]), assigned('theirs', [1, 2]))
    await fence(2)
    await cluster.heartbeat(2)
    expect(cluster.partition('mine')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 2 })
    expect(cluster.partition('theirs')).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 0 })
  })

  it('one that was not last in sync does not lead, though nobody else does', async () => {
    await cluster.create(assigned('t', [1, 2]))
    await fence(1)
    await fence(2)
    expect(cluster.partition('t')).toMatchObject({ leader: -1, isr: [2] })
    await cluster.heartbeat(1)
    expect(cluster.partition('t')).toMatchObject({ leader: -1, isr: [2] })
    await cluster.heartbeat(2)
    expect(cluster.partition('t')).toMatchObject({ leader: 2, isr: [2] })
  })
})
