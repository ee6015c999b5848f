import { beforeEach, describe, expect, it } from 'vitest'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { appendAll, bytesOf, configOf, flush, text, valuesOf } from './log-fixture.ts'

const topicId = 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid
const config = configOf({ 'segment.bytes': '100' })

let machine: SimulatedMachine

beforeEach(() => {
  machine = new SimulatedMachine()
})

function open(): Promise<LogDirectory> {
  const { world } = machine
  return LogDirectory.open({ world, observer: new Observer(world.trace), rules: logRules, nodeId: 1 })
}

/** A start that loads the logs there are. */
async function start(): Promise<LogDirectory> {
  const directory = await open()
  await directory.start(async () => {
    for (const { directory: name } of await directory.partitionDirectories()) await directory.load(name, config)
  })
  return directory
}

const restart = (how: 'kill' | 'powerLoss'): Promise<LogDirectory> => {
  machine.crash(how)
  machine.startLife()
  return machine.run(start())
}

describe('the clean-shutdown marker', () => {
  it('is left by a stop and gone, for good, before anything is loaded', async () => {
    const first = await machine.run(start())
    expect(first.isClean).toBe(false)
    first.create('orders-0', topicId, config)
    await machine.run(first.stop())
    expect(text(machine.peek('.kafka_cleanshutdown'))).toBe('{"version":0,"brokerEpoch":-1}')

    machine.crash('powerLoss')
    machine.startLife()
    const second = await machine.run(open())
    expect(second.isClean).toBe(true)
    const started = second.start(async () => machine.crash('powerLoss'))
    started.catch(() => undefined)
    await machine.runAll()
    expect(machine.node.disk.files()).not.toContain('.kafka_cleanshutdown')
  })

  it('keeps the epoch of the broker that stopped for the next life, and for no other', async () => {
    const first = await machine.run(start())
    expect(first.previousBrokerEpoch).toBe(-1)
    await machine.run(first.stop(42))
    machine.crash('kill')
    machine.startLife()
    expect((await machine.run(start())).previousBrokerEpoch).toBe(42)
    expect((await restart('kill')).previousBrokerEpoch).toBe(-1)
  })

  it.each(['', '{"version":0}', '{"version":0,"brokerEpoch":-1}', '{"brokerEpoch":99999999999999999}'])(
    'counts as left, without an epoch, where it holds %j',
    async (content) => {
      await machine.run(open())
      machine.crash('kill')
      machine.startLife()
      await machine.place('.kafka_cleanshutdown', bytesOf(content))
      expect(await machine.run(open())).toMatchObject({ isClean: true, previousBrokerEpoch: -1 })
    },
  )

  it('is not left by a kill', async () => {
    await machine.run(start())
    expect((await restart('kill')).isClean).toBe(false)
  })
})

describe('the lock', () => {
  it('keeps a second process out, and ends with the first', async () => {
    await machine.run(start())
    await expect(machine.run(start())).rejects.toThrow('stop the other process or use another directory')
    await restart('kill')
  })
})

describe('checkpoints', () => {
  it('hold recovery points and starts of all logs, in Kafka’s form', async () => {
    const directory = await machine.run(start())
    const log = directory.create('orders-0', topicId, config)
    directory.create('orders-1', topicId, config)
    appendAll(log, [{}, {}, {}])
    await flush(machine, log)
    log.moveStart(1)
    directory.removeDeleted()
    await machine.runAll()
    await machine.run(
      new Promise<void>((resolve) => directory.checkpoint(() => resolve(machine.world.promises.mark()))),
    )
    expect(text(machine.peek('recovery-point-offset-checkpoint'))).toBe('0\n2\norders 0 3\norders 1 0\n')
    expect(text(machine.peek('log-start-offset-checkpoint'))).toBe('0\n2\norders 0 1\norders 1 0\n')
    expect(machine.names('orders-0')).not.toContain('00000000000000000000.log')
  })

  it('of a directory that is gone are not believed of a new one of the same name', async () => {
    const directory = await machine.run(start())
    const log = directory.create('orders-0', topicId, config)
    appendAll(log, [{}, {}, {}])
    await flush(machine, log)
    log.moveStart(3)
    directory.removeDeleted()
    await machine.runAll()
    await machine.run(directory.stop())
    expect(text(machine.peek('log-start-offset-checkpoint'))).toBe('0\n1\norders 0 3\n')
    machine.crash('kill')
    machine.startLife()
    machine.world.disk.remove('orders-0')

    const next = await machine.run(open())
    await machine.run(
      next.start(async () => {
        appendAll(next.create('orders-0', topicId, config), [{ values: ['new'] }])
      }),
    )
    machine.crash('kill')
    machine.startLife()
    const third = await machine.run(open())
    const range: number[] = []
    await machine.run(
      third.start(async () => {
        const { startOffset, endOffset } = await third.load('orders-0', config)
        range.push(startOffset, endOffset)
      }),
    )
    expect(range).toEqual([0, 1])
  })
})

describe('directories of partitions', () => {
  it('are found with their topics; the metadata log is not one of them', async () => {
    const directory = await machine.run(start())
    directory.create('orders-0', topicId, config)
    directory.create('__cluster_metadata-0', topicId, config)
    machine.world.disk.makeDirectory('a-b-12')
    machine.world.disk.makeDirectory('diary')
    expect(await machine.run(directory.partitionDirectories())).toEqual([
      { directory: 'a-b-12', topicId: undefined },
      { directory: 'orders-0', topicId },
    ])
  })

  it('that belong to nobody are put aside, and nothing is deleted', async () => {
    const directory = await machine.run(start())
    await machine.place('orders-0/00000000000000000000.log', bytesOf('precious'))
    directory.setAside('orders-0')
    await machine.place('orders-0/00000000000000000000.log', bytesOf('too'))
    directory.setAside('orders-0')
    expect(text(machine.peek('orders-0.0-stray/00000000000000000000.log'))).toBe('precious')
    expect(text(machine.peek('orders-0.1-stray/00000000000000000000.log'))).toBe('too')
  })
})

it('what was flushed is there after a power loss, also in a partition made a moment before', async () => {
  const directory = await machine.run(start())
  const log = directory.create('orders-0', topicId, config)
  appendAll(log, [{ values: ['a'] }, { values: ['b'] }])
  await flush(machine, log)
  machine.crash('powerLoss')
  machine.startLife()
  const next = await machine.run(open())
  const found = await machine.run(next.partitionDirectories())
  expect(found).toEqual([{ directory: 'orders-0', topicId }])
  expect(await valuesOf(machine, await machine.run(next.load('orders-0', config)))).toEqual(['a', 'b'])
})
