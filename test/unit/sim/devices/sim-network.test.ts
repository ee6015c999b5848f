import { describe, expect, test } from 'vitest'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../../src/sim/loop/event-queue.ts'
import type { NetworkError } from '../../../../src/world/network.ts'
import { connectedPair, dial, PORT, run, serve, Talker } from './talkers.ts'

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

describe('a connection', () => {
  test('delivers every byte once and in order, whatever its latencies and however it is cut', () => {
    for (const seed of seeds) {
      const network = { splitPerMillion: 600_000, latencyMinUs: 0, latencyMeanUs: 3000, receiveWindowBytes: 97 }
      const { machines, client, server } = connectedPair({ seed, network, bufferBytes: 1 + (seed % 50) })
      const sent = Array.from({ length: 60 }, (_, index) => `message ${index}, ${'x'.repeat((index * 7) % 41)};`)
      sent.forEach((text, index) => {
        if (index % 2 === 0) client.say(text)
        else
          client.connection.send([new TextEncoder().encode(text.slice(0, 3)), new TextEncoder().encode(text.slice(3))])
      })
      run(machines)
      expect(server.text).toBe(sent.join(''))
    }
  })

  test('splits what was sent at once and coalesces what was sent apart', () => {
    let split = false
    let coalesced = false
    for (const seed of seeds) {
      const { machines, client, server } = connectedPair({ seed, network: { splitPerMillion: 300_000 } })
      client.say('0123456789')
      run(machines, 1_100_000)
      split ||= server.deliveries.length > 1
      const before = server.deliveries.length
      for (let index = 0; index < 5; index++) client.say('0123456789')
      run(machines, 1_200_000)
      coalesced ||= server.deliveries.slice(before).some((count) => count > 10)
    }
    expect([split, coalesced]).toEqual([true, true])
  })

  test('keeps what was sent before it stood, and does not look at the buffer again', () => {
    const { machines, clientWorld, accepted } = connectedPair()
    const late = dial(clientWorld)
    const part = new TextEncoder().encode('hello')
    late.connection.send([part])
    part.fill(0)
    run(machines)
    expect([late.heard, accepted[1]!.text]).toEqual([['connected'], 'hello'])
  })

  test('is told of both ends: the server knows where the client is', () => {
    const { client, server } = connectedPair()
    expect(client.connection.remote).toEqual({ host: 'server', port: PORT })
    expect(server.connection.remote.host).toBe('client')
    expect(server.connection.remote.port).toBeGreaterThan(1023)
  })

  test('pushes back: a paused receiver leaves bytes with the sender, who is told when they are gone', () => {
    const { machines, client, server } = connectedPair({ network: { receiveWindowBytes: 1000, sendBufferBytes: 500 } })
    server.connection.pause()
    expect(client.say('x'.repeat(1400))).toBe(true)
    expect(client.say('y'.repeat(600))).toBe(false)
    run(machines)
    expect(client.connection.unsentBytes).toBe(1000)
    expect([server.bytes.length, client.heard]).toEqual([0, ['connected']])
    server.connection.resume()
    run(machines)
    expect([server.bytes.length, client.connection.unsentBytes]).toEqual([2000, 0])
    expect(client.heard).toEqual(['connected', 'writable'])
  })

  test('half-closes behind everything queued, still receives, and is over when both sides have ended', () => {
    const { machines, client, server } = connectedPair({ network: { receiveWindowBytes: 100 } })
    client.say('x'.repeat(1000))
    client.connection.end()
    expect(client.say('more')).toBe(false)
    run(machines, 2_000_000)
    expect([server.bytes.length, server.heard, client.heard]).toEqual([1000, ['ended'], ['connected']])
    server.say('answer')
    server.connection.end()
    run(machines)
    expect([client.text, client.heard, server.heard]).toEqual([
      'answer',
      ['connected', 'ended', 'closed'],
      ['ended', 'closed'],
    ])
  })

  test('whose owner answers an end with its own is over once', () => {
    const { machines, client, server } = connectedPair()
    server.onEnded = () => server.connection.end()
    client.connection.end()
    run(machines)
    expect([server.heard, client.heard]).toEqual([
      ['ended', 'closed'],
      ['connected', 'ended', 'closed'],
    ])
  })

  test('is over once, and not before everything queued is on its way', () => {
    const { machines, client, server } = connectedPair({ network: { receiveWindowBytes: 100 } })
    client.connection.pause()
    server.say('x'.repeat(1000))
    server.onEnded = () => server.connection.end()
    client.connection.end()
    run(machines, 2_000_000)
    expect(server.heard).toEqual(['ended'])
    client.connection.resume()
    run(machines)
    expect([client.bytes.length, server.heard, client.heard]).toEqual([
      1000,
      ['ended', 'closed'],
      ['connected', 'ended', 'closed'],
    ])
  })

  test('that is reset closes both sides; bytes in flight are lost or delivered before', () => {
    const delivered = new Set<string>()
    for (const seed of seeds) {
      const { machines, client, server } = connectedPair({ seed })
      client.say('last words')
      client.connection.reset()
      expect(client.say('nothing')).toBe(false)
      run(machines)
      expect([client.heard.at(-1), server.heard]).toEqual(['closed', ['closed RESET']])
      delivered.add(server.text)
    }
    expect([...delivered].sort()).toEqual(['', 'last words'])
  })

  test('that is reset with bytes unsent never delivers those', () => {
    for (const seed of seeds) {
      const { machines, client, server } = connectedPair({ seed, network: { receiveWindowBytes: 10 } })
      client.say('0123456789 unsent')
      client.connection.reset()
      run(machines)
      expect(['', '0123456789']).toContain(server.text)
    }
  })

  test('that is reset reaches a receiver that pauses', () => {
    for (const seed of seeds) {
      const { machines, client, server } = connectedPair({ seed })
      server.connection.pause()
      client.say('never taken')
      client.connection.reset()
      run(machines)
      expect([server.text, server.heard]).toEqual(['', ['closed RESET']])
    }
  })

  test('whose owner is closed is told nothing more, and its peer meets a reset when it sends', () => {
    const { machines, client, server } = connectedPair()
    server.onReceived = () => server.connection.reset()
    client.say('a')
    client.say('b')
    run(machines)
    expect([server.text, server.heard, client.heard]).toEqual(['a', ['closed'], ['connected', 'closed RESET']])
  })
})

