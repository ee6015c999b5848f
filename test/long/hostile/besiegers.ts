/** Connections that do as little as they can get away with: idle ones, half-open ones, readers that do not read. */

import { connect, type Socket } from 'node:net'
import { apis } from '../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'

/** How many connections are opened at a time: a listener's backlog is bounded. */
const AT_A_TIME = 100
const FETCH_BYTES = 50_000_000
const FETCHES = 5

export interface BesiegersOptions {
  readonly port: number
  /** Connections on which nothing happens after the first answer, or nothing at all. */
  readonly idle: number
  /** Connections that have sent half a frame, or ended their side. */
  readonly halfOpen: number
  /** Connections that ask for much and read nothing. */
  readonly slowReaders: number
  /** What the slow readers fetch, from its start. */
  readonly topic: string
}

export class Besiegers {
  readonly #sockets: Socket[] = []

  /** Opens them all; who is turned away is not told apart. */
  static async open(options: BesiegersOptions): Promise<Besiegers> {
    const { idle, halfOpen, slowReaders } = options
    const besiegers = new Besiegers()
    const acts = [
      ...Array.from({ length: idle }, (_, index) => (index % 2 === 0 ? silent : greeting)),
      ...Array.from({ length: halfOpen }, (_, index) => [halfFrame, halfLength, ended][index % 3]!),
      ...Array.from({ length: slowReaders }, () => slowReader(options.topic)),
    ]
    for (let at = 0; at < acts.length; at += AT_A_TIME) {
      await Promise.all(acts.slice(at, at + AT_A_TIME).map((act, index) => besiegers.#open(options.port, index, act)))
    }
    return besiegers
  }

  /** Those that the broker has not ended. */
  get open(): number {
    return this.#sockets.filter((socket) => !socket.destroyed).length
  }

  close(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async #open(port: number, lane: number, act: (socket: Socket) => void): Promise<void> {
    const options = { port, host: '127.0.0.1', localAddress: `127.0.2.${1 + (lane % 250)}`, allowHalfOpen: true }
    const socket = connect(options)
    this.#sockets.push(socket)
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve)
      socket.on('error', () => resolve())
    })
    act(socket)
  }
}

const apiVersions = encodeRequest(apis.apiVersions, 0, 1, null, {})

function silent(socket: Socket): void {
  socket.resume()
}

function greeting(socket: Socket): void {
  socket.resume()
  socket.write(apiVersions)
}

/** Announces a long frame, sends more than fits into a small buffer, and stops. */
function halfFrame(socket: Socket): void {
  socket.resume()
  const bytes = new Uint8Array(40_000)
  new DataView(bytes.buffer).setInt32(0, 50_000_000)
  socket.write(bytes)
}

function halfLength(socket: Socket): void {
  socket.resume()
  socket.write(Uint8Array.of(0, 0))
}

/** Ends its side at once, and never lets go of the other. */
function ended(socket: Socket): void {
  socket.pause()
  socket.end()
}

function slowReader(topic: string): (socket: Socket) => void {
  return (socket) => {
    socket.pause()
    for (let count = 0; count < FETCHES; count++) socket.write(fetchRequest(topic, count))
  }
}

function fetchRequest(topic: string, correlationId: number): Uint8Array {
  return encodeRequest(apis.fetch, 12, correlationId, 'slow', {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: FETCH_BYTES }] }],
    forgottenTopicsData: [],
    rackId: '',
  })
}
