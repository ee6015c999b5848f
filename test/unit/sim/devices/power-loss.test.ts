import { describe, expect, test } from 'vitest'
import type { DiskProfile } from '../../../../src/sim/devices/sim-disk/disk-profile.ts'
import type { SimNode, SimWorld } from '../../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { KeyedDraws } from '../../../../src/sim/draws/keyed-draws.ts'
import { run } from './talkers.ts'

const seeds = Array.from({ length: 150 }, (_, seed) => seed)
const PAGE = 4096

/** A machine with an open file whose name is durable. */
function withFile(seed: number, disk: Partial<DiskProfile> = {}) {
  const machines = createSimulatedMachines({ seed })
  const node = machines.addNode({ id: 1, hostName: 'one', disk })
  const world = node.startLife()
  const file = world.disk.open('log', { create: true })
  world.disk.syncDirectory('', () => undefined)
  const settle = (): void => run(machines)
  settle()
  const sync = (): void => {
    file.sync(() => undefined)
    settle()
  }
  return { machines, node, world, file, settle, sync }
}

/** One byte of each page. */
const pagesOf = (content: Uint8Array, within: number): string =>
  Array.from({ length: Math.ceil(content.length / PAGE) }, (_, page) => content[page * PAGE + within] ?? '-').join('')

const bytes = (count: number, value: number): Uint8Array => new Uint8Array(count).fill(value)

describe('a process kill', () => {
  test('loses nothing of what was appended, cut, renamed or removed', () => {
    const { node, world, file } = withFile(1)
    file.append([bytes(10_000, 1)])
    file.truncate(9000)
    for (const name of ['a', 'b', 'c']) world.disk.open(name, { create: true }).close()
    world.disk.rename('a', 'd')
    world.disk.remove('b')
    node.kill()
    expect(node.disk.files()).toEqual(['c', 'd', 'log'])
    expect(node.disk.peek('log')).toEqual(bytes(9000, 1))
    expect(node.disk.unsyncedBytes()).toBe(9000)
  })

  test('may show that a failed sync was never made good: its pages are as they were, or as written', () => {
    const outcomes = new Set<string>()
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      file.append([bytes(PAGE, 1)])
      sync()
      file.append([bytes(2 * PAGE, 2)])
      node.disk.judge = ({ kind }) => (kind === 'sync' ? { kind: 'error' } : undefined)
      sync()
      node.disk.judge = undefined
      sync()
      expect(node.disk.peek('log').at(-1)).toBe(2)
      node.kill()
      const content = node.disk.peek('log')
      expect([content.length, content[PAGE - 1]]).toEqual([3 * PAGE, 1])
      outcomes.add(`${content[PAGE]}${content[2 * PAGE]}`)
    }
    expect([...outcomes].sort()).toEqual(['00', '02', '20', '22'])
  })
})

