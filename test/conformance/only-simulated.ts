/**
 * What the contracts say about failures that nobody can bring about on a real machine at will, with the reason why not,
 * and how simulated devices show it. Each is run with several seeds: it holds whatever chance decides.
 */

import { expect } from 'vitest'
import type { DiskOperationKind, DiskVerdict } from '../../src/sim/devices/sim-disk/disk-judge.ts'
import type { SimNode } from '../../src/sim/devices/sim-node.ts'
import { DiskError, type DiskLock, type DiskVolume } from '../../src/world/disk.ts'
import { answer, bytesOf, contentOf, readAt, readFile, textOf, thrownBy, writeFile } from './answers.ts'
import type { SimulatedArm } from './arms/simulated-arm.ts'
import { connect, connectedPair, openPort } from './peer.ts'

export interface OnlySimulated {
  /** What must hold, as a sentence. */
  readonly title: string
  /** Why a real device cannot be made to show it. */
  readonly reason: string
  readonly show: (arm: SimulatedArm) => Promise<void>
}

const noPower = 'no process can take the power from its machine'
const noBadDisk = 'a healthy disk does not fail on demand'
const noBadNetwork = 'the loopback network does not fail on demand, and its time limits are minutes'

const machineA = (arm: SimulatedArm): SimNode => arm.machines.node(1)

/** From now on every operation of the kind gets the verdict. */
function judge(arm: SimulatedArm, kind: DiskOperationKind, verdict: DiskVerdict): void {
  machineA(arm).disk.judge = (operation) => (operation.kind === kind ? verdict : undefined)
}

