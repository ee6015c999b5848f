import { describe, expect, test } from 'vitest'
import type { DiskVerdict } from '../../../../src/sim/devices/sim-disk/disk-judge.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { DiskError, type DiskFile, type DiskLock } from '../../../../src/world/disk.ts'
import { run } from './talkers.ts'

function machine(disk = {}) {
  const machines = createSimulatedMachines({ seed: 5 })
  const node = machines.addNode({ id: 1, hostName: 'one', disk })
  return { machines, node, world: node.startLife() }
}

const bytes = (count: number, value = 1): Uint8Array => new Uint8Array(count).fill(value)

function codeOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof DiskError) return error.torn ? `${error.code} torn` : error.code
    throw error
  }
}

describe('a simulated disk', () => {
  test('keeps names: makes, lists in order, renames over, removes with everything below', () => {
    const { world, node } = machine()
    const { disk } = world
    disk.makeDirectory('data/b')
    disk.makeDirectory('data/a')
    for (const name of ['data/a/one', 'data/a/two', 'data/Z']) disk.open(name, { create: true }).close()
    expect(disk.list('data')).toEqual([
      { name: 'Z', kind: 'file' },
      { name: 'a', kind: 'directory' },
      { name: 'b', kind: 'directory' },
    ])
    disk.rename('data/a/one', 'data/a/two')
    disk.rename('data/a', 'data/c')
    expect(node.disk.files()).toEqual(['data/Z', 'data/c/two'])
    disk.remove('data/c')
    expect(node.disk.files()).toEqual(['data/Z'])
  })

  test('says what is wrong with a path', () => {
    const { disk } = machine().world
    disk.makeDirectory('d')
    disk.open('f', { create: true })
    const codes = [
      () => disk.open('none', { create: false }),
      () => disk.list('none'),
      () => disk.list('f'),
      () => disk.open('f/x', { create: true }),
      () => disk.rename('none', 'x'),
      () => disk.rename('f', 'd'),
      () => disk.remove('none'),
      () => disk.makeDirectory('f'),
    ].map(codeOf)
    expect(codes).toEqual([
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_A_DIRECTORY',
      'NOT_A_DIRECTORY',
      'NOT_FOUND',
      'EXISTS',
      'NOT_FOUND',
      'EXISTS',
    ])
  })

  test('refuses to rename what is open, as Windows does', () => {
    const { disk } = machine().world
    disk.makeDirectory('d')
    const file = disk.open('d/f', { create: true })
    expect(() => disk.rename('d/f', 'd/g')).toThrow('closed before')
    expect(() => disk.rename('d', 'e')).toThrow('closed before')
    file.close()
    disk.rename('d', 'e')
    expect(disk.list('e')).toHaveLength(1)
  })

  test('reads what was appended and not cut, up to the end of the file, as an event of its own', () => {
    const { machines, world } = machine()
    const file = world.disk.open('f', { create: true })
    file.append([bytes(3, 1), bytes(0), bytes(5000, 2)])
    file.truncate(4000)
    file.append([bytes(10, 3)])
    const into = new Uint8Array(20)
    const counts: number[] = []
    file.read(3990, into, (_, count) => counts.push(count))
    file.read(4010, new Uint8Array(5), (_, count) => counts.push(count))
    expect(counts).toEqual([])
    file.close()
    run(machines)
    expect(counts.sort((a, b) => a - b)).toEqual([0, 20])
    expect([...into]).toEqual([...bytes(10, 2), ...bytes(10, 3)])
  })

  test('does nothing more with a file that is closed', () => {
    const { machines, world } = machine()
    const file = world.disk.open('f', { create: true })
    file.close()
    file.close()
    const errors: (string | undefined)[] = [codeOf(() => file.append([bytes(1)])), codeOf(() => file.truncate(0))]
    file.sync((error) => errors.push(error?.code))
    file.read(0, bytes(1), (error) => errors.push(error?.code))
    run(machines)
    expect(errors).toEqual(['CLOSED', 'CLOSED', 'CLOSED', 'CLOSED'])
  })

  test('lends a lock to one life at a time; death gives it back', () => {
    const { machines, node, world } = machine()
    const outcomes: (string | undefined)[] = []
    let lock: DiskLock | undefined
    const take = (disk = world.disk): void => {
      disk.lock('', (error, taken) => {
        outcomes.push(error?.code)
        lock = taken ?? lock
      })
      run(machines)
    }
    take()
    take()
    lock!.release()
    take()
    node.kill()
    const old = lock!
    const next = node.startLife()
    take(next.disk)
    old.release()
    take(next.disk)
    expect(outcomes).toEqual([undefined, 'LOCKED', undefined, undefined, 'LOCKED'])
  })

  test('is full beyond its capacity, and has room again when something is cut or removed', () => {
    const { world, node } = machine({ capacityBytes: 1000 })
    const file = world.disk.open('f', { create: true })
    const other = world.disk.open('g', { create: true })
    file.append([bytes(900)])
    expect([codeOf(() => other.append([bytes(101)])), other.size]).toEqual(['FULL', 0])
    file.truncate(800)
    other.append([bytes(200)])
    expect(codeOf(() => file.append([bytes(1)]))).toBe('FULL')
    world.disk.remove('g')
    file.append([bytes(200)])
    expect(node.disk.usedBytes).toBe(1000)
  })
})