describe('an attempt to connect', () => {
  function twoHosts() {
    const machines = createSimulatedMachines({ seed: 1 })
    const server = machines.addNode({ id: 1, hostName: 'server' })
    const client = machines.addNode({ id: 2, hostName: 'client' })
    return { machines, server, client }
  }

  test('is refused, a while later, where nobody listens', () => {
    const { machines, server, client } = twoHosts()
    server.startLife()
    const talker = dial(client.startLife())
    expect(talker.heard).toEqual([])
    run(machines)
    expect(talker.heard).toEqual(['closed REFUSED'])
    expect(machines.loop.nowUs).toBeGreaterThan(300)
  })

  test('fails where no machine has the name', () => {
    const { machines, client } = twoHosts()
    const talker = dial(client.startLife(), 'nobody')
    run(machines)
    expect(talker.heard).toEqual(['closed HOST_NOT_FOUND'])
  })

  test('times out where the host has no power, and succeeds if it is back in time', () => {
    for (const back of [false, true]) {
      const { machines, server, client } = twoHosts()
      server.startLife()
      server.powerLoss()
      const talker = dial(client.startLife())
      if (back) machines.loop.scheduleAt(5_000_000, EventKind.harness, nobody, () => void serve(server.startLife()))
      run(machines)
      expect(talker.heard).toEqual([back ? 'connected' : 'closed TIMED_OUT'])
    }
  })

  test('may be given up by its owner', () => {
    const { machines, server, client } = twoHosts()
    const accepted = serve(server.startLife())
    const world = client.startLife()
    run(machines, 1000)
    const talker = dial(world)
    talker.connection.reset()
    run(machines)
    expect([talker.heard, accepted.length]).toEqual([['closed'], 0])
  })

  test('that its owner takes back before the listening process woke up is handed to that one, already broken', () => {
    const { machines, server, client } = twoHosts()
    const accepted = serve(server.startLife())
    run(machines, 1000)
    const talker = dial(client.startLife())
    server.pause(10_000_000)
    run(machines, 1_000_000)
    talker.connection.reset()
    run(machines, 2_000_000)
    server.resume()
    run(machines)
    expect([talker.heard, accepted.map(({ heard }) => heard)]).toEqual([['connected', 'closed'], [['closed RESET']]])
  })

  test('reaches the own machine as localhost', () => {
    const { machines, server } = twoHosts()
    const world = server.startLife()
    const accepted = serve(world)
    run(machines, 1000)
    const talker = dial(world, 'localhost')
    run(machines)
    expect([talker.heard, accepted.length]).toEqual([['connected'], 1])
  })
})

describe('a listener', () => {
  function listening(host: string, port: number, world = createSimulatedMachines({ seed: 1 })) {
    const node = world.addNode({ id: 1, hostName: 'server' }).startLife()
    const outcomes: [string | undefined, number][] = []
    const listen = () =>
      node.network.listen(
        { host, port },
        () => new Talker(),
        (error: NetworkError | undefined, bound) => outcomes.push([error?.code, bound.port]),
      )
    return { world, outcomes, listen }
  }

  test('has its address alone until it is closed', () => {
    const { world, outcomes, listen } = listening('server', 9092)
    const first = listen()
    listen()
    run(world)
    first.close()
    listen()
    run(world)
    expect(outcomes).toEqual([
      [undefined, 9092],
      ['ADDRESS_IN_USE', 9092],
      [undefined, 9092],
    ])
  })

  test('takes a free port for 0, and cannot take the name of another machine', () => {
    const free = listening('0.0.0.0', 0)
    free.listen()
    free.listen()
    run(free.world)
    const [[, one], [, other]] = free.outcomes as [[undefined, number], [undefined, number]]
    expect([one > 0, other > 0, one === other]).toEqual([true, true, false])
    const foreign = listening('elsewhere', 9092)
    foreign.listen()
    run(foreign.world)
    expect(foreign.outcomes[0]?.[0]).toBe('ADDRESS_UNAVAILABLE')
  })

  test('refuses once it is closed; what it accepted lives on', () => {
    const machines = createSimulatedMachines({ seed: 1 })
    const server = machines.addNode({ id: 1, hostName: 'server' }).startLife()
    const client = machines.addNode({ id: 2, hostName: 'client' }).startLife()
    const accepted: Talker[] = []
    const accept = (connection: Talker['connection']) => {
      const talker = new Talker()
      talker.connection = connection
      accepted.push(talker)
      return talker
    }
    const listener = server.network.listen({ host: 'server', port: PORT }, accept, () => undefined)
    run(machines, 1000)
    const early = dial(client)
    run(machines, 1_000_000)
    listener.close()
    const late = dial(client)
    early.say('still here')
    run(machines)
    expect([late.heard, accepted[0]!.text]).toEqual([['closed REFUSED'], 'still here'])
  })
})
