/**
 * A broker as a process that is killed (SIGKILL) and started again on its directory, at the same port; how long it is away
 * is measured from the start of the process to the first answers that a client gets.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client } from '../../src/client/client.ts'
import { createRealWorld } from '../../src/real/world.ts'
import { freePort } from './free-port.ts'

const bin = fileURLToPath(new URL('../../bin/samsa.js', import.meta.url))
const HOST = '127.0.0.1'
/** How often a broker that is not there yet is asked again. */
const ASK_AGAIN_MS = 5
/** A topic beside those under load, for the first record after a start. */
const PROBE = 'probe'

export interface Start {
  /** Until Metadata names every partition, each with its leader. */
  readonly metadataMs: number
  /** Until a record was acknowledged after that (acks=all). */
  readonly producedMs: number
  /** What the process had used of the processors by then. */
  readonly processorMs: number
}

export class KilledBroker {
  readonly port: number
  readonly #folder: string
  #child: ChildProcess | undefined
  #said = ''
  /** Whoever ends this process ends the broker, too. */
  readonly #onExit = (): void => void this.#child?.kill('SIGKILL')

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
    process.on('exit', this.#onExit)
  }

  /** A broker that runs, with a topic of so many partitions. */
  static async start(folder: string, topic: string, partitions: number): Promise<KilledBroker> {
    const broker = new KilledBroker(folder, await freePort())
    broker.#spawn()
    await broker.#asking(async (client) => {
      const wanted = [
        { name: topic, numPartitions: partitions },
        { name: PROBE, numPartitions: 1 },
      ] as const
      for (const outcome of await client.createTopics(wanted)) {
        if (outcome.kind === 'failed') throw new Error(outcome.message)
      }
      await allLed(client, topic, partitions)
    })
    return broker
  }

  get address(): string {
    return `${HOST}:${this.port}`
  }

  /** What the lives so far have said on standard error. */
  get said(): string {
    return this.#said
  }

  async kill(): Promise<void> {
    const child = this.#child!
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the broker ended:\n${this.#said}`)
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }

  /** Starts the next life; ends when it serves. @throws where it does not within a minute. */
  async startAgain(topic: string, partitions: number): Promise<Start> {
    const from = performance.now()
    this.#spawn()
    return this.#asking(async (client) => {
      await allLed(client, topic, partitions)
      const metadataMs = Math.round(performance.now() - from)
      const producer = client.producer({ lingerMs: 0, idempotent: false })
      const outcome = await producer.send({ topic: PROBE, value: new Uint8Array(1) })
      if (outcome.kind !== 'acknowledged') throw new Error(`a record after a start: ${outcome.kind}`)
      const producedMs = Math.round(performance.now() - from)
      return { metadataMs, producedMs, processorMs: processorMs(this.#child!.pid!) }
    })
  }

  /** Ends the broker; harmless when repeated. */
  async end(): Promise<void> {
    process.off('exit', this.#onExit)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }

  #spawn(): void {
    const args = [bin, 'up', '--dir', this.#folder, '--host', HOST, '--port', String(this.port)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString()
    })
    this.#child = child
  }

  async #asking<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    const world = createRealWorld({
      directory: 'memory',
      onHalt: (reason) => {
        throw reason
      },
    })
    const again = { reconnectBackoffMs: ASK_AGAIN_MS, reconnectBackoffMaxMs: ASK_AGAIN_MS }
    const retry = { retryBackoffMs: ASK_AGAIN_MS, retryBackoffMaxMs: ASK_AGAIN_MS }
    const bootstrap = [{ host: HOST, port: this.port }]
    const client = new Client(world, { bootstrap, clientId: 'probe', ...again, ...retry })
    try {
      return await ask(client)
    } catch (error) {
      throw new Error(`the broker does not serve:\n${this.#said}`, { cause: error })
    } finally {
      client.close()
      world.close()
    }
  }
}

async function allLed(client: Client, topic: string, partitions: number): Promise<void> {
  for (const until = Date.now() + 60_000; ; ) {
    const found = await client.describeTopics([topic])
    const led = found.kind === 'ok' ? found.value[0]?.partitions.filter(({ leader }) => leader >= 0).length : 0
    if (led === partitions) return
    if (Date.now() > until) throw new Error(`${led} of ${partitions} partitions are led`)
  }
}

/** User and system time of a process, in ms; 0 where the system does not tell. */
function processorMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    // In ticks of 10 ms, wherever Linux runs.
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}
