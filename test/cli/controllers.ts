/**
 * Three controllers and one broker as processes, on free ports and with directories in one folder; who of them leads is
 * asked of themselves (DescribeQuorum on their controller listeners). One signal at a time, to one process at a time.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Peers } from '../../src/broker/peers/peers.ts'
import { apis } from '../../src/protocol/apis.ts'
import { createRealWorld, type RealWorld } from '../../src/real/world.ts'
import { freePort } from '../compatibility/free-port.ts'

const bin = fileURLToPath(new URL('../../bin/samsa.js', import.meta.url))
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'
const VOTERS = [1, 2, 3]
const BROKER = 10
/** How often it is asked who leads. */
const ASK_EVERY_MS = 20
/** A stopped process does not answer. */
const ASK_TIMEOUT_MS = 400

export interface LeaderSeen {
  readonly id: number
  readonly epoch: number
}

/** The ways in which a leader is taken out of the game. */
export type Blow = 'SIGKILL' | 'SIGSTOP'

export class Controllers {
  readonly world: RealWorld
  readonly #folder: string
  readonly #peers: Peers
  readonly #ports: ReadonlyMap<number, number>
  readonly #children = new Map<number, ChildProcess>()
  /** Whoever ends this process ends those, too. */
  readonly #onExit = (): void => {
    for (const child of this.#children.values()) child.kill('SIGKILL')
  }
  #said = ''

  private constructor(folder: string, ports: ReadonlyMap<number, number>) {
    this.#folder = folder
    this.#ports = ports
    this.world = createRealWorld({
      directory: 'memory',
      onHalt: (reason) => {
        throw reason
      },
    })
    process.on('exit', this.#onExit)
    this.#peers = new Peers({ world: this.world, clientId: 'who-leads', setupTimeoutMs: ASK_TIMEOUT_MS })
  }

  /** Starts all four; the broker is unfenced when they are ready. */
  static async start(folder: string): Promise<Controllers> {
    const ports = new Map<number, number>()
    for (const id of [...VOTERS, BROKER]) ports.set(id, await freePort())
    const controllers = new Controllers(folder, ports)
    await Promise.all([...VOTERS, BROKER].map((id) => controllers.startNode(id)))
    return controllers
  }

  /** Where clients connect. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#ports.get(BROKER)! }
  }

  /** Everything that the processes have said on standard error. */
  get said(): string {
    return this.#said
  }

  /** Starts a node on its directory; it is ready when it knows everything that is committed. @throws if it ends before. */
  async startNode(id: number): Promise<void> {
    const port = this.#ports.get(id)!
    const voters = VOTERS.map((voter) => `${voter}@127.0.0.1:${this.#ports.get(voter)}`).join(',')
    const isVoter = VOTERS.includes(id)
    const args = [
      ...['up', '--node-id', String(id), '--role', isVoter ? 'controller' : 'broker', '--controllers', voters],
      // A controller has no listener for clients.
      ...['--port', String(isVoter ? 0 : port), '--dir', this.directoryOf(id), '--cluster-id', CLUSTER],
    ]
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.set(id, child)
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said += `${id}: ${chunk.toString()}`
    })
    const ended = once(child, 'close').then(() => 'ended')
    const ready = once(child.stdout, 'data').then(() => 'ready')
    if ((await Promise.race([ended, ready])) === 'ended') throw new Error(`node ${id} did not start:\n${this.#said}`)
  }

  directoryOf(id: number): string {
    return join(this.#folder, `node-${id}`)
  }

  get directories(): readonly string[] {
    return [...VOTERS, BROKER].map((id) => this.directoryOf(id))
  }

  /** The leader in an epoch above `epoch`, as soon as there is one. @throws after half a minute without one. */
  async leaderAbove(epoch: number): Promise<LeaderSeen> {
    const until = Date.now() + 30_000
    while (Date.now() < until) {
      const answers = VOTERS.map((id) => this.#ask(id))
      // The first that says so counts: whoever is stopped would hold up the others.
      const found = await Promise.race([
        ...answers.map(async (answer) => {
          const seen = await answer
          return seen !== undefined && seen.epoch > epoch ? seen : new Promise<never>(() => undefined)
        }),
        Promise.all(answers).then(() => undefined),
        pause(ASK_EVERY_MS * 2),
      ])
      if (found !== undefined) return found
      await pause(ASK_EVERY_MS)
    }
    throw new Error(`no leader above epoch ${epoch} within half a minute:\n${this.#said}`)
  }

  /** Waits until this node knows that it leads no longer. */
  async whenFollowing(id: number): Promise<void> {
    const until = Date.now() + 30_000
    while (Date.now() < until) {
      if ((await this.#leadership(id)) === 'follows') return
      await pause(ASK_EVERY_MS)
    }
    throw new Error(`node ${id} does not see that it leads no longer:\n${this.#said}`)
  }

  async strike(id: number, blow: Blow): Promise<void> {
    const child = this.#children.get(id)!
    const closed = blow === 'SIGKILL' ? once(child, 'close') : undefined
    child.kill(blow)
    await closed
  }

  /** Undoes a blow: the node is started again, or goes on. */
  async undo(id: number, blow: Blow): Promise<void> {
    if (blow === 'SIGKILL') return this.startNode(id)
    this.#children.get(id)!.kill('SIGCONT')
    await this.whenFollowing(id)
  }

  /** Ends every process, and waits until it has. Harmless when repeated. */
  async end(): Promise<void> {
    this.#peers.close()
    await Promise.all(
      [...this.#children.values()].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const closed = once(child, 'close')
        child.kill('SIGKILL')
        await closed
      }),
    )
    this.world.close()
    process.off('exit', this.#onExit)
  }

  async #ask(id: number): Promise<LeaderSeen | undefined> {
    const seen = await this.#leadership(id)
    return typeof seen === 'object' ? seen : undefined
  }

  #leadership(id: number): Promise<LeaderSeen | 'follows' | undefined> {
    const address = { host: '127.0.0.1', port: this.#ports.get(id)! }
    const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
    return new Promise((resolve) => {
      this.#peers.request(
        address,
        apis.describeQuorum,
        () => body,
        ASK_TIMEOUT_MS,
        (_error, response) => {
          const partition = response?.topics[0]?.partitions[0]
          if (partition === undefined) resolve(undefined)
          else resolve(partition.errorCode === 0 ? { id, epoch: partition.leaderEpoch } : 'follows')
        },
      )
    })
  }
}

/** The segments of a node's metadata log, in order. */
export function metadataSegments(directory: string): readonly Uint8Array[] {
  const path = join(directory, '__cluster_metadata-0')
  const names = readdirSync(path).filter((name) => name.endsWith('.log'))
  return names.sort().map((name) => new Uint8Array(readFileSync(join(path, name))))
}
