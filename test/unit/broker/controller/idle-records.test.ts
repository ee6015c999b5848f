import { describe, expect, it } from 'vitest'
import { ControllerFixture } from './controller-fixture.ts'

describe('an active controller that has nothing to write', () => {
  it('writes an empty record when the interval has passed, and again', async () => {
    const fixture = await ControllerFixture.start({ idleIntervalMs: 500 })
    await fixture.advance(499)
    expect(fixture.takeCommitted()).toEqual([])
    await fixture.advance(1101)
    expect(fixture.takeCommitted().map(({ type }) => type)).toEqual(['NoOpRecord', 'NoOpRecord', 'NoOpRecord'])
    expect(fixture.controller.waiting).toBe(0)
  })

  it('writes none while there are others', async () => {
    const fixture = await ControllerFixture.start({ idleIntervalMs: 500 })
    for (let index = 0; index < 5; index++) {
      await fixture.advance(400)
      await fixture.decide([{ type: 'NoOpRecord', version: 0 }])
    }
    expect(fixture.takeCommitted()).toHaveLength(5)
  })

  it('writes none where the interval is 0, and none after its term', async () => {
    const without = await ControllerFixture.start({ idleIntervalMs: 0 })
    await without.advance(60_000)
    expect(without.takeCommitted()).toEqual([])

    const fixture = await ControllerFixture.start({ idleIntervalMs: 500 })
    fixture.controller.resigned(fixture.controller.epoch)
    await fixture.advance(5_000)
    expect(fixture.takeCommitted()).toEqual([])
  })
})
