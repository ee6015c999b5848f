import { describe, expect, it } from 'vitest'
import type { CallLocally } from '../../../../src/broker/membership/controller-channel.ts'
import { ControllerRegistration } from '../../../../src/broker/membership/controller-registration.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import type { ControllerRegistrationRequestInput } from '../../../../src/protocol/messages/70-controller-registration.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { decoded, topicIdOf } from '../metadata/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

type Answer = (errorCode: number | undefined) => void

/** A controller that registers with an active one of which the test decides what it answers. */
function registering() {
  const machine = new SimulatedMachine()
  const { world } = machine
  const image = new MetadataImage()
  const asked: ControllerRegistrationRequestInput[] = []
  const answers: Answer[] = []
  const ask: CallLocally = (_api, body, done) => {
    asked.push(body as unknown as ControllerRegistrationRequestInput)
    answers.push((code) => done((code === undefined ? undefined : { errorCode: code }) as never))
  }
  const registration = new ControllerRegistration({
    ...{ world, observer: new Observer(world.trace), nodeId: 2, address: { host: 'node-2', port: 9093 }, image },
    channel: { request: (api, body, _timeoutMs, done) => ask(api, body, done) },
  })
  const commit = (incarnationId: Uuid): void => {
    const record = decoded({
      ...{ type: 'RegisterControllerRecord', version: 0, controllerId: 2, incarnationId },
      ...{ zkMigrationReady: false, endPoints: [], features: [] },
    })
    const baseOffset = image.endOffset
    image.apply({ baseOffset, endOffset: baseOffset + 1, epoch: 1, records: [record] })
  }
  registration.start()
  return { machine, registration, asked, answers, commit }
}

describe('a controller that starts', () => {
  it('tells the active controller where it listens and which levels it supports', () => {
    const { asked } = registering()
    expect(asked).toEqual([
      expect.objectContaining({
        controllerId: 2,
        listeners: [{ name: 'CONTROLLER', host: 'node-2', port: 9093, securityProtocol: 0 }],
        features: [{ name: 'metadata.version', minSupportedVersion: 25, maxSupportedVersion: 25 }],
      }),
    ])
  })

  it('asks again where no answer or a refusal came, and not once it is known', async () => {
    const { machine, asked, answers, commit } = registering()
    answers[0]!(undefined)
    await machine.runAll()
    answers[1]!(errorCode.NOT_CONTROLLER)
    await machine.runAll()
    expect(asked).toHaveLength(3)
    answers[2]!(errorCode.NONE)
    commit(asked[0]!.incarnationId)
    await machine.runAll()
    expect(asked).toHaveLength(3)
  })

  it('registers again where another process of its id took its place', async () => {
    const { machine, registration, asked, answers, commit } = registering()
    answers[0]!(errorCode.NONE)
    commit(asked[0]!.incarnationId)
    commit(topicIdOf(9))
    expect(asked).toHaveLength(2)
    registration.stop()
    answers[1]!(undefined)
    await machine.runAll()
    expect(asked).toHaveLength(2)
  })
})
