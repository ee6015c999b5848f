/** What a broker's end of a connection tells of its memory, and how it is held. */

import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'
import type { ServerRequest } from '../../../src/wire/exchange.ts'
import { ServerConnection } from '../../../src/wire/server-connection.ts'
import { framed, TestConnection } from './fixture.ts'

function serve() {
  const connection = new TestConnection()
  const started: ServerRequest[] = []
  const held: (readonly [number, number])[] = []
  const server = new ServerConnection(connection, {
    request: (request) => started.push(request),
    malformed: () => undefined,
    holds: (requestBytes, unsentBytes) => held.push([requestBytes, unsentBytes]),
    closed: () => undefined,
  })
  connection.owner = server
  return { connection, server, started, held }
}

const metadata = (id: number) => encodeRequest(apis.metadata, 12, id, 'tester', { topics: null })
const produce = (id: number, bytes: number) =>
  encodeRequest(apis.produce, 11, id, 'tester', {
    acks: 1,
    timeoutMs: 1000,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: new Uint8Array(bytes) }] }],
  })
const answer = [framed(new Uint8Array(4))]

describe('memory', () => {
  it('for requests is told from their arrival to their answer', () => {
    const { connection, started, held } = serve()
    const [one, two] = [metadata(1), metadata(2)]
    const [oneBytes, twoBytes] = [one.length - 4, two.length - 4]
    connection.deliver(Uint8Array.from([...one, ...two]))
    expect(held.at(-1)).toEqual([oneBytes + twoBytes, 0])
    started[0]!.reply(answer)
    expect(held.at(-1)).toEqual([twoBytes, 0])
    started[1]!.reply(answer)
    expect(held.at(-1)).toEqual([0, 0])
  })

  it('for a long request is told when its length is announced', () => {
    const { connection, held } = serve()
    const long = produce(1, 500_000)
    connection.deliver(long.subarray(0, 20_000))
    expect(held).toEqual([[long.length - 4, 0]])
    connection.deliver(long.subarray(20_000))
    expect(held).toHaveLength(1)
  })

  it('for answers that the peer does not take is told until it does', () => {
    const { connection, started, held } = serve()
    connection.takesMore = false
    connection.deliver(metadata(1))
    connection.unsentBytes = 8
    started[0]!.reply(answer)
    expect(held.at(-1)).toEqual([0, 8])
    connection.unsentBytes = 0
    connection.owner.writable()
    expect(held.at(-1)).toEqual([0, 0])
  })

  it('is all given back when the connection ends', () => {
    const { connection, server, held } = serve()
    connection.deliver(metadata(1))
    connection.deliver(produce(2, 50_000).subarray(0, 30_000))
    server.reset()
    expect(held.at(-1)).toEqual([0, 0])
  })
})

describe('a connection that is held', () => {
  it('is not read until it is released', () => {
    const { connection, server } = serve()
    server.hold()
    expect(connection.isPaused).toBe(true)
    server.release()
    expect(connection.isPaused).toBe(false)
  })

  it('is read to the end of a long request that has begun, and no further', () => {
    const { connection, server } = serve()
    const long = produce(1, 100_000)
    connection.deliver(long.subarray(0, 50_000))
    server.hold()
    expect(connection.isPaused).toBe(false)
    connection.deliver(long.subarray(50_000))
    expect(connection.isPaused).toBe(true)
  })

  it('stays paused for as long as its own queue is full', () => {
    const { connection, server } = serve()
    server.hold()
    for (let id = 0; id < 150; id++) connection.deliver(metadata(id))
    server.release()
    expect(connection.isPaused).toBe(true)
  })
})

describe('a request that waits when its connection ends', () => {
  it.each(['reset', 'close'] as const)('is told so once (%s)', (end) => {
    const { connection, server, started } = serve()
    let told = 0
    connection.deliver(metadata(1))
    started[0]!.whenAbandoned(() => told++)
    server[end]()
    connection.owner.closed(undefined)
    expect(told).toBe(1)
  })

  it('is told nothing once it is answered', () => {
    const { connection, server, started } = serve()
    let told = 0
    connection.deliver(metadata(1))
    started[0]!.whenAbandoned(() => told++)
    started[0]!.reply(answer)
    server.reset()
    expect(told).toBe(0)
  })
})