describe('a power loss', () => {
  test('never takes what a completed sync covered, whatever was done before and after', () => {
    for (const seed of seeds.slice(0, 60)) {
      const { node, file, settle, sync } = withFile(seed)
      const draws = new KeyedDraws(seed).of('test', 0, 0)
      let protectedBytes: number[] = []
      const content: number[] = []
      for (let step = 0; step < 30; step++) {
        const what = draws.below(6, 10 * step)
        if (what <= 2) {
          const part = Array.from({ length: draws.below(6000, 10 * step + 1) }, (_, at) => (step * 31 + at) & 0xff)
          file.append([new Uint8Array(part)])
          content.push(...part)
        } else if (what === 3) {
          content.length = draws.below(content.length + 1, 10 * step + 2)
          file.truncate(content.length)
          protectedBytes.length = Math.min(protectedBytes.length, content.length)
        } else if (what === 4) {
          // Two syncs at once, with an append between: they may complete in either order.
          file.sync(() => undefined)
          const covered = [...content]
          file.append([new Uint8Array([1, 2, 3])])
          content.push(1, 2, 3)
          file.sync(() => undefined)
          settle()
          protectedBytes = draws.below(2, 10 * step + 3) === 0 ? covered : [...content]
        } else {
          sync()
          protectedBytes = [...content]
        }
      }
      const durable = node.disk.durable('log')
      const lower = Math.min(durable.length, content.length)
      const upper = Math.max(durable.length, content.length)
      node.powerLoss()
      const left = node.disk.peek('log')
      expect(protectedBytes.every((byte, at) => left[at] === byte)).toBe(true)
      expect(left.length).toBeGreaterThanOrEqual(lower)
      expect(left.length).toBeLessThanOrEqual(upper)
      for (let at = 0; at < left.length; at++) {
        if (left[at] === (content[at] ?? 0) || left[at] === (durable[at] ?? 0)) continue
        expect.fail(`byte ${at} is ${left[at]}, neither ${content[at]}, as written, nor ${durable[at]}, as synced`)
      }
      expect(node.disk.durable('log')).toEqual(left)
      expect(node.disk.unsyncedBytes()).toBe(0)
    }
  })

  test('keeps, loses and tears pages each on its own, and a file may be longer than what was kept of it', () => {
    const seen = new Set<string>()
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      file.append([bytes(PAGE, 1)])
      sync()
      file.append([bytes(4 * PAGE, 2)])
      node.powerLoss()
      const left = node.disk.peek('log')
      const pages = Array.from({ length: 4 }, (_, page) => {
        const values = new Set(left.subarray((page + 1) * PAGE, (page + 2) * PAGE))
        return values.size === 2 ? 'torn' : values.has(2) ? 'kept' : values.has(0) ? 'lost' : 'gone'
      })
      for (const page of pages) seen.add(page)
      if (pages.join().includes('lost,kept')) seen.add('kept behind lost')
      if (pages.every((page) => page === 'gone')) seen.add('size as of the sync')
      if (left.length > PAGE && left.length % PAGE !== 0) seen.add('any size')
    }
    expect([...seen].sort()).toEqual(
      ['any size', 'gone', 'kept', 'kept behind lost', 'lost', 'size as of the sync', 'torn'].sort(),
    )
  })

  test('tears between sectors, never within one', () => {
    for (const seed of seeds) {
      const { node, file } = withFile(seed)
      file.append([bytes(2 * PAGE, 7)])
      node.powerLoss()
      const left = node.disk.peek('log')
      for (let at = 0; at < left.length; at += 512) expect(new Set(left.subarray(at, at + 512)).size).toBe(1)
    }
  })

  test('may undo a cut that was not synced', () => {
    const outcomes = new Set<string>()
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      file.append([bytes(2 * PAGE, 1)])
      sync()
      file.truncate(PAGE)
      file.append([bytes(100, 2)])
      node.powerLoss()
      const left = node.disk.peek('log')
      expect(left[PAGE - 1]).toBe(1)
      outcomes.add(left.length === PAGE + 100 ? 'cut' : left.length === 2 * PAGE ? 'undone' : 'between')
      if (left.length > PAGE + 100 && left[PAGE] === 2) outcomes.add('new bytes before old ones')
    }
    expect([...outcomes].sort()).toEqual(['between', 'cut', 'new bytes before old ones', 'undone'])
  })

  test('may undo a cut within a page, and then shows what was there or zeros', () => {
    const behind = new Set<number>()
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      file.append([bytes(PAGE, 1)])
      sync()
      file.truncate(50)
      node.powerLoss()
      const left = node.disk.peek('log')
      expect(left.subarray(0, 50)).toEqual(bytes(50, 1))
      if (left.length > 60) behind.add(left[60]!)
    }
    expect([...behind].sort()).toEqual([0, 1])
  })

  test('never undoes a cut that was synced', () => {
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      file.append([bytes(2 * PAGE, 1)])
      sync()
      file.truncate(50)
      sync()
      node.powerLoss()
      expect(node.disk.peek('log')).toEqual(bytes(50, 1))
    }
  })

  test('may tear a page in order: its first sectors are written, the others are not', () => {
    const tears = new Set<string>()
    for (const seed of seeds) {
      const disk = { pageKeptPerMillion: 0, pageTornPerMillion: 1_000_000, tornInOrderPerMillion: 1_000_000 }
      const { node, file, sync } = withFile(seed, disk)
      file.append([bytes(PAGE, 1)])
      sync()
      file.truncate(0)
      file.append([bytes(PAGE, 2)])
      node.powerLoss()
      const content = node.disk.peek('log')
      tears.add(Array.from({ length: 8 }, (_, sector) => content[sector * 512] ?? '-').join(''))
    }
    expect([...tears].filter((tear) => !/^2*1*$/.test(tear))).toEqual([])
    expect(tears.size).toBeGreaterThan(6)
  })

  test('during a sync promises nothing, and one that was asked for covers only what was there', () => {
    const sizes = new Set<number>()
    for (const seed of seeds) {
      const { node, file, settle } = withFile(seed)
      file.append([bytes(10, 1)])
      file.sync(() => file.append([bytes(10, 3)]))
      file.append([bytes(10, 2)])
      settle()
      expect(node.disk.durable('log')).toEqual(bytes(10, 1))
      node.powerLoss()
      expect(node.disk.peek('log').subarray(0, 10)).toEqual(bytes(10, 1))
      sizes.add(node.disk.peek('log').length)
    }
    expect(Math.min(...sizes)).toBe(10)
    expect(Math.max(...sizes)).toBe(30)
  })

  test('after a sync during which the file was cut shows no more than what was left', () => {
    const { node, file, settle } = withFile(1)
    file.append([bytes(100, 1)])
    file.sync(() => undefined)
    file.truncate(40)
    settle()
    expect(node.disk.durable('log')).toEqual(bytes(40, 1))
  })

  test('never brings back what a failed sync dropped', () => {
    for (const seed of seeds) {
      const { node, file, sync } = withFile(seed)
      node.disk.judge = ({ kind, ordinal }) => (kind === 'sync' && ordinal === 1 ? { kind: 'error' } : undefined)
      file.append([bytes(PAGE, 1)])
      sync()
      sync()
      node.powerLoss()
      expect([node.disk.peek('log').length, node.disk.peek('log').some((byte) => byte !== 0)]).toEqual([PAGE, false])
    }
  })

  test('repeats with the seed and the item, and differs with either', () => {
    const left = (seed: number, item: number): string => {
      const { node, file } = withFile(seed)
      file.append([bytes(30 * PAGE, 1)])
      node.powerLoss(item)
      return [0, 512, 1024].map((sector) => pagesOf(node.disk.peek('log'), sector)).join()
    }
    expect(left(1, 1)).toBe(left(1, 1))
    const outcomes = new Set([1, 2, 3, 4].flatMap((seed) => [10, 11, 12, 13].map((item) => left(seed, item))))
    expect(outcomes.size).toBeGreaterThan(8)
  })
})

