/** The limits of docs/limits.md, leant on by strange peers, in both worlds. */

import { afterEach, describe, expect, it } from 'vitest'
import { apis } from '../../src/protocol/apis.ts'
import { crc32c } from '../../src/protocol/crc32c.ts'
import { encodeBatch } from '../../src/protocol/record-batch-encode.ts'
import { type RawPeer, type ServedBroker, worlds } from './served-broker.ts'

const EVER_MS = 2 ** 31 - 1
const RECORD_BYTES = 500_000

describe.each(worlds)('a broker $name', ({ serve }) => {
  let served: ServedBroker
  afterEach(() => served.end())
  const answered = (...peers: RawPeer[]): Promise<void> =>
    served.until('answers', () => peers.every(({ answers }) => answers > 0))
  const greeting = (): RawPeer => {
    const peer = served.connect()
    peer.greet()
    return peer
  }
  const fetch = (topic: string, wait: { readonly maxWaitMs: number; readonly minBytes: number }) => ({
    ...{ replicaId: -1, maxBytes: 50_000_000, isolationLevel: 0, sessionId: 0, sessionEpoch: -1, ...wait },
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50_000_000 }] }],
    ...{ forgottenTopicsData: [], rackId: '' },
  })
  const createTopic = async (): Promise<RawPeer> => {
    const peer = served.connect()
    const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
    peer.ask(apis.createTopics, 5, { topics, timeoutMs: 10_000, validateOnly: false })
    await answered(peer)
    return peer
  }
  const produce = async (peer: RawPeer, count: number): Promise<void> => {
    const value = new Uint8Array(RECORD_BYTES)
    const records = encodeBatch({ baseOffset: 0, records: [{ timestamp: 1, key: null, value }] }, crc32c)
    const before = peer.answers
    for (let sent = 0; sent < count; sent++) {
      peer.ask(apis.produce, 7, {
        ...{ transactionalId: null, acks: 1, timeoutMs: 1000 },
        topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
      })
    }
    await served.until('acknowledgements', () => peer.answers === before + count)
  }

  it('serves max.connections; the next waits until one of them leaves, and those beyond the backlog are reset', async () => {
    served = await serve({ 'max.connections': '2', 'socket.listen.backlog.size': '1' })
    const [first, second] = [greeting(), greeting()]
    await answered(first, second)
    const waiting = greeting()
    await served.settle()
    const surplus = greeting()
    await served.until('a reset', () => surplus.isOver)
    expect([waiting.answers, waiting.isOver]).toEqual([0, false])
    first.reset()
    await answered(waiting)
  })

  it('turns away connections of an address that has its number', async () => {
    served = await serve({ 'max.connections.per.ip': '2' })
    const peers = [greeting(), greeting()]
    await answered(...peers)
    const surplus = greeting()
    await served.until('a reset', () => surplus.isOver)
    expect(surplus.answers).toBe(0)
    peers[0]!.reset()
    await served.until('room', () => served.broker.load.connections === 1)
    await answered(greeting())
  })

  it('reads no request while those that are held fill queued.max.request.bytes, and then goes on', async () => {
    served = await serve({ 'queued.max.request.bytes': '1000000', 'socket.request.max.bytes': '1000000' })
    const [healthy, glutton] = [greeting(), served.connect()]
    await answered(healthy)
    const long = new Uint8Array(600_000)
    new DataView(long.buffer).setInt32(0, 990_000)
    glutton.send(long)
    await served.settle()
    const other = served.connect()
    other.send(long)
    await served.settle()
    healthy.greet()
    await served.settle()
    expect(healthy.answers).toBe(1)
    glutton.reset()
    await served.until('an answer', () => healthy.answers === 2)
  })

  it('refuses a request above socket.request.max.bytes by its length alone', async () => {
    served = await serve({ 'socket.request.max.bytes': '1000' })
    const peer = served.connect()
    peer.send(Uint8Array.of(0, 0, 4, 0))
    await served.until('a reset', () => peer.isOver)
  })

  it('forgets a fetch that would wait for weeks when whoever asked is gone', async () => {
    served = await serve({})
    const peer = await createTopic()
    peer.ask(apis.fetch, 11, fetch('t', { maxWaitMs: EVER_MS, minBytes: 1 }))
    await served.until('a fetch that waits', () => served.broker.load.delayedFetches === 1)
    peer.reset()
    await served.until('nothing that waits', () => served.broker.load.delayedFetches === 0)
  })

  it('keeps nothing of what a fetch has read that waits for more', async () => {
    served = await serve({})
    const peer = await createTopic()
    await produce(peer, 2)
    peer.ask(apis.fetch, 11, fetch('t', { maxWaitMs: EVER_MS, minBytes: 40_000_000 }))
    await served.until('a fetch that waits', () => served.broker.load.delayedFetches === 1)
    expect(served.broker.load.fetchBytes).toBe(0)
  })

  it('starts no further fetch for a reader that does not read, and answers it when it reads on', async () => {
    served = await serve({})
    const peer = await createTopic()
    await produce(peer, 16)
    const slow = served.connect()
    slow.stopReading()
    for (let count = 0; count < 50; count++) slow.ask(apis.fetch, 11, fetch('t', { maxWaitMs: 0, minBytes: 1 }))
    await served.until('an answer that is not taken', () => served.broker.load.unsentBytes > 0)
    await served.settle()
    expect(served.broker.load.unsentBytes).toBeLessThanOrEqual(17 * RECORD_BYTES)
    slow.readOn()
    await served.until('all answers', () => slow.answers === 50)
    await served.until('nothing unsent', () => served.broker.load.unsentBytes === 0)
  })

  it('resets a connection on which no request came for connections.max.idle.ms', async () => {
    served = await serve({ 'connections.max.idle.ms': '300' })
    const [silent, greeted] = [served.connect(), greeting()]
    await served.until('an end', () => silent.isOver && greeted.isOver)
    expect(greeted.answers).toBe(1)
  })
})
