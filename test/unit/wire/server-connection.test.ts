import { describe, expect, it } from 'vitest'
import { type Api, apis } from '../../../src/protocol/apis.ts'
import { correlationIdOf, encodeRequest } from '../../../src/protocol/headers.ts'
import type { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import type { ServerRequest } from '../../../src/wire/exchange.ts'
import { ServerConnection, type ServerConnectionOptions } from '../../../src/wire/server-connection.ts'
import type { WireError } from '../../../src/wire/wire-error.ts'
import { NetworkError } from '../../../src/world/network.ts'
import { framed, TestConnection } from './fixture.ts'

/** A server connection, with everything its handler was told. `onRequest` runs inside the handler's call. */
function serve(
  options: ServerConnectionOptions = {},
  onRequest: (request: ServerRequest, server: ServerConnection) => void = () => undefined,
) {
  const connection = new TestConnection()
  const started: ServerRequest[] = []
  const malformed: ProtocolError[] = []
  const closes: (WireError | undefined)[] = []
  const server = new ServerConnection(
    connection,
    {
      request: (request) => {
        started.push(request)
        onRequest(request, server)
      },
      malformed: (error) => malformed.push(error),
      closed: (error) => closes.push(error),
    },
    options,
  )
  connection.owner = server
  const startedIds = () => started.map(({ header }) => header.correlationId)
  return { connection, server, started, startedIds, malformed, closes }
}

function request<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  body: unknown,
): Uint8Array {
  return encodeRequest<Message, Message>(api as unknown as Api, version, correlationId, 'tester', body as never)
}

const fetch = (id: number) => request(apis.metadata, 12, id, { topics: null })
const produce = (id: number, payloadBytes = 10) =>
  request(apis.produce, 11, id, {
    acks: 1,
    timeoutMs: 1000,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: new Uint8Array(payloadBytes) }] }],
  })

/** An answer whose correlation id is the request's. */
function answerTo({ header }: ServerRequest, bytes = 4): Uint8Array[] {
  const payload = Buffer.alloc(bytes)
  payload.writeInt32BE(header.correlationId)
  return [framed(Uint8Array.from(payload))]
}

const answeredIds = (connection: TestConnection) => connection.frames.map((frame) => correlationIdOf(frame))

describe('requests', () => {
  it('are recognised when the bytes come one at a time', () => {
    const { connection, started } = serve({}, (each) => each.reply(answerTo(each)))
    connection.deliver(Uint8Array.from([...fetch(1), ...produce(2), ...fetch(3)]), 1)
    expect(
      started.map(({ header }) => [header.apiKey, header.apiVersion, header.correlationId, header.clientId]),
    ).toEqual([
      [3, 12, 1, 'tester'],
      [0, 11, 2, 'tester'],
      [3, 12, 3, 'tester'],
    ])
    expect(answeredIds(connection)).toEqual([1, 2, 3])
  })

  it('are movement on their connection byte by byte, and so are answers that the system gets rid of', () => {
    const { connection, server, started } = serve()
    const bytes = fetch(1)
    connection.deliver(bytes.subarray(0, 7), 1)
    expect([started.length, server.movedBytes]).toEqual([0, 7])
    connection.deliver(bytes.subarray(7))
    expect(server.movedBytes).toBe(bytes.length)
    connection.unsentBytes = 300
    started[0]!.reply([new Uint8Array(300)])
    expect(server.movedBytes).toBe(bytes.length)
    connection.unsentBytes = 100
    expect(server.movedBytes).toBe(bytes.length + 200)
  })

  it('carry the body that was sent', () => {
    const { connection, started } = serve()
    connection.deliver(fetch(1))
    const { bytes, bodyStart, bodyEnd } = started[0]!
    expect(Buffer.from(bytes.subarray(bodyStart, bodyEnd))).toEqual(
      Buffer.from(fetch(1).subarray(-(bodyEnd - bodyStart))),
    )
    expect(bodyEnd).toBe(bytes.length)
  })

  it('of other kinds are started one at a time, in order', () => {
    const { connection, started, startedIds } = serve()
    connection.deliver(Uint8Array.from([...fetch(1), ...fetch(2), ...produce(3)]))
    expect(startedIds()).toEqual([1])
    started[0]!.reply(answerTo(started[0]!))
    expect(startedIds()).toEqual([1, 2])
    started[1]!.reply(answerTo(started[1]!))
    expect(startedIds()).toEqual([1, 2, 3])
  })

  it('to produce are started behind unanswered produces, up to the bound', () => {
    const { connection, started, startedIds } = serve({ pipelinedRequestsMax: 3 })
    connection.deliver(Uint8Array.from([1, 2, 3, 4, 5].flatMap((id) => [...produce(id)])))
    expect(startedIds()).toEqual([1, 2, 3])
    started[1]!.reply(answerTo(started[1]!))
    expect(startedIds()).toEqual([1, 2, 3])
    started[0]!.reply(answerTo(started[0]!))
    expect(startedIds()).toEqual([1, 2, 3, 4, 5])
  })

  it('to produce are started behind others up to a number of bytes, and alone however large', () => {
    const { connection, started, startedIds } = serve({ pipelinedBytesMax: 1000 })
    connection.deliver(
      Uint8Array.from([...produce(1, 2000), ...produce(2, 400), ...produce(3, 400), ...produce(4, 400)]),
    )
    expect(startedIds()).toEqual([1])
    started[0]!.reply(answerTo(started[0]!))
    expect(startedIds()).toEqual([1, 2, 3])
  })

  it('to produce wait behind another kind, and another kind waits behind produces', () => {
    const { connection, started, startedIds } = serve()
    connection.deliver(Uint8Array.from([...produce(1), ...produce(2), ...fetch(3), ...produce(4)]))
    expect(startedIds()).toEqual([1, 2])
    started[1]!.reply(answerTo(started[1]!))
    expect(startedIds()).toEqual([1, 2])
    started[0]!.reply(answerTo(started[0]!))
    expect(startedIds()).toEqual([1, 2, 3])
    started[2]!.reply(answerTo(started[2]!))
    expect(startedIds()).toEqual([1, 2, 3, 4])
  })

  it('of unknown APIs and versions are for the handler to judge', () => {
    const { connection, started } = serve()
    const unknown = Uint8Array.of(0x7f, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff)
    const future = Uint8Array.of(0, 18, 0, 99, 0, 0, 0, 2, 0xff, 0xff, 0, 42)
    connection.deliver(framed(unknown))
    started[0]!.reply('none')
    connection.deliver(framed(future))
    expect(started.map(({ header }) => [header.apiKey, header.apiVersion, header.api?.name])).toEqual([
      [0x7f00, 9, undefined],
      [18, 99, 'ApiVersions'],
    ])
  })
})

