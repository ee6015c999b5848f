/** The contract of `Network`: what connections promise on every kind of network. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Address, NetworkError } from '../../src/world/network.ts'
import { answer, bytesOf, textOf } from './answers.ts'
import type { Arm, ArmKind } from './arm.ts'
import { connect, connectedPair, openPort, Peer } from './peer.ts'

const mebibyte = 1024 * 1024
/** More than the buffers of any system on the way can hold. */
const moreThanFits = 48 * mebibyte

export function networkSuite(kind: ArmKind): void {
  let arm: Arm
  beforeEach(() => {
    arm = kind.begin()
  })
  afterEach(() => arm.end())

  describe('network: opening', () => {
    it('a connection reaches the listener, and both sides know the other', async () => {
      const { client, server, port } = await connectedPair(arm)
      expect(client.connection?.remote).toEqual(port.address)
      expect(server.connection?.remote.port).toBeGreaterThan(0)
      expect(server.told).toEqual([])
    })

    it('a free port is taken for port 0, another one each time', async () => {
      const world = arm.world('a')
      const first = await openPort(arm, world, 'a')
      const second = await openPort(arm, world, 'a')
      expect(first.address.host).toBe(arm.host('a'))
      expect(first.address.port).not.toBe(second.address.port)
    })

    it('an address that is listened at is in use, until the listener closes', async () => {
      const world = arm.world('a')
      const { address, listener } = await openPort(arm, world, 'a')
      const listen = () =>
        answer<NetworkError, Address>(arm, (done) => world.network.listen(address, () => new Peer(), done))
      const taken = await listen()
      expect(taken.error?.code).toBe('ADDRESS_IN_USE')
      expect(taken.value).toEqual(address)
      listener.close()
      await arm.settle()
      expect(await listen()).toEqual({ error: undefined, value: address })
    })

    it('nobody can listen at an address of another machine', async () => {
      const foreign = { host: '192.0.2.1', port: 0 }
      const world = arm.world('a')
      const { error } = await answer<NetworkError, Address>(arm, (done) =>
        world.network.listen(foreign, () => new Peer(), done),
      )
      expect(error?.code).toBe('ADDRESS_UNAVAILABLE')
    })

    it('a connection is refused where nobody listens', async () => {
      const { address, listener } = await openPort(arm, arm.world('a'), 'a')
      listener.close()
      await arm.settle()
      const client = connect(arm.world('b'), address)
      await arm.until('the refusal', () => client.isClosed)
      expect(client.error?.code).toBe('REFUSED')
      expect(client.told).toEqual(['closed'])
      expect(client.send(bytesOf('too late'))).toBe(false)
    })

    it('a listener that closes keeps the connections it accepted', async () => {
      const { client, server, port } = await connectedPair(arm)
      port.listener.close()
      port.listener.close()
      await arm.settle()
      client.send(bytesOf('still here'))
      await arm.until('the bytes', () => server.receivedBytes === 10)
      server.send(bytesOf('so am I'))
      await arm.until('the answer', () => client.receivedBytes === 7)
    })

    it('what is sent before the connection is established arrives first', async () => {
      const { address, accepted } = await openPort(arm, arm.world('a'), 'a')
      const client = connect(arm.world('b'), address)
      client.send(bytesOf('early '))
      expect(client.connection?.unsentBytes).toBe(6)
      await arm.until('the connection', () => client.told.includes('connected'))
      client.send(bytesOf('late'))
      await arm.until('the bytes', () => accepted[0]?.receivedBytes === 10)
      expect(textOf(accepted[0]?.bytes as Uint8Array)).toBe('early late')
    })

    it('the accepting side may send, pause and resume at once', async () => {
      const world = arm.world('a')
      let accepted: Peer | undefined
      const { value: address } = await answer<NetworkError, Address>(arm, (done) => {
        world.network.listen(
          { host: arm.host('a'), port: 0 },
          (connection) => {
            accepted = new Peer()
            accepted.connection = connection
            connection.pause()
            connection.send([bytesOf('welcome')])
            return accepted
          },
          done,
        )
      })
      const client = connect(arm.world('b'), address)
      client.send(bytesOf('hello'))
      await arm.until('the greeting', () => client.receivedBytes === 7)
      await arm.settle()
      expect(accepted?.receivedBytes).toBe(0)
      accepted?.call((connection) => connection.resume())
      await arm.until('the bytes', () => accepted?.receivedBytes === 5)
    })
  })

  describe('network: bytes', () => {
    it('bytes arrive in the order of the sends and of their parts, whatever their sizes', async () => {
      const { client, server } = await connectedPair(arm)
      const sizes = [1, 0, 7, 4096, 3, 65_537, 0, 2, 1024, 1025, 1]
      let from = 0
      for (const size of sizes) {
        client.send(patternBytes(from, size), new Uint8Array(0), patternBytes(from + size, 1))
        from += size + 1
      }
      await arm.until('all bytes', () => server.receivedBytes === from)
      expect(server.bytes).toEqual(patternBytes(0, from))
    })

    it('bytes come through buffers of one byte', async () => {
      const { client, server } = await connectedPair(arm, { server: { bufferBytes: 1 } })
      client.send(patternBytes(0, 3000))
      await arm.until('all bytes', () => server.receivedBytes === 3000)
      expect(server.bytes).toEqual(patternBytes(0, 3000))
      expect(server.deliveries).toBe(3000)
    })

    it('sixteen mebibytes arrive unharmed in both directions at once', async () => {
      const clientCheck = new PatternCheck()
      const serverCheck = new PatternCheck()
      const { client, server } = await connectedPair(arm, {
        client: { onBytes: (bytes) => clientCheck.see(bytes), onWritable: () => fromClient() },
        server: { onBytes: (bytes) => serverCheck.see(bytes), bufferBytes: 100_003, onWritable: () => fromServer() },
      })
      const fromClient = streamer(client, 16 * mebibyte, 65_000)
      const fromServer = streamer(server, 16 * mebibyte, 1_000_000)
      fromClient()
      fromServer()
      await arm.until('all bytes', () => clientCheck.count + serverCheck.count === 32 * mebibyte)
      expect([clientCheck.wrong, serverCheck.wrong]).toEqual([0, 0])
    })

    it('several connections do not mix their bytes', async () => {
      const { address, accepted } = await openPort(arm, arm.world('a'), 'a')
      const world = arm.world('b')
      const clients = [...'abcdefgh'].map((letter) => {
        const client = connect(world, address)
        client.send(bytesOf(letter.repeat(2000)))
        return client
      })
      await arm.until('all bytes', () => accepted.reduce((sum, peer) => sum + peer.receivedBytes, 0) === 16_000)
      const texts = accepted.map((peer) => textOf(peer.bytes)).sort()
      expect(texts).toEqual([...'abcdefgh'].map((letter) => letter.repeat(2000)))
      expect(clients.every((client) => client.told[0] === 'connected')).toBe(true)
    })
  })

  describe('network: back-pressure', () => {
    it.each(['client', 'server'] as const)(
      'a receiver that pauses holds back the sender (the %s sends)',
      async (who) => {
        const check = new PatternCheck()
        const options = { onBytes: (bytes: Uint8Array) => check.see(bytes) }
        const pair = await connectedPair(arm, { client: options, server: options })
        const sender = pair[who]
        const receiver = pair[who === 'client' ? 'server' : 'client']
        receiver.call((connection) => connection.pause())
        const stream = streamer(sender, moreThanFits, 65_536)
        const advance = () => {
          if (sender.writables > stream.rounds()) stream()
        }
        stream()
        await arm.settle()
        for (let before = -1; before !== stream.sent(); ) {
          before = stream.sent()
          advance()
          await arm.settle()
        }
        expect(stream.sent(), 'the sender was held back').toBeLessThan(moreThanFits)
        expect(sender.connection?.unsentBytes).toBeGreaterThan(0)
        expect(sender.connection?.unsentBytes, 'a sender that heeds the advice has little queued').toBeLessThan(
          mebibyte,
        )
        expect(receiver.deliveries, 'at most a delivery that was under way').toBeLessThanOrEqual(1)
        receiver.call((connection) => connection.resume())
        await arm.until('all bytes', () => {
          advance()
          return check.count === moreThanFits
        })
        expect(check.wrong).toBe(0)
      },
    )

    it('a sender that ignores the advice loses nothing', async () => {
      const check = new PatternCheck()
      const { client, server } = await connectedPair(arm, { server: { onBytes: (bytes) => check.see(bytes) } })
      server.call((connection) => connection.pause())
      let advice = true
      for (let from = 0; from < 8 * mebibyte; from += mebibyte) advice = client.send(patternBytes(from, mebibyte))
      expect(advice).toBe(false)
      await arm.settle()
      server.call((connection) => connection.resume())
      await arm.until('all bytes', () => check.count === 8 * mebibyte)
      expect(check.wrong).toBe(0)
      await arm.until('writable', () => client.writables === 1)
      expect(client.connection?.unsentBytes).toBe(0)
    })

    it('a receiver may pause in the midst of a delivery and resume later, again and again', async () => {
      const { client, server } = await connectedPair(arm, {
        server: { bufferBytes: 100, onBytes: (bytes) => receive(bytes) },
      })
      const kept: Uint8Array[] = []
      let isPaused = false
      const receive = (bytes: Uint8Array) => {
        expect(isPaused, 'nothing is delivered while the owner pauses').toBe(false)
        kept.push(bytes)
        isPaused = true
        server.connection?.pause()
      }
      client.send(patternBytes(0, 5000))
      client.call((connection) => connection.end())
      await arm.until('all bytes', () => {
        if (isPaused && server.receivedBytes < 5000) {
          isPaused = false
          server.call((connection) => connection.resume())
        }
        return server.receivedBytes === 5000
      })
      server.call((connection) => connection.resume())
      await arm.until('the end', () => server.told.includes('ended'))
      expect(Uint8Array.from(kept.flatMap((chunk) => [...chunk]))).toEqual(patternBytes(0, 5000))
    })
  })

  describe('network: ending', () => {
    it('a side that has ended still receives; when both have, both are closed without an error', async () => {
      const { client, server } = await connectedPair(arm)
      client.send(bytesOf('question'))
      client.call((connection) => connection.end())
      expect(client.send(bytesOf('more'))).toBe(false)
      await arm.until('the end', () => server.told.includes('ended'))
      expect(textOf(server.bytes)).toBe('question')
      server.send(patternBytes(0, mebibyte))
      await arm.until('the answer', () => client.receivedBytes === mebibyte)
      expect(client.isClosed || server.isClosed).toBe(false)
      server.call((connection) => connection.end())
      await arm.until('both closed', () => client.isClosed && server.isClosed)
      expect([client.error, server.error]).toEqual([undefined, undefined])
      expect(client.told.slice(-2)).toEqual(['ended', 'closed'])
      expect(server.told.at(-1)).toBe('closed')
    })

    it('the listening side may end first', async () => {
      const { client, server } = await connectedPair(arm)
      server.call((connection) => connection.end())
      await arm.until('the end', () => client.told.includes('ended'))
      client.send(bytesOf('last words'))
      client.call((connection) => connection.end())
      await arm.until('both closed', () => client.isClosed && server.isClosed)
      expect(textOf(server.bytes)).toBe('last words')
      expect([client.error, server.error]).toEqual([undefined, undefined])
    })

    it('an end comes behind everything that was queued', async () => {
      const check = new PatternCheck()
      const { client, server } = await connectedPair(arm, { server: { onBytes: (bytes) => check.see(bytes) } })
      client.send(patternBytes(0, 8 * mebibyte))
      client.call((connection) => connection.end())
      client.call((connection) => connection.end())
      await arm.until('the end', () => server.told.includes('ended'))
      expect(check).toMatchObject({ count: 8 * mebibyte, wrong: 0 })
    })

    it('a side may end before it is connected', async () => {
      const { address, accepted } = await openPort(arm, arm.world('a'), 'a')
      const client = connect(arm.world('b'), address)
      client.send(bytesOf('brief'))
      client.call((connection) => connection.end())
      await arm.until('the end', () => accepted[0]?.told.includes('ended') ?? false)
      expect(textOf(accepted[0]?.bytes as Uint8Array)).toBe('brief')
    })

    it('the peer of a side that resets sees a reset; the side itself sees no error', async () => {
      const { client, server } = await connectedPair(arm)
      server.call((connection) => connection.reset())
      server.call((connection) => connection.reset())
      expect(server.send(bytesOf('nothing'))).toBe(false)
      await arm.until('both closed', () => client.isClosed && server.isClosed)
      expect(client.error?.code).toBe('RESET')
      expect(server.error).toBeUndefined()
      expect(client.told).toEqual(['connected', 'closed'])
      expect(server.told).toEqual(['closed'])
    })

    it('a reset drops what is unsent', async () => {
      const { client, server } = await connectedPair(arm, { server: { onBytes: () => undefined } })
      server.call((connection) => connection.pause())
      for (let from = 0; from < moreThanFits; from += mebibyte) client.send(patternBytes(from, mebibyte))
      await arm.settle()
      client.call((connection) => connection.reset())
      expect(client.connection?.unsentBytes).toBe(0)
      await arm.until('this side closed', () => client.isClosed)
      expect(client.error).toBeUndefined()
      server.call((connection) => connection.resume())
      await arm.until('the peer closed', () => server.isClosed)
      expect(server.error?.code).toBe('RESET')
      expect(server.receivedBytes).toBeLessThan(moreThanFits)
    })

    it('a side that resets is told nothing but that it is closed', async () => {
      const { client, server } = await connectedPair(arm, { client: { bufferBytes: 10, onBytes: () => hangUp() } })
      const hangUp = () => client.connection?.reset()
      server.send(patternBytes(0, 5000))
      server.call((connection) => connection.end())
      await arm.until('closed', () => client.isClosed)
      expect(client.told).toEqual(['connected', 'received', 'closed'])
      expect(client.deliveries).toBe(1)
      await arm.settle()
    })

    it('a side may reset right after it has ended', async () => {
      const { client, server } = await connectedPair(arm)
      client.send(bytesOf('going'))
      client.call((connection) => connection.end())
      client.call((connection) => connection.reset())
      await arm.until('closed', () => client.isClosed)
      expect(client.error).toBeUndefined()
      await arm.until('the peer hears of it', () => server.isClosed || server.told.includes('ended'))
      server.call((connection) => connection.end())
      await arm.until('the peer closed', () => server.isClosed)
    })

    it('a side may reset between the end of its sending and the end of the other', async () => {
      const { client, server } = await connectedPair(arm)
      client.call((connection) => connection.end())
      await arm.until('the end', () => server.told.includes('ended'))
      client.call((connection) => connection.reset())
      await arm.until('closed', () => client.isClosed)
      expect(client.error).toBeUndefined()
      server.send(bytesOf('into the void'))
      await arm.until('the peer closed', () => server.isClosed)
      expect(server.error?.code).toBe('RESET')
    })

    it('a side may reset before it is connected, and is never told that it was', async () => {
      const { address } = await openPort(arm, arm.world('a'), 'a')
      const client = connect(arm.world('b'), address)
      client.call((connection) => connection.reset())
      await arm.until('closed', () => client.isClosed)
      expect(client.error).toBeUndefined()
      expect(client.told).toEqual(['closed'])
      await arm.settle()
    })
  })
}

/** Byte `i` of every transfer, so that a byte out of place is noticed. */
const patternAt = (index: number): number => (index * 31 + (index >>> 8) * 7 + (index >>> 16)) & 0xff

function patternBytes(from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index++) bytes[index] = patternAt(from + index)
  return bytes
}

/** Compares what arrives with the pattern, without keeping it. */
class PatternCheck {
  count = 0
  wrong = 0

  see(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++) if (bytes[index] !== patternAt(this.count + index)) this.wrong++
    this.count += bytes.length
  }
}

interface Streamer {
  /** Sends pieces until all are sent or the connection asks to wait. */
  (): void
  sent(): number
  /** How often the connection asked to wait. */
  rounds(): number
}

function streamer(peer: Peer, total: number, pieceBytes: number): Streamer {
  let sent = 0
  let refusals = 0
  const stream = () => {
    let goesOn = true
    while (goesOn && sent < total) {
      const count = Math.min(pieceBytes, total - sent)
      goesOn = peer.connection?.send([patternBytes(sent, count)]) ?? false
      sent += count
    }
    if (!goesOn) refusals++
  }
  return Object.assign(stream, { sent: () => sent, rounds: () => refusals - 1 })
}
