import { beforeEach, describe, expect, it } from 'vitest'
import { Broker } from '../../../../src/broker/broker.ts'
import { METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { Client } from '../../../../src/client/client.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const listen = { host: 'node-1', port: 9092 }
let machine: SimulatedMachine
let broker: Broker

beforeEach(async () => {
  machine = new SimulatedMachine()
  broker = await machine.run(Broker.start(machine.world, { listen }))
  const client = new Client(machine.world, { bootstrap: [listen], clientId: 'test' })
  await machine.run(client.createTopics([{ name: 'orders', numPartitions: 200 }]))
  client.close()
})

/** Records that the last start was delivered from the log, and snapshots there are in the end. */
async function killAndStart(): Promise<{ readonly replayed: number; readonly snapshots: number }> {
  machine.crash('kill')
  const told = machine.events.length
  broker = await machine.run(Broker.start(machine.startLife(), { listen }))
  const loaded = machine.events.slice(told).find(({ type }) => type === 'SnapshotLoaded')
  const from = loaded === undefined ? 0 : (loaded as unknown as { readonly endOffset: number }).endOffset
  const replayed = broker.image.endOffset - from
  await machine.runEvents(50)
  const snapshots = machine.names(METADATA_DIRECTORY).filter((name) => name.endsWith('.checkpoint')).length
  return { replayed, snapshots }
}

describe('a broker that is killed again and again', () => {
  it('takes a snapshot after a start that applied very many metadata records, and the next one begins there', async () => {
    const first = await killAndStart()
    expect(first).toMatchObject({ snapshots: 0 })
    const [second, third, fourth] = [await killAndStart(), await killAndStart(), await killAndStart()]
    // Each start lets 200 partitions be led by nobody, and led again.
    expect(second.replayed - first.replayed).toBeGreaterThanOrEqual(400)
    expect([second.snapshots, third.snapshots, fourth.snapshots]).toEqual([1, 1, 1])
    expect(third.replayed).toBeLessThan(500)
  })

  it('knows the same from the snapshot as from the log', async () => {
    await killAndStart()
    await killAndStart()
    const { endOffset, epoch, hash } = broker.image.freeze()
    machine.crash('kill')
    const told = machine.events.length
    await machine.run(Broker.start(machine.startLife(), { listen }))
    const snapshot = { type: 'SnapshotLoaded', endOffset, epoch }
    expect(machine.events.slice(told)).toContainEqual(expect.objectContaining(snapshot))
    const applied = machine.events.slice(told).find(({ type }) => type === 'ImageApplied')
    expect(applied).toMatchObject({ endOffset, hash })
  })
})
