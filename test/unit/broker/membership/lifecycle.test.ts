import { describe, expect, it } from 'vitest'
import { Broker } from '../../../../src/broker/broker.ts'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { BrokerLifecycle } from '../../../../src/broker/membership/lifecycle.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { topicIdOf } from '../metadata/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

describe('a broker that registers', () => {
  it('tells the epoch that the process before it ended cleanly with', () => {
    const { world } = new SimulatedMachine()
    const asked: unknown[] = []
    const lifecycle = new BrokerLifecycle({
      ...{ world, observer: new Observer(world.trace), settings: new BrokerSettings(), clusterId: 'c', nodeId: 1 },
      ...{ directoryId: topicIdOf(1), previousEpoch: 42, address: { host: 'node-1', port: 9092 } },
      channel: { request: (_api, body) => void asked.push(body) },
      appliedEnd: () => 0,
    })
    lifecycle.start()
    expect(asked).toEqual([expect.objectContaining({ brokerId: 1, previousBrokerEpoch: 42 })])
  })

  it('leaves its epoch behind when it stops', async () => {
    const machine = new SimulatedMachine()
    const broker = await machine.run(Broker.start(machine.world, { listen: { host: 'node-1', port: 9092 } }))
    await machine.run(broker.stop())
    const registered = machine.events.find(({ type }) => type === 'BrokerRegistered')
    expect(registered).toMatchObject({ brokerId: 1, brokerEpoch: expect.any(Number) })
    const { brokerEpoch } = registered as unknown as { readonly brokerEpoch: number }
    const marker = String.fromCharCode(...machine.peek('.kafka_cleanshutdown'))
    expect(JSON.parse(marker)).toEqual({ version: 0, brokerEpoch })
  })
})
