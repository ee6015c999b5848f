import { describe, expect, test } from 'vitest'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import type { Disk } from '../../../../src/world/disk.ts'
import { promised } from '../../../../src/world/promises.ts'
import { drawBytes } from '../../../../src/world/random.ts'
import { immediateHost } from '../loop/immediate-host.ts'
import { connectedPair, dial, PORT, run, Talker } from './talkers.ts'

describe('a life that is over', () => {
  test('hears nothing any more: no timer, no bytes, no completion', () => {
    for (const how of ['kill', 'powerLoss'] as const) {
      const { machines, client, server, serverWorld } = connectedPair()
      const heard: string[] = []
      const file = serverWorld.disk.open('f', { create: true })
      file.append([new Uint8Array(10)])
      serverWorld.clock.setTimer(1000, () => heard.push('timer'))
      file.sync(() => heard.push('sync'))
      file.read(0, new Uint8Array(1), () => heard.push('read'))
      serverWorld.disk.syncDirectory('', () => heard.push('syncDirectory'))
      serverWorld.disk.lock('', () => heard.push('lock'))
      serverWorld.disk.measure(() => heard.push('measure'))
      client.say('request')
      machines.node(1)[how]()
      run(machines)
      expect([heard, server.heard, server.text]).toEqual([[], [], ''])
    }
  })

  test('has an inert world', () => {
    const { machines, server, serverWorld } = connectedPair()
    const file = serverWorld.disk.open('f', { create: true })
    machines.node(1).kill()
    const eventsBefore = machines.loop.events
    const heard: string[] = []
    const late = new Talker()
    const { disk, network, clock, random } = serverWorld
    file.append([new Uint8Array(10)])
    file.sync(() => heard.push('sync'))
    file.truncate(0)
    disk.makeDirectory('d')
    disk.open('g', { create: true }).append([new Uint8Array(1)])
    disk.rename('f', 'h')
    disk.remove('f')
    clock.setTimer(0, () => heard.push('timer'))
    network.listen(
      { host: 'server', port: 1 },
      () => late,
      () => heard.push('listening'),
    )
    expect(network.connect({ host: 'client', port: PORT }, late).send([new Uint8Array(1)])).toBe(false)
    expect(server.connection.send([new Uint8Array(1)])).toBe(false)
    server.connection.reset()
    serverWorld.halt(new Error('again'))
    expect([disk.list(''), random.u32() >= 0, serverWorld.alive]).toEqual([[], true, false])
    run(machines)
    expect([heard, late.heard, machines.node(1).disk.files()]).toEqual([[], [], ['f']])
    expect(machines.loop.events - eventsBefore).toBeLessThan(5)
  })

  test('sees its open files as they were when it ended, whatever becomes of them', () => {
    const machines = createSimulatedMachines({ seed: 1 })
    const node = machines.addNode({ id: 1, hostName: 'one' })
    const { disk } = node.startLife()
    const files = Array.from({ length: 9 }, (_, index) => disk.open(`f${index}`, { create: true }))
    disk.syncDirectory('', () => undefined)
    run(machines)
    for (const file of files) file.append([new Uint8Array(500)])
    node.powerLoss()
    const left = files.map(({ path }) => node.disk.peek(path).length)
    expect(left.some((size) => size < 500)).toBe(true)
    expect(files.map(({ size }) => size)).toEqual(left.map(() => 500))

    const second = node.startLife().disk.open('f0', { create: true })
    node.kill()
    node
      .startLife()
      .disk.open('f0', { create: true })
      .append([new Uint8Array(3)])
    expect([second.size, files[0]!.size]).toEqual([left[0], 500])
  })

  test('does not reach into the next: the new process has a new world on the same disk', () => {
    const { machines, client, clientWorld, serverWorld } = connectedPair()
    const old = serverWorld.disk.open('f', { create: true })
    old.append([new Uint8Array([1, 2, 3])])
    const node = machines.node(1)
    node.kill()
    const next = node.startLife()
    old.append([new Uint8Array([4])])
    expect([next.life, next.disk.open('f', { create: false }).size]).toEqual([2, 3])
    expect(drawBytes(next.random, 8)).not.toEqual(drawBytes(serverWorld.random, 8))
    const refused = dial(clientWorld)
    run(machines)
    expect([refused.heard, client.heard.length]).toEqual([['closed REFUSED'], 2])
  })

  test('ends in the middle of its own event when it halts, and whoever watches is told why', () => {
    const halted: unknown[] = []
    const machines = createSimulatedMachines({ seed: 1, onHalt: (node, reason) => halted.push([node, reason.message]) })
    const node = machines.addNode({ id: 9, hostName: 'nine' })
    const world = node.startLife()
    const file = world.disk.open('f', { create: true })
    world.clock.setTimer(5, () => {
      world.halt(new Error('the disk cannot be trusted'))
      file.append([new Uint8Array(1)])
    })
    world.clock.setTimer(6, () => expect.fail('a timer of a life that is over'))
    run(machines)
    expect([halted, node.life, node.disk.peek('f').length]).toEqual([[[9, 'the disk cannot be trusted']], undefined, 0])
  })
})

