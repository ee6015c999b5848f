/** The built `samsa up` as a process, with what it says and how much memory it has. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { processUsage } from '../../../src/bench/targets/process-usage.ts'

const bin = fileURLToPath(new URL('../../../bin/samsa.js', import.meta.url))
/** The end of what a broker says is enough to see why it ended. */
const SAID_CHARS_MAX = 20_000

export class BrokerProcess {
  readonly #child: ChildProcess
  readonly #onExit = (): void => void this.#child.kill('SIGKILL')
  /** Lines that it should not have said. */
  readonly bugs: string[] = []
  #errors = ''
  #errorBytes = 0
  #output = ''

  private constructor(directory: string, settings: Readonly<Record<string, string>>) {
    const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const args = [bin, 'up', '--port', '0', '--dir', directory, ...sets]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    process.on('exit', this.#onExit)
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString()
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errorBytes += chunk.length
      this.bugs.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line.includes(' error '))
          .slice(0, 3),
      )
      this.#errors = (this.#errors + chunk.toString()).slice(-SAID_CHARS_MAX)
    })
  }

  /** Starts it; it is ready. @throws if it ends before. */
  static async start(directory: string, settings: Readonly<Record<string, string>>): Promise<BrokerProcess> {
    const broker = new BrokerProcess(directory, settings)
    while (broker.port === undefined) {
      if (broker.hasEnded) throw new Error(`the broker ended: ${broker.errors}`)
      await Promise.race([once(broker.#child.stdout!, 'data'), once(broker.#child, 'exit')])
    }
    return broker
  }

  get port(): number | undefined {
    const match = /^ready 127\.0\.0\.1:(\d+)$/m.exec(this.#output)
    return match === null ? undefined : Number(match[1])
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The end of what it said on standard error. */
  get errors(): string {
    return this.#errors
  }

  /** How much it said there. */
  get errorBytes(): number {
    return this.#errorBytes
  }

  /** Resident memory now; undefined where the system does not tell. */
  get residentBytes(): number | undefined {
    return processUsage(this.#child.pid!)?.residentBytes
  }

  /** Processor time used up to now, in ms. */
  get cpuMs(): number {
    return processUsage(this.#child.pid!)?.cpuMs ?? 0
  }

  /** Stops it in good order; its exit code. */
  async stop(): Promise<number | null> {
    process.off('exit', this.#onExit)
    if (!this.hasEnded) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    return this.#child.exitCode
  }
}
