import { describe, expect, it } from 'vitest'
import { type Api, apis } from '../../../src/protocol/apis.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { decodeRequestHeader, encodeResponse } from '../../../src/protocol/headers.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import { ClientConnection, type ClientConnectionOptions } from '../../../src/wire/client-connection.ts'
import type { WireError } from '../../../src/wire/wire-error.ts'
import { NetworkError } from '../../../src/world/network.ts'
import { framed, TestClock, TestNetwork } from './fixture.ts'

const versionRanges = [
  { apiKey: 0, minVersion: 0, maxVersion: 13 },
  { apiKey: 3, minVersion: 0, maxVersion: 9 },
  { apiKey: 18, minVersion: 0, maxVersion: 4 },
  { apiKey: 1, minVersion: 90, maxVersion: 99 },
]

function connect(options: Partial<ClientConnectionOptions> = {}) {
  const network = new TestNetwork()
  const clock = new TestClock()
  const ready: number[] = []
  const closes: WireError[] = []
  const client = new ClientConnection(
    { ready: () => ready.push(clock.wallMs()), closed: (error) => closes.push(error) },
    { network, clock, address: { host: 'broker', port: 9092 }, clientId: 'tester', ...options },
  )
  const { connection } = network
  /** Answers the request with this id. */
  const respond = (
    api: Api<Message, Message>,
    version: number,
    correlationId: number,
    body: object,
    pieceBytes?: number,
  ) => {
    connection.deliver(
      Uint8Array.from(Buffer.concat(encodeResponse(api, version, correlationId, body as never))),
      pieceBytes,
    )
  }
  /** Metadata for nothing, remembered in `outcomes`. */
  const outcomes: string[] = []
  const ask = (name: string, timeoutMs = 1000) => {
    client.request(
      apis.metadata,
      9,
      { topics: null },
      (error, response) => {
        outcomes.push(
          `${name}: ${error === undefined ? response?.clusterId : `${error.code} ${error.sent ? 'sent' : 'unsent'}`}`,
        )
      },
      { timeoutMs },
    )
  }
  const answer = (correlationId: number, clusterId: string, pieceBytes?: number) =>
    respond(apis.metadata, 9, correlationId, { brokers: [], clusterId, topics: [] }, pieceBytes)
  const sentIds = () => connection.frames.map((frame) => decodeRequestHeader(frame).correlationId)
  return { network, clock, connection, client, ready, closes, respond, ask, answer, outcomes, sentIds }
}

function connectReady(options: Partial<ClientConnectionOptions> = {}) {
  const setup = connect(options)
  setup.connection.owner.connected()
  setup.respond(apis.apiVersions, 4, 0, { errorCode: 0, apiKeys: versionRanges })
  return setup
}

describe('a client that connects', () => {
  it('asks for versions first, and is ready when it has them', () => {
    const { connection, ready, client, respond } = connect()
    expect(connection.sends.length).toBe(0)
    connection.owner.connected()
    const header = decodeRequestHeader(connection.frames[0]!)
    expect(header).toMatchObject({ apiKey: 18, apiVersion: 4, correlationId: 0, clientId: 'tester' })
    const body = decodeMessage(apis.apiVersions.request, 4, connection.frames[0]!, header.bodyStart)
    expect(body).toEqual({ clientSoftwareName: 'samsa', clientSoftwareVersion: '0.1.0' })
    expect([client.isReady, client.versionFor(apis.metadata)]).toEqual([false, undefined])
    respond(apis.apiVersions, 4, 0, { errorCode: 0, apiKeys: versionRanges }, 1)
    expect([client.isReady, ready.length]).toEqual([true, 1])
  })

  it('speaks the highest version that both sides know', () => {
    const { client } = connectReady()
    expect(client.versionFor(apis.metadata)).toBe(9)
    expect(client.versionFor(apis.produce)).toBe(apis.produce.versions.max)
    expect(client.versionFor(apis.fetch)).toBeUndefined()
    expect(client.versionFor(apis.createTopics)).toBeUndefined()
  })

  it('asks again at a version the broker knows, where the broker refuses the first', () => {
    const { connection, respond, client } = connect()
    connection.owner.connected()
    respond(apis.apiVersions, 0, 0, { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] })
    expect(decodeRequestHeader(connection.frames[1]!)).toMatchObject({ apiKey: 18, apiVersion: 3, correlationId: 1 })
    respond(apis.apiVersions, 3, 1, { errorCode: 0, apiKeys: versionRanges })
    expect(client.isReady).toBe(true)
  })

  it('asks again at version 0, where an old broker refuses and does not say what it knows', () => {
    const { connection, respond, client } = connect()
    connection.owner.connected()
    respond(apis.apiVersions, 0, 0, { errorCode: 35, apiKeys: [] })
    expect(decodeRequestHeader(connection.frames[1]!).apiVersion).toBe(0)
    respond(apis.apiVersions, 0, 1, { errorCode: 0, apiKeys: versionRanges })
    expect(client.isReady).toBe(true)
  })

  it('gives up on a broker that refuses every version, or answers nonsense', () => {
    for (const [body, code] of [
      [Uint8Array.of(0, 0, 0, 0, 0, 35, 0, 0, 0, 9), 'MALFORMED_RESPONSE'],
      [Uint8Array.of(0, 0, 0, 0, 0, 7, 0), 'REFUSED'],
      [Uint8Array.of(0, 0, 0, 0, 0), 'MALFORMED_RESPONSE'],
      [Uint8Array.of(0, 0, 0, 5, 0, 0), 'MALFORMED_RESPONSE'],
      [Uint8Array.of(0), 'MALFORMED_RESPONSE'],
    ] as const) {
      const { connection, network, closes, clock } = connect()
      connection.owner.connected()
      connection.deliver(framed(body))
      expect(connection.wasReset).toBe(true)
      network.close()
      expect(closes.map((error) => error.code)).toEqual([code])
      expect(clock.pendingTimers).toBe(0)
    }
  })

  it('is told when nobody listens, and when nobody answers in time', () => {
    const refused = connect()
    refused.network.close(new NetworkError('REFUSED', 'nobody listens'))
    expect(refused.closes[0]).toMatchObject({ code: 'REFUSED', cause: { code: 'REFUSED' } })

    const silent = connect({ setupTimeoutMs: 50 })
    silent.connection.owner.connected()
    silent.clock.advanceMs(49)
    expect(silent.connection.wasReset).toBe(false)
    silent.clock.advanceMs(1)
    expect(silent.connection.wasReset).toBe(true)
    silent.network.close()
    expect(silent.closes.map(({ code }) => code)).toEqual(['TIMED_OUT'])
  })
})