describe('a process that stands still', () => {
  test('gets its bytes, timers and completions when it goes on, in the order in which they were due', () => {
    const { machines, client, server, serverWorld } = connectedPair()
    const order: string[] = []
    server.onReceived = (count) => order.push(`${count} bytes`)
    serverWorld.clock.setTimer(3_000_000, () => order.push('timer'))
    serverWorld.disk.syncDirectory('', () => order.push('synced'))
    machines.node(1).pause(10_000_000)
    client.say('hello')
    run(machines, 9_000_000)
    expect([order, client.connection.unsentBytes]).toEqual([[], 0])
    run(machines)
    expect([...order].sort()).toEqual(['5 bytes', 'synced', 'timer'])
    expect(order.at(-1)).toBe('timer')
  })

  test('still accepts connections, for its kernel does', () => {
    const { machines, clientWorld, accepted } = connectedPair()
    machines.node(1).pause(10_000_000)
    const talker = dial(clientWorld)
    talker.say('early')
    run(machines, 9_000_000)
    expect([talker.heard, accepted.length]).toEqual([['connected'], 1])
    run(machines)
    expect(accepted[1]!.text).toBe('early')
  })

  test('and is killed meanwhile starts again unpaused', () => {
    const { machines } = connectedPair()
    const node = machines.node(1)
    node.pause(1_000_000_000)
    node.kill()
    const fired: number[] = []
    node.startLife().clock.setTimer(1000, () => fired.push(machines.loop.nowUs))
    run(machines)
    expect(fired).toEqual([1_001_000])
  })
})

describe('what a process tells', () => {
  test('reaches the listener with its node and life, and nothing is built where nobody listens', () => {
    const seen: unknown[] = []
    const machines = createSimulatedMachines({
      seed: 1,
      onTrace: (node, life, event) => seen.push([node, life, event]),
    })
    const node = machines.addNode({ id: 4, hostName: 'four' })
    const { trace } = node.startLife()
    trace.emit({ type: 'started' })
    node.kill()
    trace.emit({ type: 'from beyond' })
    expect([seen, trace.listening]).toEqual([[[4, 1, { type: 'started' }]], false])
    const silent = createSimulatedMachines({ seed: 1 }).addNode({ id: 1, hostName: 'one' }).startLife()
    expect(silent.trace.listening).toBe(false)
  })

  test('by promises is drained after the event that settles them', async () => {
    const machines = createSimulatedMachines({ seed: 1 })
    const world = machines.addNode({ id: 1, hostName: 'one' }).startLife()
    const host = immediateHost()
    const at: number[] = []
    const sleep = (us: number): Promise<void> =>
      promised(world.promises, (done) => void world.clock.setTimer(us, () => done(undefined, undefined)))
    const main = async (): Promise<void> => {
      for (const us of [10, 20, 30]) {
        await sleep(us)
        at.push(machines.loop.nowUs)
      }
    }
    void main()
    await machines.loop.runUntil(() => false, host)
    expect([at, host.drains]).toEqual([[10, 30, 60], 3])
  })

  test('by throwing while it accepts costs it that connection', () => {
    const errors: number[] = []
    const machines = createSimulatedMachines({ seed: 1, onNodeError: (node) => errors.push(node) })
    const server = machines.addNode({ id: 1, hostName: 'server' }).startLife()
    const client = machines.addNode({ id: 2, hostName: 'client' }).startLife()
    const accept = (): never => {
      throw new Error('a bug')
    }
    server.network.listen({ host: 'server', port: PORT }, accept, () => undefined)
    run(machines, 1000)
    const talker = dial(client)
    talker.say('hello')
    run(machines)
    expect([errors, talker.heard]).toEqual([[1], ['connected', 'closed RESET']])
  })

  test('by throwing once its life is over says nothing', async () => {
    const errors: unknown[] = []
    const machines = createSimulatedMachines({ seed: 1, onNodeError: (node) => errors.push(node) })
    const node = machines.addNode({ id: 6, hostName: 'six' })
    node.startLife().clock.setTimer(1, () => {
      node.powerLoss()
      throw new Error('what was relied on is gone')
    })
    await machines.loop.runUntil(() => false, immediateHost())
    expect(errors).toEqual([])
  })

  test('by throwing goes to whoever answers for it', async () => {
    const errors: unknown[] = []
    const machines = createSimulatedMachines({
      seed: 1,
      onNodeError: (node, error) => errors.push([node, String(error)]),
    })
    machines
      .addNode({ id: 6, hostName: 'six' })
      .startLife()
      .clock.setTimer(1, () => {
        throw new Error('a bug')
      })
    await machines.loop.runUntil(() => false, immediateHost())
    expect(errors).toEqual([[6, 'Error: a bug']])
  })
})

test('a life that is over uses up no draw of its machine: when its last microtasks run is nobody’s to know', () => {
  const lockedAt = (lastWords: (disk: Disk) => void): number => {
    const machines = createSimulatedMachines({ seed: 7 })
    const node = machines.addNode({ id: 1, hostName: 'one' })
    const { disk } = node.startLife()
    node.kill(1)
    lastWords(disk)
    let atUs = -1
    node.startLife().disk.lock('', () => {
      atUs = machines.loop.nowUs
    })
    run(machines)
    return atUs
  }
  const undisturbed = lockedAt(() => undefined)
  expect(undisturbed).toBeGreaterThan(0)
  expect(lockedAt((disk) => disk.lock('', () => undefined))).toBe(undisturbed)
  expect(lockedAt((disk) => disk.syncDirectory('', () => undefined))).toBe(undisturbed)
})
