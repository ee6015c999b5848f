import { beforeEach, describe, expect, it } from 'vitest'
import { registerController, unregisterBroker } from '../../../../src/broker/controller/brokers.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { type Uuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { assigned, ControllerFixture, type Registration, uuidOf } from './controller-fixture.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
})

const feature = (name: string, min: number, max: number) => ({
  ...{ name, minSupportedVersion: min, maxSupportedVersion: max },
})

describe('a broker that registers', () => {
  it('gets the offset of its record as its epoch, and is fenced', async () => {
    const offset = cluster.controller.nextOffset
    const { error, brokerEpoch } = await cluster.register({ brokerId: 2, rack: 'a' })
    expect([error, brokerEpoch]).toEqual(['NONE', offset])
    expect(cluster.takeCommitted()).toMatchObject([
      { type: 'RegisterBrokerRecord', version: 3, brokerId: 2, brokerEpoch: offset, fenced: true, rack: 'a' },
    ])
    expect(cluster.controller.state.broker(2)).toMatchObject({ registrationOffset: offset, logDirs: [uuidOf(1002)] })
  })

  it('keeps its epoch and its standing when the same process registers again', async () => {
    await cluster.join(2)
    const before = cluster.controller.state.broker(2)!
    const offset = cluster.controller.nextOffset
    const { error, brokerEpoch } = await cluster.register({ brokerId: 2, rack: 'b' })
    expect([error, brokerEpoch]).toEqual(['NONE', before.epoch])
    const now = cluster.controller.state.broker(2)
    expect(now).toMatchObject({ epoch: before.epoch, fenced: false, rack: 'b', registrationOffset: offset })
  })

  it('as another process gets another epoch and loses what it led', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [2, 3]))
    const before = cluster.controller.state.broker(2)!.epoch
    await cluster.advance(6000)
    await cluster.heartbeat(3)
    await cluster.advance(3001)
    const { error, brokerEpoch } = await cluster.register({ brokerId: 2, incarnationId: uuidOf(99) })
    expect(error).toBe('NONE')
    expect(brokerEpoch).toBeGreaterThan(before)
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 1 })
  })

  it('gets no producer ids and no heartbeat through under the epoch of before', async () => {
    await cluster.register({ brokerId: 2 })
    const { brokerEpoch } = await cluster.register({ brokerId: 2, incarnationId: uuidOf(99) })
    expect((await cluster.heartbeat(2, { brokerEpoch: brokerEpoch - 1 })).error).toBe('STALE_BROKER_EPOCH')
    expect((await cluster.heartbeat(2, { brokerEpoch })).error).toBe('NONE')
  })
})

