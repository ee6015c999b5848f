import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Reader, reopenIntoOwnBuffers } from '../../../src/real/reading.ts'

describe('an accepted socket', () => {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })

  /** A socket that a server accepted, and the one that connected. */
  const socketPair = () =>
    new Promise<{ accepted: Socket; client: Socket; connections: () => Promise<number> }>((resolve) => {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
        sockets.push(accepted)
        const connections = () => new Promise<number>((tell) => server.getConnections((_error, count) => tell(count)))
        resolve({ accepted, client, connections })
        server.close()
      })
      let client: Socket
      server.listen(0, '127.0.0.1', () => {
        client = connect((server.address() as AddressInfo).port, '127.0.0.1')
        sockets.push(client)
      })
    })

  const filledBuffers = () => {
    const buffers: Uint8Array[] = []
    const filled: { buffer: Uint8Array; count: number }[] = []
    const reader: Reader = {
      nextBuffer: () => {
        const buffer = new Uint8Array(16)
        buffers.push(buffer)
        return buffer
      },
      filled: (count, buffer) => filled.push({ buffer, count }),
    }
    return { buffers, filled, reader }
  }

  it('is read straight into the buffers of its reader on this version of Node', async () => {
    const { accepted, client, connections } = await socketPair()
    const { buffers, filled, reader } = filledBuffers()
    const socket = reopenIntoOwnBuffers(accepted, reader)
    sockets.push(socket)
    expect(socket).not.toBe(accepted)
    client.write(Buffer.alloc(40, 7))
    const ended = new Promise((resolve) => socket.once('end', resolve))
    client.end()
    await ended
    expect(filled.map(({ buffer }) => buffers.includes(buffer))).not.toContain(false)
    expect(Buffer.concat(filled.map(({ buffer, count }) => buffer.subarray(0, count)))).toEqual(Buffer.alloc(40, 7))
    expect(await connections()).toBe(0)
  })

  it('stays as it is where its handle does not offer that', async () => {
    const { accepted, client } = await socketPair()
    const { reader } = filledBuffers()
    Object.defineProperty((accepted as unknown as { _handle: object })._handle, 'useUserBuffer', { value: undefined })
    expect(reopenIntoOwnBuffers(accepted, reader)).toBe(accepted)
    const received = new Promise<string>((resolve) => accepted.once('data', (bytes) => resolve(String(bytes))))
    client.write('hello')
    accepted.resume()
    expect(await received).toBe('hello')
  })
})