describe('verdicts on a disk', () => {
  function judged(kind: string, verdict: DiskVerdict) {
    const made = machine()
    const file = made.world.disk.open('f', { create: true })
    file.append([bytes(10)])
    made.node.disk.judge = (operation) => (operation.kind === kind ? verdict : undefined)
    return { ...made, file }
  }

  test('make an append fail, wholly or part-way, or find the disk full', () => {
    expect(codeOf(() => judged('append', { kind: 'error' }).file.append([bytes(5)]))).toBe('IO')
    const full = judged('append', { kind: 'full' }).file
    expect([codeOf(() => full.append([bytes(5)])), full.size]).toEqual(['FULL', 10])
    const { file, node } = judged('append', { kind: 'torn' })
    expect(codeOf(() => file.append([bytes(5)]))).toBe('IO torn')
    node.disk.judge = undefined
    expect(codeOf(() => file.append([bytes(5)]))).toBe('IO torn')
  })

  test('name the operation: its kind, path, size and how many of its kind there were', () => {
    const { world, node, machines } = machine()
    const seen: string[] = []
    node.disk.judge = ({ kind, path, bytes: size, ordinal }) => void seen.push(`${kind} ${path} ${size} ${ordinal}`)
    const file = world.disk.open('f', { create: true })
    file.append([bytes(3)])
    file.append([bytes(4)])
    file.sync(() => undefined)
    run(machines)
    expect(seen).toEqual(['create f 0 1', 'append f 3 1', 'append f 4 2', 'sync f 0 1'])
  })

  test('stall the whole node in an append: its clocks show it, its timers wait', () => {
    const { machines, world, file } = judged('append', { kind: 'stall', us: 2_000_000 })
    const before = world.clock.monotonicUs()
    const fired: number[] = []
    world.clock.setTimer(1000, () => fired.push(machines.loop.nowUs))
    file.append([bytes(1)])
    expect(world.clock.monotonicUs() - before).toBe(2_000_000)
    run(machines)
    expect(fired).toEqual([2_000_000])
  })

  test('delay a sync without stalling the node', () => {
    const { machines, world, file } = judged('sync', { kind: 'delay', us: 5_000_000 })
    const seen: string[] = []
    file.sync(() => seen.push('synced'))
    world.clock.setTimer(4_000_000, () => seen.push('timer'))
    run(machines)
    expect(seen).toEqual(['timer', 'synced'])
  })

  test('crash before an operation, in the middle of an append, or after it, with nobody told', () => {
    const sizes = new Set<number>()
    for (const when of ['before', 'during', 'after'] as const) {
      const { file, node, world } = judged('append', { kind: 'crash', when, how: 'kill' })
      file.append([bytes(1000)])
      expect([node.life, world.alive]).toEqual([undefined, false])
      sizes.add(node.disk.peek('f').length)
    }
    const [before, during, after] = [...sizes]
    expect([before, after]).toEqual([10, 1010])
    expect(during).toBeGreaterThan(10)
    expect(during).toBeLessThan(1010)
  })

  test('crash during a sync: half of its time goes by, and it covers nothing', () => {
    const { machines, file, node, world } = judged('sync', { kind: 'crash', when: 'during', how: 'kill' })
    const before = node.disk.durable('f').length
    file.append([bytes(100)])
    let isTold = false
    file.sync(() => {
      isTold = true
    })
    expect(world.alive).toBe(true)
    run(machines)
    expect([world.alive, isTold, node.lastEnd, node.disk.durable('f').length]).toEqual([false, false, 'kill', before])
    expect(machines.loop.nowUs).toBeGreaterThanOrEqual(200)
  })

  test('crash after a sync: it is durable, and its owner never hears of it', () => {
    for (const when of ['before', 'after'] as const) {
      const { machines, file, node } = judged('sync', { kind: 'crash', when, how: 'kill' })
      let told = false
      file.sync(() => {
        told = true
      })
      run(machines)
      expect([told, node.disk.durable('f').length]).toEqual([false, when === 'after' ? 10 : 0])
    }
  })

  test('make reads fail', () => {
    const { machines, file } = judged('read', { kind: 'error' })
    const codes: unknown[] = []
    file.read(0, bytes(1), (error, count) => codes.push(error?.code, count))
    run(machines)
    expect(codes).toEqual(['IO', 0])
  })
})