describe('requests', () => {
  it('are answered by the responses in order, however the bytes are split', () => {
    for (const pieceBytes of [1, 3, 7, 1000]) {
      const { ask, answer, outcomes, sentIds, clock } = connectReady()
      ask('a')
      ask('b')
      expect(sentIds()).toEqual([0, 1, 2])
      answer(1, 'first', pieceBytes)
      answer(2, 'second', pieceBytes)
      expect(outcomes).toEqual(['a: first', 'b: second'])
      expect(clock.pendingTimers).toBe(0)
    }
  })

  it('beyond the bound wait until one is answered', () => {
    const { ask, answer, sentIds, client } = connectReady({ requestsInFlightMax: 2 })
    for (const name of ['a', 'b', 'c']) ask(name)
    expect(sentIds()).toEqual([0, 1, 2])
    expect(client.pendingRequests).toBe(3)
    answer(1, 'x')
    expect(sentIds()).toEqual([0, 1, 2, 3])
  })

  it('beyond the bound of waiting ones fail, certainly without effect and not inside the call', () => {
    const { ask, outcomes, clock } = connectReady({ requestsInFlightMax: 1, requestsQueuedMax: 1 })
    for (const name of ['a', 'b', 'c']) ask(name)
    expect(outcomes).toEqual([])
    clock.advanceMs(0)
    expect(outcomes).toEqual(['c: TOO_MANY_IN_FLIGHT unsent'])
  })

  it('wait while the network takes nothing more', () => {
    const { ask, connection, sentIds } = connectReady()
    connection.takesMore = false
    ask('a')
    ask('b')
    expect(sentIds()).toEqual([0, 1])
    connection.takesMore = true
    connection.owner.writable()
    expect(sentIds()).toEqual([0, 1, 2])
  })

  it('without a response are done when they are sent, and hold up nothing', () => {
    const { client, clock, ask, answer, outcomes } = connectReady({ requestsInFlightMax: 1 })
    const done: (WireError | undefined)[] = []
    const body = { acks: 0, timeoutMs: 1, topicData: [] }
    client.request(apis.produce, 9, body, (error) => done.push(error), { timeoutMs: 5, expectsResponse: false })
    ask('a')
    expect(done).toEqual([])
    clock.advanceMs(0)
    expect(done).toEqual([undefined])
    answer(2, 'x')
    expect(outcomes).toEqual(['a: x'])
    clock.advanceMs(1000)
    expect(client.isReady).toBe(true)
  })

  it('that their version cannot carry fail alone', () => {
    const { client, clock, ask, sentIds } = connectReady()
    const errors: (WireError | undefined)[] = []
    const done = (error: WireError | undefined) => errors.push(error)
    client.request(apis.metadata, 99, { topics: null }, done, { timeoutMs: 5 })
    client.request(apis.metadata, 0, { topics: null }, done, { timeoutMs: 5 })
    expect(errors).toEqual([])
    clock.advanceMs(0)
    expect(errors.map((error) => [error?.code, error?.sent])).toEqual(Array(2).fill(['UNSUPPORTED_VERSION', false]))
    ask('a')
    expect(sentIds()).toEqual([0, 1])
  })

  it('before the connection is ready, and after it is closed, fail', () => {
    const { ask, outcomes, clock, network, client } = connect()
    ask('early')
    client.close()
    network.close()
    ask('late')
    clock.advanceMs(0)
    expect(outcomes).toEqual(['early: CLOSED unsent', 'late: CLOSED unsent'])
  })

  it('may be made by the completion of another', () => {
    const { client, ask, answer, outcomes } = connectReady({ requestsInFlightMax: 1 })
    client.request(apis.metadata, 9, { topics: null }, () => ask('second'), { timeoutMs: 100 })
    answer(1, 'x')
    answer(2, 'y')
    expect(outcomes).toEqual(['second: y'])
  })
})

