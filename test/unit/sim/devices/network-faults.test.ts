import { describe, expect, test } from 'vitest'
import type { NetworkJudge } from '../../../../src/sim/devices/sim-network/network-judge.ts'
import { NEVER } from '../../../../src/sim/loop/event-loop.ts'
import { connectedPair, dial, run, serve } from './talkers.ts'

const seeds = Array.from({ length: 40 }, (_, seed) => seed)
const SECOND = 1_000_000

describe('the death of a process', () => {
  test('delivers what it had sent; then its peer sees an end or a reset', () => {
    const seen = new Set<string>()
    for (const seed of seeds) {
      const { machines, client, server } = connectedPair({ seed, network: { resetLosesPerMillion: 0 } })
      server.say('sent before')
      machines.node(1).kill()
      run(machines, 2 * SECOND)
      expect(client.text).toBe('sent before')
      seen.add(client.heard.at(-1)!)
    }
    expect([...seen].sort()).toEqual(['closed RESET', 'ended'])
  })

  test('whose connection ended quietly answers further bytes with a reset', () => {
    const { machines, client } = connectedPair({ network: { killResetsPerMillion: 0 } })
    machines.node(1).kill()
    run(machines, 2 * SECOND)
    client.say('is anybody there?')
    run(machines)
    expect(client.heard).toEqual(['connected', 'ended', 'closed RESET'])
  })

  test('never delivers bytes that only the process held', () => {
    const { machines, client, server } = connectedPair({ network: { receiveWindowBytes: 10, resetLosesPerMillion: 0 } })
    server.say('0123456789 and more')
    machines.node(1).kill()
    run(machines)
    expect(client.text).toBe('0123456789')
  })

  test('in a stalled write takes with it what would have been sent behind the write', () => {
    const { machines, client, server, serverWorld } = connectedPair({ network: { resetLosesPerMillion: 0 } })
    const file = serverWorld.disk.open('log', { create: true })
    machines.node(1).disk.judge = ({ kind }) => (kind === 'append' ? { kind: 'stall', us: 3 * SECOND } : undefined)
    server.onReceived = () => {
      file.append([new Uint8Array(1)])
      server.say('done')
    }
    client.say('write')
    run(machines, 2 * SECOND)
    machines.node(1).kill()
    run(machines)
    expect([client.text, file.size]).toEqual(['', 1])
  })
})

describe('a power loss', () => {
  test('leaves connections half open: the peer learns when it sends to the machine that is back', () => {
    const { machines, client } = connectedPair()
    machines.node(1).powerLoss()
    run(machines, 10 * SECOND)
    client.say('into the dark')
    run(machines, 20 * SECOND)
    expect(client.heard).toEqual(['connected'])
    machines.node(1).startLife()
    run(machines)
    expect(client.heard).toEqual(['connected', 'closed RESET'])
    expect(machines.loop.nowUs).toBeLessThan(21 * SECOND)
  })

  test('that lasts makes a sender give up; one that sends nothing never learns', () => {
    const { machines, client, clientWorld } = connectedPair()
    const silent = dial(clientWorld)
    run(machines, 2 * SECOND)
    machines.node(1).powerLoss()
    client.say('into the dark')
    run(machines)
    expect([client.heard, silent.heard]).toEqual([['connected', 'closed TIMED_OUT'], ['connected']])
    expect(machines.loop.nowUs).toBeGreaterThan(900 * SECOND)
  })

  test('still delivers what was on the wire', () => {
    const { machines, client, server } = connectedPair()
    server.say('farewell')
    machines.node(1).powerLoss()
    run(machines)
    expect([client.text, client.heard]).toEqual(['farewell', ['connected']])
  })
})