export const onlySimulated: readonly OnlySimulated[] = [
  {
    title: 'a power loss keeps what was synced, and of the rest nothing that was never written',
    reason: noPower,
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      file.append([new Uint8Array(10_000).fill(1)])
      await answer(arm, (done) => file.sync(done))
      await answer(arm, (done) => world.disk.syncDirectory('', done))
      file.append([new Uint8Array(10_000).fill(2)])
      machineA(arm).powerLoss()
      const after = arm.world().disk.open('log', { create: false })
      expect(after.size).toBeGreaterThanOrEqual(10_000)
      expect(after.size).toBeLessThanOrEqual(20_000)
      const content = await readAt(arm, after, 0, 20_000)
      expect(content.subarray(0, 10_000).every((byte) => byte === 1)).toBe(true)
      // A file may be longer than what was written of it: then there are zeros.
      expect(content.subarray(10_000).every((byte) => byte === 2 || byte === 0)).toBe(true)
    },
  },
  {
    title: 'names survive a power loss once their directory is synced',
    reason: noPower,
    show: async (arm) => {
      const world = arm.world()
      world.disk.makeDirectory('topic-0')
      const file = world.disk.open('topic-0/log.tmp', { create: true })
      file.append([bytesOf('content')])
      await answer(arm, (done) => file.sync(done))
      file.close()
      world.disk.rename('topic-0/log.tmp', 'topic-0/log')
      await answer(arm, (done) => world.disk.syncDirectory('topic-0', done))
      await answer(arm, (done) => world.disk.syncDirectory('', done))
      writeFile(world, 'topic-0/later', 'unsynced')
      machineA(arm).powerLoss()
      const next = arm.world()
      expect(await readFile(arm, next, 'topic-0/log')).toBe('content')
      const names = next.disk.list('topic-0').map(({ name }) => name)
      expect([['log'], ['later', 'log']]).toContainEqual(names)
    },
  },
  {
    title: 'a rename that was not synced is wholly there or not at all after a power loss',
    reason: noPower,
    show: async (arm) => {
      const world = arm.world()
      for (const [path, text] of [
        ['checkpoint', 'old'],
        ['checkpoint.tmp', 'new'],
      ] as const) {
        const file = world.disk.open(path, { create: true })
        file.append([bytesOf(text)])
        await answer(arm, (done) => file.sync(done))
        file.close()
      }
      await answer(arm, (done) => world.disk.syncDirectory('', done))
      world.disk.rename('checkpoint.tmp', 'checkpoint')
      machineA(arm).powerLoss()
      const next = arm.world()
      const isDone = !next.disk.list('').some(({ name }) => name === 'checkpoint.tmp')
      expect(await readFile(arm, next, 'checkpoint')).toBe(isDone ? 'new' : 'old')
    },
  },
  {
    title: 'a power loss releases locks and silences the machine: its peers hear nothing',
    reason: noPower,
    show: async (arm) => {
      const { client, server } = await connectedPair(arm)
      machineA(arm).powerLoss()
      await arm.settle()
      expect(client.told).toEqual(['connected'])
      expect(server.told).toEqual([])
      const { error } = await answer<DiskError, DiskLock>(arm, (done) => arm.world('a').disk.lock('', done))
      expect(error).toBeUndefined()
      client.send(bytesOf('anybody there?'))
      await arm.until('the reset from a machine that knows nothing of it', () => client.isClosed)
      expect(client.error?.code).toBe('RESET')
    },
  },
  {
    title: 'a sync that fails says so, and what it was to write may be lost though a later sync succeeds',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      await answer(arm, (done) => world.disk.syncDirectory('', done))
      file.append([new Uint8Array(5000).fill(1)])
      judge(arm, 'sync', { kind: 'error' })
      const failed = await answer<DiskError>(arm, (done) => file.sync(done))
      expect(failed.error).toBeInstanceOf(DiskError)
      expect(failed.error?.code).toBe('IO')
      machineA(arm).disk.judge = undefined
      expect((await answer(arm, (done) => file.sync(done))).error).toBeUndefined()
      expect((await readAt(arm, file, 0, 5000)).every((byte) => byte === 1)).toBe(true)
      machineA(arm).powerLoss()
      const after = arm.world().disk.open('log', { create: false })
      expect((await readAt(arm, after, 0, 5000)).includes(1)).toBe(false)
    },
  },
  {
    title: 'a volume that cannot be measured says so, and one that shrank has nothing left',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      const measured = () => answer<DiskError, DiskVolume>(arm, (done) => world.disk.measure(done))
      writeFile(world, 'log', 'content')
      machineA(arm).disk.capacityBytes = 5
      expect((await measured()).value).toEqual({ totalBytes: 5, usableBytes: 0 })
      judge(arm, 'measure', { kind: 'error' })
      const { error, value } = await measured()
      expect([error?.code, value]).toEqual(['IO', undefined])
    },
  },
  {
    title: 'a directory sync that fails says so',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      judge(arm, 'syncDirectory', { kind: 'error' })
      const { error } = await answer<DiskError>(arm, (done) => world.disk.syncDirectory('', done))
      expect(error?.code).toBe('IO')
    },
  },
  {
    title: 'an append that fails, for an error or a full disk, leaves the file as it was',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('before')])
      for (const [verdict, code] of [
        ['error', 'IO'],
        ['full', 'FULL'],
      ] as const) {
        judge(arm, 'append', { kind: verdict })
        expect(thrownBy(() => file.append([bytesOf('lost')]))).toMatchObject({ code, torn: false, path: 'log' })
        expect(file.size).toBe(6)
      }
      machineA(arm).disk.judge = undefined
      file.append([bytesOf(' after')])
      expect(await contentOf(arm, file)).toBe('before after')
    },
  },
  {
    title: 'an append that cannot be undone is torn, and nothing more is written to the file',
    reason: `${noBadDisk}; test/unit/real shows it with a device that refuses both`,
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('before')])
      judge(arm, 'append', { kind: 'torn' })
      expect(thrownBy(() => file.append([bytesOf('torn')]))).toMatchObject({ code: 'IO', torn: true })
      machineA(arm).disk.judge = undefined
      expect(thrownBy(() => file.append([bytesOf('more')]))).toMatchObject({ code: 'IO', torn: true })
      const content = await readAt(arm, file, 0, 100)
      expect('beforetorn'.startsWith(textOf(content)) && content.length >= 6).toBe(true)
    },
  },
  {
    title: 'bytes that cannot be read are an error of the read, and only there',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('0123456789')])
      machineA(arm).disk.breakReads('log', { from: 4, to: 5, once: false })
      const into = new Uint8Array(3)
      const { error } = await answer<DiskError, number>(arm, (done) => file.read(3, into, done))
      expect(error?.code).toBe('IO')
      expect(textOf(await readAt(arm, file, 5, 5))).toBe('56789')
    },
  },
  {
    title: 'a byte that rots is read wrong without an error, for ever',
    reason: noBadDisk,
    show: async (arm) => {
      const world = arm.world()
      writeFile(world, 'log', 'AAAA')
      expect(machineA(arm).disk.rot('log', 2, 1)).toBe(true)
      expect(await readFile(arm, world, 'log')).toBe('AACA')
      arm.kill(world)
      expect(await readFile(arm, arm.world(), 'log')).toBe('AACA')
    },
  },
  {
    title: 'an append may stall its whole node',
    reason: 'the kernel throttles writers only when a good part of its memory is dirty',
    show: async (arm) => {
      const world = arm.world()
      const file = world.disk.open('log', { create: true })
      const fromUs = world.clock.monotonicUs()
      judge(arm, 'append', { kind: 'stall', us: 50_000 })
      file.append([bytesOf('slow')])
      let firedUs = 0
      world.clock.setTimer(1000, () => {
        firedUs = world.clock.monotonicUs()
      })
      await arm.until('the timer', () => firedUs > 0)
      expect(firedUs - fromUs).toBeGreaterThanOrEqual(50_000)
    },
  },
  {
    title: 'an attempt to connect that nobody answers times out',
    reason: noBadNetwork,
    show: async (arm) => {
      const port = await openPort(arm, arm.world('a'), 'a')
      arm.machines.network.judge = { onConnect: () => ({ kind: 'blackhole' }) }
      const client = connect(arm.world('b'), port.address)
      await arm.until('the outcome', () => client.isClosed)
      expect(client.error?.code).toBe('TIMED_OUT')
      expect(client.told).toEqual(['closed'])
    },
  },
  {
    title: 'a connection may break after its bytes were delivered and before the answer',
    reason: noBadNetwork,
    show: async (arm) => {
      const { client, server } = await connectedPair(arm)
      arm.machines.network.judge = { onSend: () => ({ kind: 'resetAfter' }) }
      client.send(bytesOf('do it'))
      await arm.until('both closed', () => client.isClosed && server.isClosed)
      expect([client.error?.code, server.error?.code]).toEqual(['RESET', 'RESET'])
      expect(textOf(server.bytes)).toBe('do it')
    },
  },
  {
    title: 'wall time may jump back; monotonic time and timers do not care',
    reason: 'setting the clock of the machine that runs the tests would disturb others',
    show: async (arm) => {
      const world = arm.world()
      const [wallMs, monotonicUs] = [world.clock.wallMs(), world.clock.monotonicUs()]
      let firedUs = 0
      world.clock.setTimer(5000, () => {
        firedUs = world.clock.monotonicUs()
      })
      machineA(arm).clock.jump(-3_600_000)
      expect(world.clock.wallMs()).toBeLessThanOrEqual(wallMs - 3_599_000)
      await arm.until('the timer', () => firedUs > 0)
      expect(firedUs - monotonicUs).toBe(5000)
    },
  },
]