describe('timeouts', () => {
  it('of a request in flight end the connection, and tell the sent from the unsent', () => {
    const { ask, clock, outcomes, connection, network, closes } = connectReady({ requestsInFlightMax: 2 })
    ask('a', 500)
    ask('b', 100)
    ask('c', 500)
    clock.advanceMs(100)
    expect(outcomes).toEqual(['b: TIMED_OUT sent'])
    expect(connection.wasReset).toBe(true)
    network.close()
    expect(outcomes).toEqual(['b: TIMED_OUT sent', 'a: CLOSED sent', 'c: CLOSED unsent'])
    expect(closes.length).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('of a request that was never sent leave the connection alone', () => {
    const { ask, answer, clock, outcomes, connection } = connectReady({ requestsInFlightMax: 1 })
    ask('a', 500)
    ask('b', 100)
    clock.advanceMs(100)
    expect(outcomes).toEqual(['b: TIMED_OUT unsent'])
    expect(connection.wasReset).toBe(false)
    answer(1, 'x')
    expect(outcomes).toEqual(['b: TIMED_OUT unsent', 'a: x'])
  })
})

describe('a broker that cannot be trusted', () => {
  const cases: readonly (readonly [string, (setup: ReturnType<typeof connectReady>) => void])[] = [
    ['answers out of order', ({ answer }) => answer(2, 'x')],
    [
      'answers with bytes left over',
      ({ connection }) => connection.deliver(framed(Uint8Array.of(0, 0, 0, 1, 0, 1, 2, 3))),
    ],
    ['answers with less than a header', ({ connection }) => connection.deliver(framed(Uint8Array.of(0, 0)))],
    ['announces a response of negative size', ({ connection }) => connection.deliver(Uint8Array.of(0xff, 0, 0, 0))],
  ]
  for (const [what, act] of cases) {
    it(`and ${what} loses the connection; every request in flight may have had an effect`, () => {
      const setup = connectReady({ requestsInFlightMax: 2 })
      for (const name of ['a', 'b', 'c']) setup.ask(name)
      act(setup)
      expect(setup.connection.wasReset).toBe(true)
      expect(setup.outcomes).toEqual([])
      setup.network.close()
      expect(setup.outcomes).toEqual([
        'a: MALFORMED_RESPONSE sent',
        'b: MALFORMED_RESPONSE sent',
        'c: MALFORMED_RESPONSE unsent',
      ])
      expect(setup.closes.map(({ code }) => code)).toEqual(['MALFORMED_RESPONSE'])
    })
  }

  it('and answers what nobody asked loses the connection', () => {
    const { answer, connection } = connectReady()
    answer(1, 'x')
    expect(connection.wasReset).toBe(true)
  })

  it('and announces a response over the limit loses the connection before it is received', () => {
    const { connection } = connectReady({ frameBytesMax: 100 })
    connection.deliver(Uint8Array.of(0, 0, 0, 101))
    expect(connection.wasReset).toBe(true)
  })
})

describe('a connection that is lost', () => {
  it('fails what was sent as possibly done, with the cause', () => {
    const { ask, outcomes, network, closes, client } = connectReady()
    ask('a')
    network.close(new NetworkError('RESET', 'the peer went away'))
    expect(outcomes).toEqual(['a: CLOSED sent'])
    expect(closes[0]).toMatchObject({ code: 'CLOSED', cause: { code: 'RESET' } })
    expect(client.isReady).toBe(false)
  })

  it('by the broker ending it is ended by this side too', () => {
    const { ask, outcomes, network, connection, closes } = connectReady()
    ask('a')
    connection.owner.ended()
    expect([connection.hasEnded, connection.wasReset]).toEqual([true, false])
    network.close()
    expect(outcomes).toEqual(['a: CLOSED sent'])
    expect(closes.map(({ message }) => message)).toEqual(['broker:9092 closed the connection'])
  })

  it('inside a completion hands out nothing more', () => {
    const { client, answer, ask, outcomes, connection, network } = connectReady()
    client.request(apis.metadata, 9, { topics: null }, () => client.close(), { timeoutMs: 100 })
    ask('a')
    answer(1, 'x')
    answer(2, 'y')
    expect([outcomes, connection.wasReset]).toEqual([[], true])
    network.close()
    expect(outcomes).toEqual(['a: CLOSED sent'])
  })
})