describe('what is in the way', () => {
  test('of one direction leaves the other free, and what it held arrives after it', () => {
    const { machines, client, server } = connectedPair()
    machines.network.partition(1, 2, 'aToB', 10 * SECOND)
    client.say('request')
    server.say('answer')
    run(machines, 9 * SECOND)
    expect([server.text, client.text]).toEqual(['request', ''])
    run(machines)
    expect(client.text).toBe('answer')
    expect(machines.loop.nowUs).toBeGreaterThanOrEqual(10 * SECOND)
  })

  test('meets new connections too: they time out, or stand once it is healed', () => {
    const { machines, clientWorld } = connectedPair()
    machines.network.partition(1, 2, 'both', NEVER)
    const lost = dial(clientWorld)
    run(machines, 40 * SECOND)
    expect(lost.heard).toEqual(['closed TIMED_OUT'])
    const patient = dial(clientWorld)
    run(machines, 45 * SECOND)
    machines.network.heal({})
    run(machines)
    expect(patient.heard).toEqual(['connected'])
  })

  test('for ever can be healed, and both directions then deliver what waited', () => {
    const { machines, client, server } = connectedPair()
    machines.network.partition(1, 2, 'both', NEVER)
    client.say('request')
    server.say('answer')
    run(machines, 5 * SECOND)
    machines.network.heal({ from: 1, to: 2 })
    run(machines, 6 * SECOND)
    expect([server.text, client.text]).toEqual(['', 'answer'])
    machines.network.heal({ from: 2, to: 1 })
    run(machines)
    expect(server.text).toBe('request')
  })

  test('of an old connection delivers its bytes after those of a new one', () => {
    const { machines, client, server, clientWorld, accepted } = connectedPair({ network: { resetLosesPerMillion: 0 } })
    const order: string[] = []
    server.onReceived = () => order.push(`old: ${server.text}`)
    client.say('produce 1')
    expect(machines.network.stall({ from: 2, to: 1 }, 20 * SECOND)).toBe(1)
    client.connection.reset()
    const fresh = dial(clientWorld)
    run(machines, 3 * SECOND)
    accepted[1]!.onReceived = () => order.push(`new: ${accepted[1]!.text}`)
    fresh.say('produce 2')
    run(machines)
    expect(order).toEqual(['new: produce 2', 'old: produce 1'])
    expect([fresh.heard, server.heard]).toEqual([['connected'], ['closed RESET']])
  })

  test('can be a reset, of chosen pairs only', () => {
    const { machines, client, server, clientWorld } = connectedPair()
    serve(machines.addNode({ id: 3, hostName: 'other' }).startLife(), undefined, 'other')
    run(machines, 2 * SECOND)
    const bystander = dial(clientWorld, 'other')
    run(machines, 3 * SECOND)
    expect(machines.network.resetConnections({ from: 1, to: 2 })).toBe(1)
    run(machines)
    expect([client.heard.at(-1), server.heard, bystander.heard]).toEqual([
      'closed RESET',
      ['closed RESET'],
      ['connected'],
    ])
  })
})

describe('a reset by something between two processes', () => {
  test('reaches the peer of a process that stands still at once', () => {
    const { machines, client, server } = connectedPair()
    machines.node(1).pause(60 * SECOND)
    machines.network.resetConnections({})
    run(machines, 3 * SECOND)
    expect([client.heard.at(-1), server.heard]).toEqual(['closed RESET', []])
    run(machines)
    expect(server.heard).toEqual(['closed RESET'])
  })
})

describe('a machine that is back', () => {
  test('that nothing reaches answers nothing: the half-open connection stays until the partition is healed', () => {
    const { machines, client } = connectedPair()
    machines.node(1).powerLoss()
    client.say('into the dark')
    machines.network.partition(1, 2, 'bToA', NEVER)
    run(machines, 5 * SECOND)
    machines.node(1).startLife()
    run(machines, 10 * SECOND)
    expect(client.heard).toEqual(['connected'])
    machines.network.heal({})
    run(machines)
    expect(client.heard).toEqual(['connected', 'closed RESET'])
  })
})

