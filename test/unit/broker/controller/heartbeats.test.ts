import { beforeEach, describe, expect, it } from 'vitest'
import { assigned, ControllerFixture, uuidOf } from './controller-fixture.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
})

const broker = (id: number) => cluster.controller.state.broker(id)

describe('a heartbeat', () => {
  it('unfences a broker once it has applied its registration', async () => {
    const { brokerEpoch } = await cluster.register({ brokerId: 2 })
    expect(await cluster.heartbeat(2, { currentMetadataOffset: brokerEpoch - 1 })).toEqual({
      ...{ error: 'NONE', isCaughtUp: false, isFenced: true, shouldShutDown: false },
    })
    expect(broker(2)!.fenced).toBe(true)
    expect(await cluster.heartbeat(2, { currentMetadataOffset: brokerEpoch })).toEqual({
      ...{ error: 'NONE', isCaughtUp: true, isFenced: false, shouldShutDown: false },
    })
    expect(broker(2)!.fenced).toBe(false)
    expect(cluster.takeCommitted().at(-1)).toMatchObject({
      ...{ type: 'BrokerRegistrationChangeRecord', version: 0, brokerId: 2, brokerEpoch, fenced: -1 },
    })
  })

  it('does not unfence a broker that wants to stay fenced', async () => {
    await cluster.register({ brokerId: 2 })
    expect(await cluster.heartbeat(2, { wantFence: true })).toMatchObject({ isCaughtUp: true, isFenced: true })
  })

  it('changes nothing where nothing changed', async () => {
    await cluster.join(2)
    cluster.takeCommitted()
    expect(await cluster.heartbeat(2)).toMatchObject({ error: 'NONE', isFenced: false })
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('fences a broker that wants to be', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [2, 3]))
    expect(await cluster.heartbeat(2, { wantFence: true })).toMatchObject({ isFenced: true, shouldShutDown: false })
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3] })
  })

  it.each([
    ['of a broker that never registered', 7, 1],
    ['of an earlier registration', 2, 0],
    ['of a later one than there is', 2, 1_000_000],
  ])('%s is refused', async (_what, brokerId, brokerEpoch) => {
    await cluster.join(2)
    cluster.takeCommitted()
    expect(await cluster.heartbeat(brokerId, { brokerEpoch })).toEqual({
      ...{ error: 'STALE_BROKER_EPOCH', isCaughtUp: false, isFenced: true, shouldShutDown: false },
    })
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('that tells of a lost directory takes its replicas out of the ISRs', async () => {
    const [kept, lost] = [uuidOf(51), uuidOf(52)]
    await cluster.register({ brokerId: 2, logDirs: [kept, lost] })
    await cluster.heartbeat(2)
    await cluster.join(3)
    await cluster.create(assigned('kept', [2, 3]), assigned('lost', [2, 3]))
    for (const [topic, directory] of [
      ['kept', kept],
      ['lost', lost],
    ] as const) {
      const { topicId, index: partitionId, directories } = cluster.partition(topic)
      await cluster.decide([
        {
          ...{ type: 'PartitionChangeRecord', version: 2, topicId, partitionId, leader: -2, isr: null, replicas: null },
          ...{ removingReplicas: null, addingReplicas: null, leaderRecoveryState: -1 },
          ...{ eligibleLeaderReplicas: null, lastKnownElr: null, directories: [directory, directories[1]!] },
        },
      ])
    }
    expect(await cluster.heartbeat(2, { offlineLogDirs: [lost] })).toMatchObject({ error: 'NONE', isFenced: false })
    expect(cluster.partition('kept')).toMatchObject({ leader: 2, isr: [2, 3] })
    expect(cluster.partition('lost')).toMatchObject({ leader: 3, isr: [3] })
    expect(broker(2)!.logDirs).toEqual([kept])
  })
})

describe('a broker that wants to shut down', () => {
  it('may do so at once where it is fenced', async () => {
    await cluster.register({ brokerId: 2 })
    expect(await cluster.heartbeat(2, { wantShutDown: true })).toMatchObject({ isFenced: true, shouldShutDown: true })
  })

  it('may do so at once where it leads nothing, and is fenced', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [3, 2]))
    expect(await cluster.heartbeat(2, { wantShutDown: true })).toMatchObject({ isFenced: true, shouldShutDown: true })
    expect(broker(2)!.fenced).toBe(true)
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3] })
  })

  it('waits until every active broker has applied that it leads nothing any more', async () => {
    await cluster.join(2, 3, 4)
    await cluster.create(assigned('t', [2, 3, 4]))
    const wants = { wantShutDown: true }
    expect(await cluster.heartbeat(2, wants)).toMatchObject({ isFenced: false, shouldShutDown: false })
    expect(broker(2)).toMatchObject({ fenced: false, inControlledShutdown: true })
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3, 4] })
    await cluster.heartbeat(3)
    expect(await cluster.heartbeat(2, wants)).toMatchObject({ shouldShutDown: false })
    await cluster.heartbeat(4)
    expect(await cluster.heartbeat(2, wants)).toMatchObject({ isFenced: true, shouldShutDown: true })
    expect(broker(2)!.fenced).toBe(true)
  })

  it('gets no new replicas meanwhile', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [2, 3]))
    await cluster.heartbeat(2, { wantShutDown: true })
    await cluster.create({ ...assigned('u'), numPartitions: 4, replicationFactor: 1 })
    expect([0, 1, 2, 3].map((index) => cluster.partition('u', index).replicas)).toEqual([[3], [3], [3], [3]])
  })
})

describe('a broker that falls silent', () => {
  it('is fenced when its session is over, not before', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [2, 3]))
    await cluster.advance(6000)
    await cluster.heartbeat(3)
    await cluster.advance(2900)
    expect(broker(2)!.fenced).toBe(false)
    await cluster.advance(200)
    expect(broker(2)!.fenced).toBe(true)
    expect(broker(3)!.fenced).toBe(false)
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 1, partitionEpoch: 1 })
  })

  it('is unfenced again by its next heartbeat, and leads what nobody else could', async () => {
    await cluster.join(2)
    await cluster.create(assigned('t', [2]))
    await cluster.advance(9100)
    expect(cluster.partition('t')).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1, partitionEpoch: 1 })
    expect(await cluster.heartbeat(2)).toMatchObject({ isFenced: false })
    expect(cluster.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 2, partitionEpoch: 2 })
  })

  it('together with others is fenced, and all of them are', async () => {
    await cluster.join(2, 3, 4)
    await cluster.create(assigned('t', [2, 3, 4]))
    await cluster.advance(9200)
    expect([2, 3, 4].map((id) => broker(id)!.fenced)).toEqual([true, true, true])
    expect(cluster.partition('t')).toMatchObject({ leader: -1, isr: [4] })
  })

  it('is fenced later where the disk is full, once it is not', async () => {
    await cluster.join(2)
    cluster.machine.node.disk.capacityBytes = 0
    await cluster.advance(9100)
    expect(broker(2)!.fenced).toBe(false)
    cluster.machine.node.disk.capacityBytes = Number.MAX_SAFE_INTEGER
    await cluster.advance(2000)
    expect(broker(2)!.fenced).toBe(true)
  })
})