describe('registering is refused', () => {
  const refusals: [string, string, Registration][] = [
    ['in another cluster', 'INCONSISTENT_CLUSTER_ID', { brokerId: 2, clusterId: 'another' }],
    ['as a broker of ZooKeeper', 'BROKER_ID_NOT_REGISTERED', { brokerId: 2, isMigratingZkBroker: true }],
    ['without a log directory', 'INVALID_REGISTRATION', { brokerId: 2, logDirs: [] }],
    ['with a reserved log directory', 'INVALID_REGISTRATION', { brokerId: 2, logDirs: [ZERO_UUID] }],
    ['with a directory twice', 'INVALID_REGISTRATION', { brokerId: 2, logDirs: [uuidOf(7), uuidOf(7)] }],
    ['with a directory of another', 'INVALID_REGISTRATION', { brokerId: 2, logDirs: [uuidOf(1009)] }],
    [
      ...(['with features that are too new', 'UNSUPPORTED_VERSION'] as const),
      { brokerId: 2, features: [feature('metadata.version', 26, 30)] },
    ],
    [
      ...(['with features that are too old', 'UNSUPPORTED_VERSION'] as const),
      { brokerId: 2, features: [feature('metadata.version', 7, 24)] },
    ],
    ['without naming metadata.version', 'UNSUPPORTED_VERSION', { brokerId: 2, features: [] }],
    [
      ...(['with a feature that is off and must be on', 'UNSUPPORTED_VERSION'] as const),
      { brokerId: 2, features: [feature('metadata.version', 7, 25), feature('group.version', 1, 1)] },
    ],
  ]

  it.each(refusals)('%s: %s', async (_what, error, registration) => {
    await cluster.register({ brokerId: 9 })
    cluster.takeCommitted()
    expect(await cluster.register(registration)).toEqual({ error, brokerEpoch: -1 })
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('while another process of the same id is heard of, and not longer', async () => {
    await cluster.join(2)
    const other = { brokerId: 2, incarnationId: uuidOf(99) }
    expect((await cluster.register(other)).error).toBe('DUPLICATE_BROKER_REGISTRATION')
    await cluster.advance(8000)
    expect((await cluster.register(other)).error).toBe('DUPLICATE_BROKER_REGISTRATION')
    await cluster.advance(1500)
    expect((await cluster.register(other)).error).toBe('NONE')
  })

  it('not in a new term, in which the other process was not heard of yet', async () => {
    await cluster.join(2)
    const { epoch } = cluster.controller
    cluster.controller.resigned(epoch)
    cluster.controller.elected(epoch)
    expect((await cluster.register({ brokerId: 2, incarnationId: uuidOf(99) })).error).toBe('NONE')
    expect(cluster.controller.state.broker(2)).toMatchObject({ incarnationId: uuidOf(99), fenced: true })
  })

  it.each([
    ['AAAAAAAAAAAAAAAAAAAAYw', 'INVALID_REGISTRATION'],
    ['AAAAAAAAAAAAAAAAAAAAZA', 'NONE'],
  ])('for the hundred reserved directory ids only: %s %s', async (id, error) => {
    expect((await cluster.register({ brokerId: 2, logDirs: [id as Uuid] })).error).toBe(error)
  })
})

describe('a broker that is unregistered', () => {
  const unregister = async (brokerId: number): Promise<string> =>
    cluster.ask<string>((done) =>
      unregisterBroker(cluster.controller, brokerId, (refusal) => done(errorName(refusal?.errorCode ?? 0))),
    )

  it('is forgotten, and leads nothing', async () => {
    await cluster.join(2, 3)
    await cluster.create(assigned('t', [2, 3]), assigned('u', [2]))
    expect(await unregister(2)).toBe('NONE')
    expect(cluster.controller.state.broker(2)).toBeUndefined()
    expect(cluster.partition('t')).toMatchObject({ leader: 3, isr: [3], replicas: [2, 3] })
    expect(cluster.partition('u')).toMatchObject({ leader: -1, isr: [2] })
  })

  it('may register again, with another epoch', async () => {
    await cluster.join(2)
    const { epoch } = cluster.controller.state.broker(2)!
    await unregister(2)
    expect((await cluster.heartbeat(2, { brokerEpoch: epoch })).error).toBe('STALE_BROKER_EPOCH')
    expect((await cluster.register({ brokerId: 2 })).brokerEpoch).toBeGreaterThan(epoch)
  })

  it('must have been registered', async () => {
    expect(await unregister(2)).toBe('BROKER_ID_NOT_REGISTERED')
  })
})

it('a controller that registers is known with where it listens', async () => {
  const refusal = await cluster.ask((done) =>
    registerController(
      cluster.controller,
      {
        ...{ controllerId: 7, incarnationId: uuidOf(70), zkMigrationReady: false },
        listeners: [{ name: 'CONTROLLER', host: 'seven', port: 9093, securityProtocol: 0 }],
        features: [feature('metadata.version', 25, 25)],
      },
      done,
    ),
  )
  expect(refusal).toBeUndefined()
  expect([...cluster.controller.state.controllers()]).toMatchObject([
    { controllerId: 7, endPoints: [{ name: 'CONTROLLER', host: 'seven', port: 9093 }] },
  ])
})