describe('names after a power loss', () => {
  function outcomes(prepare: (world: SimWorld, settle: () => void) => void, look: (node: SimNode) => string): string[] {
    const seen = new Set<string>()
    for (const seed of seeds) {
      const { node, world, settle } = withFile(seed)
      prepare(world, settle)
      node.powerLoss()
      seen.add(look(node))
    }
    return [...seen].sort()
  }

  function write(world: SimWorld, settle: () => void, path: string, value: number): void {
    const file = world.disk.open(path, { create: true })
    file.append([bytes(1, value)])
    file.sync(() => file.close())
    settle()
  }

  const files = (node: SimNode): string =>
    node.disk
      .files()
      .filter((path) => path !== 'log')
      .map((path) => `${path}=${node.disk.peek(path)}`)
      .join(' ')

  const syncDirectory = (world: SimWorld, settle: () => void, path = ''): void => {
    world.disk.syncDirectory(path, () => undefined)
    settle()
  }

  test('a file that was synced and whose name was not may be gone', () => {
    expect(outcomes((world, settle) => write(world, settle, 'new', 1), files)).toEqual(['', 'new=1'])
  })

  test('new names are kept or lost each on its own, and a directory takes its files with it', () => {
    const seen = outcomes((world, settle) => {
      write(world, settle, 'a', 1)
      write(world, settle, 'b', 2)
    }, files)
    expect(seen).toEqual(['', 'a=1', 'a=1 b=2', 'b=2'])
    const below = outcomes((world, settle) => {
      world.disk.makeDirectory('d')
      write(world, settle, 'd/a', 1)
      syncDirectory(world, settle, 'd')
    }, files)
    expect(below).toEqual(['', 'd/a=1'])
  })

  test('a rename over an existing file shows the old or the new, never neither, never both', () => {
    const seen = outcomes((world, settle) => {
      write(world, settle, 'snapshot', 1)
      write(world, settle, 'snapshot.tmp', 2)
      syncDirectory(world, settle)
      world.disk.rename('snapshot.tmp', 'snapshot')
    }, files)
    expect(seen).toEqual(['snapshot=1 snapshot.tmp=2', 'snapshot=2'])
  })

  test('a rename is certain once its directory is synced', () => {
    const seen = outcomes((world, settle) => {
      write(world, settle, 'snapshot', 1)
      write(world, settle, 'snapshot.tmp', 2)
      world.disk.rename('snapshot.tmp', 'snapshot')
      syncDirectory(world, settle)
      world.disk.open('later', { create: true }).close()
    }, files)
    expect(seen).toEqual(['later= snapshot=2', 'snapshot=2'])
  })

  test('a sync of a directory covers the changes before it was asked for, and no other directory', () => {
    const seen = outcomes((world, settle) => {
      world.disk.makeDirectory('d')
      syncDirectory(world, settle)
      write(world, settle, 'd/a', 1)
      world.disk.syncDirectory('', () => undefined)
      world.disk.syncDirectory('d', () => undefined)
      world.disk.open('d/b', { create: true })
      settle()
    }, files)
    expect(seen).toEqual(['d/a=1', 'd/a=1 d/b='])
  })

  test('a new file under the old name of a renamed one never costs that one its place', () => {
    const seen = outcomes((world, settle) => {
      write(world, settle, 'a', 1)
      syncDirectory(world, settle)
      world.disk.rename('a', 'b')
      write(world, settle, 'a', 2)
    }, files)
    expect(seen).toEqual(['a=1', 'a=2 b=1', 'b=1'])
  })

  test('a sync of the directory into which a new file was moved leaves no trace of it in the other', () => {
    const seen = outcomes((world, settle) => {
      world.disk.makeDirectory('from')
      world.disk.makeDirectory('to')
      syncDirectory(world, settle)
      write(world, settle, 'from/x', 1)
      world.disk.rename('from/x', 'to/x')
      syncDirectory(world, settle, 'to')
    }, files)
    expect(seen).toEqual(['to/x=1'])
  })

  test('a removal that was not synced may be undone, with all that was below', () => {
    const seen = outcomes((world, settle) => {
      world.disk.makeDirectory('d')
      write(world, settle, 'd/a', 1)
      syncDirectory(world, settle, 'd')
      syncDirectory(world, settle)
      world.disk.remove('d')
    }, files)
    expect(seen).toEqual(['', 'd/a=1'])
  })

  test('a file that was replaced while the replacement was lost keeps its own bytes', () => {
    const seen = outcomes((world, settle) => {
      write(world, settle, 'a', 1)
      syncDirectory(world, settle)
      world.disk.remove('a')
      write(world, settle, 'a', 2)
    }, files)
    expect(seen).toEqual(['', 'a=1', 'a=2'])
  })

  test('very old changes are durable without a sync: the kernel has written them on its own', () => {
    const { node, world } = withFile(3)
    for (let name = 0; name < 5000; name++) world.disk.open(`f${name}`, { create: true }).close()
    node.powerLoss()
    const left = new Set(node.disk.files())
    expect([left.has('f0'), left.has('f2000'), left.size < 5001]).toEqual([true, true, true])
  })
})