describe('a disk that breaks', () => {
  function withFile() {
    const made = machine()
    const file = made.world.disk.open('f', { create: true })
    file.append([bytes(10_000)])
    const read = (from: DiskFile, position: number, length: number): unknown => {
      let outcome: unknown
      from.read(position, new Uint8Array(length), (error, count) => {
        outcome = error?.code ?? count
      })
      run(made.machines)
      return outcome
    }
    return { ...made, file, read }
  }

  test('cannot read some bytes: for good, also after a restart, until it is mended', () => {
    const { node, file, read } = withFile()
    node.disk.breakReads('f', { from: 5000, to: 5100, once: false })
    expect([read(file, 0, 5000), read(file, 5099, 10), read(file, 5100, 10)]).toEqual([5000, 'IO', 10])
    node.kill()
    const again = node.startLife().disk.open('f', { create: false })
    expect(read(again, 4999, 2)).toBe('IO')
    node.disk.mend()
    expect(read(again, 4999, 2)).toBe(2)
  })

  test('cannot read some bytes once', () => {
    const { node, file, read } = withFile()
    node.disk.breakReads('f', { from: 0, to: 1, once: true })
    expect([read(file, 0, 10), read(file, 0, 10)]).toEqual(['IO', 10])
  })

  test('rots: one bit, which stays', () => {
    const { node, machines, world, file } = withFile()
    file.sync(() => undefined)
    world.disk.syncDirectory('', () => undefined)
    run(machines)
    expect([node.disk.rot('f', 77, 3), node.disk.rot('f', 10_000, 3), node.disk.rot('none', 0, 0)]).toEqual([
      true,
      false,
      false,
    ])
    node.powerLoss()
    expect([node.disk.peek('f')[77], node.disk.peek('f')[78]]).toEqual([1 ^ 8, 1])
  })

  test('is slow for a while', () => {
    const { machines, node, file } = withFile()
    node.disk.slow(3_000_000, 1_000_000)
    const at: number[] = []
    file.sync(() => at.push(machines.loop.nowUs))
    run(machines)
    file.sync(() => at.push(machines.loop.nowUs))
    run(machines)
    expect(at[0]).toBeGreaterThan(3_000_000)
    expect(at[1]! - at[0]!).toBeLessThan(1_000_000)
  })

  test('is replaced by an empty one', () => {
    const { node } = withFile()
    node.kill()
    node.disk.wipe()
    expect([node.disk.files(), node.disk.usedBytes]).toEqual([[], 0])
  })
})