describe('answers', () => {
  it('are sent in the order of the requests, whatever the order in which they come', () => {
    const { connection, started } = serve()
    connection.deliver(Uint8Array.from([1, 2, 3, 4].flatMap((id) => [...produce(id)])))
    for (const index of [3, 1]) started[index]!.reply(answerTo(started[index]!))
    expect(answeredIds(connection)).toEqual([])
    started[0]!.reply(answerTo(started[0]!))
    expect(answeredIds(connection)).toEqual([1, 2])
    started[2]!.reply(answerTo(started[2]!))
    expect(answeredIds(connection)).toEqual([1, 2, 3, 4])
  })

  it('that may leave together leave in one send', () => {
    const { connection, started } = serve()
    connection.deliver(Uint8Array.from([1, 2, 3].flatMap((id) => [...produce(id)])))
    for (const index of [2, 1, 0]) started[index]!.reply(answerTo(started[index]!))
    expect(connection.sends.length).toBe(1)

    const prompt = serve({}, (each) => each.reply(answerTo(each)))
    prompt.connection.deliver(Uint8Array.from([1, 2, 3].flatMap((id) => [...fetch(id)])))
    expect(prompt.connection.sends.length).toBe(1)
    expect(answeredIds(prompt.connection)).toEqual([1, 2, 3])
  })

  it('that are large are not gathered without bound', () => {
    const { connection } = serve({}, (each) => each.reply(answerTo(each, 200_000)))
    connection.deliver(Uint8Array.from([1, 2, 3, 4].flatMap((id) => [...fetch(id)])))
    expect(connection.sends.length).toBe(2)
  })

  it('may be none, and then do not hold up those behind', () => {
    const { connection, started } = serve()
    connection.deliver(Uint8Array.from([...produce(1), ...produce(2), ...fetch(3)]))
    started[1]!.reply(answerTo(started[1]!))
    started[0]!.reply('none')
    started[2]!.reply(answerTo(started[2]!))
    expect(answeredIds(connection)).toEqual([2, 3])
  })

  it('are given once', () => {
    const { connection, started } = serve()
    connection.deliver(Uint8Array.from([...produce(1), ...produce(2)]))
    started[1]!.reply('none')
    expect(() => started[1]!.reply('none')).toThrow(/answered once/)
  })
})

