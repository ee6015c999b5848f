/** The contract of `World` about lives: when one ends, its methods are inert and nothing of it reaches into the next. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../../src/world/world.ts'
import { bytesOf, readFile, writeFile } from './answers.ts'
import type { Arm, ArmKind } from './arm.ts'
import { connect, openPort, Peer } from './peer.ts'

export function incarnationSuite(kind: ArmKind): void {
  let arm: Arm
  beforeEach(() => {
    arm = kind.begin()
  })
  afterEach(() => arm.end())

  const ends: readonly (readonly [string, (world: World) => void])[] = [
    ['a kill', (world) => arm.kill(world)],
    ['a halt', (world) => world.halt(new Error('the log directory is offline'))],
  ]

  describe.each(ends)('incarnation: %s', (_name, endLife) => {
    it('no completion that was asked for fires', async () => {
      const world = arm.world()
      let fired = 0
      const fire = () => {
        fired++
      }
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('data')])
      world.clock.setTimer(0, fire)
      world.clock.setTimer(3000, fire)
      file.read(0, new Uint8Array(4), fire)
      file.sync(fire)
      world.disk.syncDirectory('', fire)
      world.disk.lock('', fire)
      world.disk.measure(fire)
      world.network.listen({ host: arm.host('a'), port: 0 }, () => new Peer(), fire)
      const peer = connect(world, { host: arm.host('a'), port: 1 })
      endLife(world)
      await arm.settle()
      expect(fired).toBe(0)
      expect(peer.told).toEqual([])
    })

    it('methods do nothing and fire nothing', async () => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('data')])
      endLife(world)
      let fired = 0
      const fire = () => {
        fired++
      }
      file.append([bytesOf('more')])
      file.truncate(0)
      file.read(0, new Uint8Array(4), fire)
      file.sync(fire)
      file.close()
      world.disk.makeDirectory('directory')
      writeFile(world, 'other', 'content')
      world.disk.rename('log', 'renamed')
      world.disk.remove('log')
      world.disk.syncDirectory('', fire)
      world.disk.lock('', fire)
      world.disk.measure(fire)
      expect(world.disk.list('')).toEqual([])
      world.clock.setTimer(0, fire).cancel()
      world.clock.setTimer(0, fire)
      world.network.listen({ host: arm.host('a'), port: 0 }, () => new Peer(), fire).close()
      const peer = connect(world, { host: arm.host('a'), port: 1 })
      expect(peer.send(bytesOf('nothing'))).toBe(false)
      for (const call of ['pause', 'resume', 'end', 'reset'] as const) peer.call((connection) => connection[call]())
      world.halt(new Error('again'))
      await arm.settle()
      expect(fired).toBe(0)
      expect(peer.told).toEqual([])
      const next = arm.world()
      expect(next.disk.list('').filter(({ name }) => name !== '.lock')).toEqual([{ name: 'log', kind: 'file' }])
      expect(await readFile(arm, next, 'log')).toBe('data')
    })

    it('the next life finds everything that was done, synced or not', async () => {
      const world = arm.world()
      world.disk.makeDirectory('topic-0')
      writeFile(world, 'topic-0/log', 'appended and cut')
      const file = world.disk.open('topic-0/log', { create: false })
      file.truncate(8)
      writeFile(world, 'checkpoint.tmp', 'renamed')
      world.disk.rename('checkpoint.tmp', 'checkpoint')
      endLife(world)
      const next = arm.world()
      expect(next.disk.list('').map(({ name }) => name)).toEqual(['checkpoint', 'topic-0'])
      expect(await readFile(arm, next, 'topic-0/log')).toBe('appended')
      expect(await readFile(arm, next, 'checkpoint')).toBe('renamed')
    })

    it('its connections end for their peers, and its own owners hear nothing', async () => {
      const port = await openPort(arm, arm.world('a'), 'a')
      const world = arm.world('b')
      const client = connect(world, port.address)
      await arm.until('the connection', () => client.told.length > 0 && port.accepted.length > 0)
      const told = [...client.told]
      endLife(world)
      expect(client.send(bytesOf('nothing'))).toBe(false)
      const server = port.accepted[0] as Peer
      await arm.until('the end', () => server.isClosed || server.told.includes('ended'))
      if (!server.isClosed) server.call((connection) => connection.end())
      await arm.until('the peer closed', () => server.isClosed)
      await arm.settle()
      expect(client.told).toEqual(told)
    })

    it('its listeners are gone, and its port is free for the next life', async () => {
      const world = arm.world('a')
      const { address } = await openPort(arm, world, 'a')
      endLife(world)
      await arm.settle()
      const refused = connect(arm.world('b'), address)
      await arm.until('the refusal', () => refused.isClosed)
      expect(refused.error?.code).toBe('REFUSED')
      const next = arm.world('a')
      let bound = 0
      next.network.listen(
        address,
        () => new Peer(),
        (error) => {
          expect(error).toBeUndefined()
          bound++
        },
      )
      await arm.until('the port', () => bound === 1)
    })
  })

  describe('incarnation: in the midst of an event', () => {
    it('a life may end inside a completion of its own; what was to come does not', async () => {
      const port = await openPort(arm, arm.world('a'), 'a')
      const world = arm.world('b')
      const client = connect(world, port.address, new Peer({ bufferBytes: 10, onBytes: () => arm.kill(world) }))
      await arm.until('the connection', () => port.accepted.length > 0)
      let fired = 0
      world.clock.setTimer(60_000, () => fired++)
      port.accepted[0]?.send(new Uint8Array(5000))
      await arm.until('a delivery', () => client.deliveries > 0)
      await arm.settle()
      expect(client.deliveries).toBe(1)
      expect(client.told).toEqual(['connected', 'received'])
      expect(fired).toBe(0)
    })
  })
}
