import { expect, it } from 'vitest'
import { updateFeatures } from '../../../../src/broker/controller/features.ts'
import { allocateProducerIds, type ProducerIdBlock } from '../../../../src/broker/controller/producer-id-blocks.ts'
import { Refusal } from '../../../../src/broker/controller/refusal.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { ControllerFixture } from './controller-fixture.ts'

const [UPGRADE, SAFE] = [1, 2]

async function update(cluster: ControllerFixture, feature: string, level: number, upgradeType = UPGRADE) {
  const refusal = await cluster.ask<Refusal | undefined>((done) =>
    updateFeatures(cluster.controller, [{ feature, maxVersionLevel: level, upgradeType }], false, done),
  )
  return refusal === undefined ? 'NONE' : `${errorName(refusal.errorCode)}: ${refusal.errorMessage}`
}

it('the one level of metadata.version that is served may be finalized', async () => {
  const cluster = await ControllerFixture.start()
  await cluster.join(2)
  cluster.takeCommitted()
  expect(await update(cluster, 'metadata.version', 25)).toBe('NONE')
  expect(cluster.takeCommitted()).toMatchObject([{ type: 'FeatureLevelRecord', featureLevel: 25 }])
})

it('of a feature that is named twice what is said last counts', async () => {
  const cluster = await ControllerFixture.start()
  const asked = (...levels: readonly number[]) =>
    cluster.ask<Refusal | undefined>((done) => {
      const updates = levels.map((level) => ({
        ...{ feature: 'metadata.version', maxVersionLevel: level, upgradeType: UPGRADE },
      }))
      updateFeatures(cluster.controller, updates, false, done)
    })
  expect(errorName((await asked(25, 0))!.errorCode)).toBe('INVALID_UPDATE_VERSION')
  expect(await asked(0, 25)).toBeUndefined()
})

it('level 0 of kraft.version is what the quorum has: it is granted, and nothing is written', async () => {
  const cluster = await ControllerFixture.start()
  for (const upgradeType of [UPGRADE, SAFE]) expect(await update(cluster, 'kraft.version', 0, upgradeType)).toBe('NONE')
  expect(await update(cluster, 'kraft.version', 1)).toContain('INVALID_UPDATE_VERSION')
  expect(cluster.takeCommitted()).toEqual([])
})

it.each<[string, number, number, string]>([
  ['metadata.version', 26, UPGRADE, 'This controller only supports versions 25'],
  ['metadata.version', 24, SAFE, 'This controller only supports versions 25'],
  ['metadata.version', -1, UPGRADE, 'cannot be less than 0'],
  ['metadata.version', 25, 0, 'does not support the given upgrade type'],
  ['group.version', 1, UPGRADE, 'does not support this feature'],
])('%s to %i by %i is refused, and nothing is written: %s', async (feature, level, upgradeType, why) => {
  const cluster = await ControllerFixture.start()
  const answer = await update(cluster, feature, level, upgradeType)
  expect(answer).toContain('INVALID_UPDATE_VERSION: The update failed for all features')
  expect(answer).toContain(why)
  expect(cluster.takeCommitted()).toEqual([])
})

it('producer ids are given in blocks, none twice, to the registered life of a broker', async () => {
  const cluster = await ControllerFixture.start()
  const { brokerEpoch } = await cluster.register({ brokerId: 2 })
  const allocate = async (epoch: number) => {
    const answer = await cluster.ask<ProducerIdBlock | Refusal>((done) =>
      allocateProducerIds(cluster.controller, { brokerId: 2, brokerEpoch: epoch }, done),
    )
    return answer instanceof Refusal ? errorName(answer.errorCode) : [answer.first, answer.end]
  }
  expect(await allocate(brokerEpoch)).toEqual([0, 1000])
  expect(await allocate(brokerEpoch)).toEqual([1000, 2000])
  expect(await allocate(brokerEpoch - 1)).toBe('STALE_BROKER_EPOCH')
  expect(cluster.controller.state.nextProducerId).toBe(2000)
})