describe('back-pressure', () => {
  it('starts nothing while the peer does not take what is sent', () => {
    const { connection, server, started, startedIds } = serve()
    connection.deliver(Uint8Array.from([1, 2, 3].flatMap((id) => [...fetch(id)])))
    connection.takesMore = false
    started[0]!.reply(answerTo(started[0]!))
    // The second was started before the answer to the first was sent; from then on the connection is full.
    expect(startedIds()).toEqual([1, 2])
    started[1]!.reply(answerTo(started[1]!))
    expect(startedIds()).toEqual([1, 2])
    connection.takesMore = true
    server.writable()
    expect(startedIds()).toEqual([1, 2, 3])
    expect(answeredIds(connection)).toEqual([1, 2])
  })

  it('sends a large answer before anything else is started', () => {
    const { connection, started, startedIds } = serve()
    connection.deliver(Uint8Array.from([...fetch(1), ...fetch(2)]))
    connection.takesMore = false
    started[0]!.reply(answerTo(started[0]!, 300_000))
    expect(startedIds()).toEqual([1])
  })

  it('stops reading when too many requests wait, and goes on when half of them are started', () => {
    const { connection, started } = serve({ queuedRequestsMax: 4 })
    connection.deliver(Uint8Array.from([1, 2, 3, 4, 5].flatMap((id) => [...fetch(id)])))
    expect(connection.isPaused).toBe(false)
    connection.deliver(fetch(6))
    expect(connection.isPaused).toBe(true)
    started[0]!.reply(answerTo(started[0]!))
    started[1]!.reply(answerTo(started[1]!))
    expect(connection.isPaused).toBe(true)
    started[2]!.reply(answerTo(started[2]!))
    expect(connection.isPaused).toBe(false)
  })

  it('stops reading when too many bytes wait', () => {
    const { connection, started } = serve({ queuedBytesMax: 1000 })
    connection.deliver(fetch(1))
    connection.deliver(produce(2, 2000))
    expect(connection.isPaused).toBe(true)
    started[0]!.reply(answerTo(started[0]!))
    expect(connection.isPaused).toBe(false)
  })
})

describe('the end of a connection', () => {
  it('comes by itself when the peer has ended and everything is answered', () => {
    const { connection, server, started } = serve()
    connection.deliver(Uint8Array.from([...fetch(1), ...fetch(2)]))
    server.ended()
    started[0]!.reply(answerTo(started[0]!))
    expect(connection.hasEnded).toBe(false)
    started[1]!.reply(answerTo(started[1]!))
    expect(answeredIds(connection)).toEqual([1, 2])
    expect(connection.hasEnded).toBe(true)
  })

  it('comes at once for a frame that is too long, and the handler is told why', () => {
    const { connection, server, closes, startedIds } = serve({ frameBytesMax: 100 })
    connection.deliver(Uint8Array.from([...fetch(1), 0x7f, 0, 0, 0]))
    expect(startedIds()).toEqual([1])
    expect(connection.wasReset).toBe(true)
    server.closed(undefined)
    expect(closes.map((error) => error?.code)).toEqual(['MALFORMED_REQUEST'])
  })

  it('is told with its cause when the network breaks', () => {
    const { server, closes } = serve()
    const cause = new NetworkError('RESET', 'the peer went away')
    server.closed(cause)
    expect(closes[0]).toMatchObject({ code: 'CLOSED', cause })
  })

  it('makes answers that come later go nowhere, and starts nothing more', () => {
    const { connection, server, started, closes } = serve()
    connection.deliver(Uint8Array.from([...fetch(1), ...fetch(2)]))
    server.closed(undefined)
    started[0]!.reply(answerTo(started[0]!))
    expect([connection.sends.length, started.length]).toEqual([0, 1])
    expect(closes).toEqual([undefined])
  })

  it('by the handler sends what is answered before, and nothing after', () => {
    const { connection, server, startedIds } = serve({}, (each) => {
      if (each.header.correlationId === 2) server.close()
      else each.reply(answerTo(each))
    })
    connection.deliver(Uint8Array.from([1, 2, 3].flatMap((id) => [...fetch(id)])))
    expect(answeredIds(connection)).toEqual([1])
    expect(startedIds()).toEqual([1, 2])
    expect([connection.hasEnded, connection.wasReset]).toEqual([true, false])
    connection.deliver(fetch(4))
    expect(startedIds()).toEqual([1, 2])
  })
})

describe('a connection that is closed while it is not read', () => {
  it('is read again, so that the end of the peer is noticed', () => {
    const { connection, server } = serve({ queuedBytesMax: 1000 })
    connection.deliver(fetch(1))
    connection.deliver(produce(2, 2000))
    expect(connection.isPaused).toBe(true)
    server.close()
    expect([connection.isPaused, connection.hasEnded]).toEqual([false, true])
  })

  it('by a handler, in the midst of much that waits, is not paused afterwards', () => {
    const { connection } = serve({ queuedBytesMax: 1000 }, (_, server) => server.close())
    connection.deliver(Uint8Array.from([...fetch(1), ...produce(2, 2000)]))
    expect([connection.isPaused, connection.hasEnded]).toEqual([false, true])
  })
})

describe('a frame without a readable header', () => {
  it('is reported in its turn, after the answers before it', () => {
    const { connection, started, malformed } = serve()
    connection.deliver(Uint8Array.from([...fetch(1), ...framed(Uint8Array.of(0, 3, 0)), ...fetch(2)]))
    expect(malformed).toEqual([])
    started[0]!.reply(answerTo(started[0]!))
    expect(malformed.map(({ code }) => code)).toEqual(['TRUNCATED'])
  })

  it('may be empty', () => {
    const { connection, malformed } = serve()
    connection.deliver(framed(new Uint8Array(0)))
    expect(malformed.length).toBe(1)
  })
})
