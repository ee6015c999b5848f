import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { SocketConnection } from '../../../src/real/connection.ts'
import { Life } from '../../../src/real/life.ts'
import { reopenIntoOwnBuffers } from '../../../src/real/reading.ts'
import type { ConnectionOwner } from '../../../src/world/network.ts'

const REQUEST_BYTES = 4

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** A client whose peer reads requests of four bytes, each into a buffer of that size, and answers each with one byte. */
async function answeredClient(): Promise<{ client: Socket; writes: () => number }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  server.close()
  const connection = new SocketConnection(new Life(), { host: '127.0.0.1', port: 0 })
  const socket = reopenIntoOwnBuffers(accepted, connection)
  sockets.push(client, socket)
  let writes = 0
  const uncork = socket.uncork.bind(socket)
  socket.uncork = () => {
    writes++
    uncork()
  }
  const nothing = () => undefined
  const owner: ConnectionOwner = {
    ...{ connected: nothing, writable: nothing, ended: nothing, closed: nothing },
    receiveBuffer: () => new Uint8Array(REQUEST_BYTES),
    received: () => connection.send([Uint8Array.of(7)]),
  }
  connection.attach(socket, 'direct')
  connection.belongTo(owner)
  // What comes first is read before the owner is asked for buffers.
  client.write(new Uint8Array(REQUEST_BYTES))
  await bytesOf(client, 1)
  return { client, writes: () => writes }
}

async function bytesOf(client: Socket, count: number): Promise<void> {
  for (let received = 0; received < count; ) received += ((await once(client, 'data')) as [Uint8Array])[0].length
}

it('answers to what has arrived together leave in one write, though each request fills a buffer', async () => {
  const { client, writes } = await answeredClient()
  const before = writes()
  client.write(new Uint8Array(5 * REQUEST_BYTES))
  await bytesOf(client, 5)
  expect(writes() - before).toBe(1)
})

it('an answer leaves at once where its request has filled a buffer and nothing more has come', async () => {
  const { client, writes } = await answeredClient()
  for (let request = 0; request < 3; request++) {
    const before = writes()
    client.write(new Uint8Array(REQUEST_BYTES))
    await bytesOf(client, 1)
    expect(writes() - before).toBe(1)
  }
})
