/** Arms over the devices of this machine: its directories or its memory, and its loopback network. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reading } from '../../../src/real/reading.ts'
import { createRealWorld, MemoryStorage, type RealWorld } from '../../../src/real/world.ts'
import type { World } from '../../../src/world/world.ts'
import type { Arm, ArmKind, ArmOptions, Machine } from '../arm.ts'

/** After this long without the event that is waited for, it is not coming. */
const patienceMs = 15_000
/** Longer than anything takes that was asked for already and needs nobody's help. */
const settledMs = 40

export interface RealArmOptions {
  readonly disk: 'directory' | 'memory'
  readonly reading: Reading
  /** Default: as the system allows. */
  readonly fileHandlesMax?: number
}

export function realArm(arm: RealArmOptions): ArmKind {
  const { disk, reading, fileHandlesMax } = arm
  const few = fileHandlesMax === undefined ? '' : `, ${fileHandlesMax} handles`
  const isSmallPossible = disk === 'memory'
  return {
    name: `real, ${disk === 'memory' ? 'disk in memory' : 'directory'}, bytes ${reading}${few}`,
    smallDisks: isSmallPossible || {
      reason:
        'a directory of this machine has no bound of its own; test/unit/real shows it under a limit of the system',
    },
    begin: (options = {}) => beginRealArm(arm, options),
  }
}

function beginRealArm({ disk, reading, fileHandlesMax }: RealArmOptions, options: ArmOptions): Arm {
  const root = disk === 'memory' ? undefined : mkdtempSync(join(tmpdir(), 'samsa-conformance-'))
  const memory: Record<Machine, MemoryStorage> = {
    a: new MemoryStorage(options.diskBytes),
    b: new MemoryStorage(options.diskBytes),
  }
  const worlds: RealWorld[] = []
  return {
    world: (machine = 'a') => {
      const directory = root === undefined ? memory[machine] : join(root, machine)
      const handles = fileHandlesMax === undefined ? {} : { handles: { files: fileHandlesMax, accepted: 1000 } }
      const world = createRealWorld({ directory, reading, onHalt: () => undefined, ...handles })
      worlds.push(world)
      return world
    },
    kill: (world: World) => worlds.find((each) => each === world)?.close(),
    until,
    settle: () => new Promise((resolve) => setTimeout(resolve, settledMs)),
    host: () => '127.0.0.1',
    end: async () => {
      for (const world of worlds) world.close()
      if (root !== undefined) rmSync(root, { recursive: true })
    },
  }
}

function until(what: string, condition: () => boolean): Promise<void> {
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const look = () => {
      if (condition()) resolve()
      else if (performance.now() - from > patienceMs) reject(new Error(`waited in vain for ${what}`))
      else setImmediate(look)
    }
    const tryLook = () => {
      try {
        look()
      } catch (error) {
        reject(error)
      }
    }
    tryLook()
  })
}