describe('verdicts', () => {
  function judged(judge: NetworkJudge) {
    const pair = connectedPair()
    pair.machines.network.judge = judge
    return pair
  }

  test('see each send with its bytes, and can break the connection after the request and before the answer', () => {
    const { machines, client, server } = judged({
      onSend: (flow, parts) => (!flow.byOpener && parts[0]![0] === 'o'.charCodeAt(0) ? { kind: 'reset' } : undefined),
    })
    server.onReceived = () => server.say('ok')
    client.say('request')
    run(machines)
    expect([server.text, client.text]).toEqual(['request', ''])
    expect([client.heard.at(-1), server.heard.at(-1)]).toEqual(['closed RESET', 'closed RESET'])
  })

  test('can let bytes through and break the connection behind them', () => {
    for (const hook of ['onSend', 'onSegment'] as const) {
      const { machines, client, server } = judged({ [hook]: () => ({ kind: 'resetAfter' }) })
      server.onReceived = () => server.say('never arrives')
      client.say('request')
      run(machines)
      expect([server.text, client.text.startsWith('never arrives!')]).toEqual(['request', false])
      expect([client.heard.at(-1), server.heard.at(-1)]).toEqual(['closed RESET', 'closed RESET'])
    }
  })

  test('can delay and stall, and what comes behind is late as well', () => {
    for (const verdict of [
      { kind: 'delay', us: 7 * SECOND },
      { kind: 'stall', untilUs: 8 * SECOND },
    ] as const) {
      let sends = 0
      const { machines, client, server } = judged({ onSend: () => (++sends === 1 ? verdict : undefined) })
      client.say('late ')
      client.say('behind')
      run(machines, 7_900_000)
      expect(server.text).toBe('')
      run(machines)
      expect(server.text).toBe('late behind')
    }
  })

  test('on attempts refuse, delay, or leave them without an answer', () => {
    const outcomes: [string[], number][] = []
    for (const verdict of [{ kind: 'refuse' }, { kind: 'delay', us: 5 * SECOND }, { kind: 'blackhole' }] as const) {
      const { machines, clientWorld } = judged({ onConnect: () => verdict })
      const talker = dial(clientWorld)
      run(machines)
      outcomes.push([talker.heard, Math.floor(machines.loop.nowUs / SECOND)])
    }
    expect(outcomes).toEqual([
      [['closed REFUSED'], 1],
      [['connected'], 6],
      [['closed TIMED_OUT'], 31],
    ])
  })

  test('are counted', () => {
    const { machines, client } = judged({ onSegment: () => ({ kind: 'delay', us: 1 }) })
    client.say('x')
    run(machines)
    expect(machines.network.counters).toMatchObject({ connects: 1, delays: 1, resets: 0 })
  })
})

describe('a network that loses bytes', () => {
  const network = { resentPerMillion: 1_000_000, splitPerMillion: 0, segmentBytesMax: 4 }
  const told = (seed: number, isHealed: boolean) => {
    const { machines, client, server } = connectedPair({ seed, network })
    if (isHealed) machines.network.heal({})
    const beganUs = machines.loop.nowUs
    let firstUs = 0
    let lastUs = 0
    client.onReceived = () => {
      if (firstUs === 0) firstUs = machines.loop.nowUs - beganUs
      lastUs = machines.loop.nowUs - beganUs
    }
    server.say('0123456789')
    run(machines, 20 * SECOND)
    expect(client.text).toBe('0123456789')
    return { firstUs, lastUs }
  }

  test('delivers all in order; what was sent last comes later by the time of sending it again, often twice and more', () => {
    const all = seeds.map((seed) => told(seed, false))
    expect(Math.max(...all.map(({ firstUs }) => firstUs))).toBeLessThan(100_000)
    const waits = new Set(all.map(({ lastUs }) => Math.floor(lastUs / 200_000)))
    expect([...waits].sort((left, right) => left - right).slice(0, 3)).toEqual([1, 3, 7])
  })

  test('loses nothing once everything is healed', () => {
    for (const seed of seeds) expect(told(seed, true).lastUs).toBeLessThan(100_000)
  })
})
