/**
 * One simulated machine for tests of rooms of the broker: a disk and a clock that outlive the lives on it, and a way to
 * let virtual time run until a promise settles.
 */

import { nodeHost } from '../../../src/campaign/node-host.ts'
import type { SimNode, SimWorld } from '../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../../../src/sim/devices/simulated-machines.ts'
import type { TraceEvent } from '../../../src/world/trace.ts'

export class SimulatedMachine {
  readonly machines: SimulatedMachines
  readonly node: SimNode
  /** What the lives told, oldest first. */
  readonly events: TraceEvent[] = []
  /** Why lives ended themselves. */
  readonly halts: Error[] = []
  world: SimWorld
  readonly #host = nodeHost()

  constructor(seed = 1) {
    this.machines = createSimulatedMachines({
      seed,
      eventsPerInstantMax: 100_000,
      onTrace: (_node, _life, event) => this.events.push(event),
      onHalt: (_node, reason) => this.halts.push(reason),
    })
    this.node = this.machines.addNode({ id: 1, hostName: 'node-1' })
    this.world = this.node.startLife()
  }

  /** Lets time run until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    promise.then(settle, settle)
    const outcome = await this.machines.loop.runUntil(() => settled, this.#host)
    if (outcome === 'idle' && !settled) throw new Error('nothing is left to happen, and the promise is pending')
    return promise
  }

  /** Lets time run for so many events; fewer where nothing is left. */
  async runEvents(count: number): Promise<void> {
    let left = count
    await this.machines.loop.runUntil(() => left-- <= 0, this.#host)
  }

  /** Lets time run until nothing is left to happen. */
  async runAll(): Promise<void> {
    await this.machines.loop.runUntil(() => false, this.#host)
  }

  /** The process dies, or the power fails. */
  crash(how: 'kill' | 'powerLoss', item?: number): void {
    if (how === 'kill') this.node.kill()
    else this.node.powerLoss(item)
  }

  /** A new process starts. */
  startLife(): SimWorld {
    this.world = this.node.startLife()
    return this.world
  }

  /** Puts bytes into a file, in place of what it held, and durably (as somebody else would have). */
  async place(path: string, bytes: Uint8Array): Promise<void> {
    const { disk } = this.world
    const slash = path.lastIndexOf('/')
    if (slash > 0) disk.makeDirectory(path.slice(0, slash))
    const file = disk.open(path, { create: true })
    if (file.size > 0) file.truncate(0)
    if (bytes.length > 0) file.append([bytes])
    await this.run(new Promise<void>((resolve) => file.sync(() => resolve(this.world.promises.mark()))))
    file.close()
    await this.syncDirectory(slash > 0 ? path.slice(0, slash) : '')
    if (slash > 0) await this.syncDirectory('')
  }

  syncDirectory(path: string): Promise<void> {
    const { disk, promises } = this.world
    return this.run(new Promise<void>((resolve) => disk.syncDirectory(path, () => resolve(promises.mark()))))
  }

  peek(path: string): Uint8Array {
    return this.node.disk.peek(path)
  }

  /** Names in a directory, of a machine that runs. */
  names(directory: string): string[] {
    return this.world.disk.list(directory).map(({ name }) => name)
  }
}
