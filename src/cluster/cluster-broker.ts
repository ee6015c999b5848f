/**
 * One broker of a cluster in this process, over its lives: started, killed, started again on what the last life left.
 *
 * A kill is that of a process: nothing is flushed, connections end, the disk keeps what was written. The broker keeps its
 * id and its port from life to life.
 */

import { Broker } from '../broker/broker.ts'
import type { Interceptor } from '../broker/handlers/interceptor.ts'
import type { LogLevel } from '../broker/observe/observer.ts'
import { createRealWorld, type MemoryStorage, type RealWorld } from '../real/world.ts'
import type { Address } from '../world/network.ts'
import { ClusterError } from './cluster-error.ts'
import { endpointOf } from './endpoint.ts'
import { ShiftedClock, type WallShift } from './shifted-clock.ts'

/** What a broker is started with; the same for all of its lives, but for the port. */
export interface ClusterBrokerOptions {
  readonly id: number
  /** Default: as the directory has it; an empty one begins a new cluster. */
  readonly clusterId: string | undefined
  readonly directory: string | MemoryStorage
  readonly settings: Readonly<Record<string, string>>
  readonly listen: Address
  readonly shift: WallShift
  readonly intercept: Interceptor
  readonly onLogLine: (level: LogLevel, message: string) => void
}

interface Life {
  readonly world: RealWorld
  readonly broker: Broker
  /** Settled when the life is over: nothing that was asked of the broker is answered then. */
  readonly over: Promise<void>
  readonly end: () => void
}

/** See the head of this file. */
export class ClusterBroker {
  /** `node.id`. */
  readonly id: number
  readonly #options: ClusterBrokerOptions
  #address: Address
  #clusterId = ''
  #life: Life | undefined
  /** Ends the start that is under way. */
  #abandon: (() => void) | undefined
  #failure: Error | undefined
  #isClosed = false

  constructor(options: ClusterBrokerOptions) {
    this.#options = options
    this.id = options.id
    this.#address = options.listen
  }

  /** Where clients connect. */
  get address(): Address {
    return this.#address
  }

  /** The same as `HOST:PORT`. */
  get endpoint(): string {
    return endpointOf(this.#address)
  }

  /** Empty before the first start. */
  get clusterId(): string {
    return this.#clusterId
  }

  /** False after a kill, or after it halted itself (a disk that failed). */
  get isRunning(): boolean {
    return this.#life !== undefined
  }

  /** Why it halted itself, if it did in this life. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Starts a life; resolves once clients are served. @throws {ClusterError} where one is under way, or it cannot start. */
  async start(): Promise<void> {
    if (this.#isClosed) throw new ClusterError(`broker ${this.id} was closed with its cluster; start another cluster`)
    if (this.#life !== undefined || this.#abandon !== undefined) {
      throw new ClusterError(`broker ${this.id} runs already; kill it first`)
    }
    this.#failure = undefined
    const { directory, shift, clusterId, settings, intercept, onLogLine } = this.#options
    let abandon: (reason: Error) => void = () => undefined
    const abandoned = new Promise<never>((_, reject) => {
      abandon = reject
    })
    abandoned.catch(() => undefined)
    const real = this.#open(directory, (reason) => abandon(this.#halted(reason)))
    const world = { ...real, clock: new ShiftedClock(real.clock, shift) }
    let isKilled = false
    this.#abandon = () => {
      isKilled = true
      abandon(new Error('it was killed before it was ready'))
    }
    const options = { listen: this.#address, settings, intercept, onLogLine }
    try {
      const broker = await Promise.race([
        Broker.start(world, { ...options, ...(clusterId === undefined ? {} : { clusterId }) }),
        abandoned,
      ])
      // Both may have come about in one event.
      if (isKilled || this.#failure !== undefined) await abandoned
      this.#address = broker.address
      this.#clusterId = broker.clusterId
      this.#life = lifeOf(real, broker)
    } catch (error) {
      real.close()
      throw this.#unstarted(error)
    } finally {
      this.#abandon = undefined
    }
  }

  /** Ends it at once, as the death of its process would; harmless when repeated. `start` begins its next life. */
  kill(): void {
    this.#abandon?.()
    this.#life?.end()
    this.#life = undefined
  }

  /** By the wall clock as it stands now. */
  async retainNow(): Promise<void> {
    if (this.#life === undefined) return
    const { broker, over } = this.#life
    await Promise.race([broker.retainNow(), over])
  }

  /** Ends it for good: cleanly where `isClean` and it takes no longer than `withinMs`, else as a kill. */
  async close(isClean: boolean, withinMs: number): Promise<void> {
    this.#isClosed = true
    if (isClean && this.#life !== undefined) {
      const { world, broker, over } = this.#life
      const late = new Promise<void>((resolve) => {
        world.clock.setTimer(withinMs * 1000, resolve)
      })
      try {
        await Promise.race([broker.stop(), late, over])
      } finally {
        this.kill()
      }
    }
    this.kill()
  }

  #open(directory: string | MemoryStorage, onHalt: (reason: Error) => void): RealWorld {
    try {
      return createRealWorld({ directory, onHalt })
    } catch (error) {
      throw this.#unstarted(error)
    }
  }

  #unstarted(cause: unknown): ClusterError {
    const why = cause instanceof Error ? cause.message : String(cause)
    return new ClusterError(`broker ${this.id} could not be started: ${why}`, { cause })
  }

  #halted(reason: Error): Error {
    this.#failure = reason
    this.#life?.end()
    this.#life = undefined
    this.#options.onLogLine('error', `the broker stopped itself: ${reason.message}`)
    return reason
  }
}

function lifeOf(world: RealWorld, broker: Broker): Life {
  let settle: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    settle = resolve
  })
  const end = (): void => {
    world.close()
    settle()
  }
  return { world, broker, over, end }
}
