/**
 * Targets that are started for the measurement, each a process of its own in a group of its own, so that Ctrl-C reaches
 * them through the one that started them: samsa's broker as `samsa up` starts it, and the minimal path. They end with
 * the process that started them, however that ends short of SIGKILL.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { processUsage } from './process-usage.ts'
import type { Target } from './target.ts'

const command = fileURLToPath(new URL('../../../bin/samsa.js', import.meta.url))
const isSource = import.meta.url.endsWith('.ts')
const floor = fileURLToPath(new URL(isSource ? 'minimal-path.ts' : 'minimal-path.js', import.meta.url))
const READY = /^ready 127\.0\.0\.1:(\d+)$/m

/** A broker of samsa with its data in `directory`; rejects with what it said where it does not start. */
export function startSamsa(directory: string): Promise<Target> {
  return startTarget('samsa', [command, 'up', '--dir', directory, '--port', '0'])
}

/** The minimal path, writing to a file of that name. */
export function startMinimalPath(file: string): Promise<Target> {
  return startTarget('minimal path', [floor, file])
}

async function startTarget(name: string, args: readonly string[]): Promise<Target> {
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (): void => void child.kill('SIGKILL')
  // Before anybody removes what it writes to.
  process.prependListener('exit', kill)
  const port = await portSaid(name, child)
  // What it says later is not needed, and must not fill the pipe.
  child.stdout?.resume()
  child.stderr?.resume()
  return {
    name,
    address: { host: '127.0.0.1', port },
    pid: child.pid,
    usage: () => (child.pid === undefined ? undefined : processUsage(child.pid)),
    close: async () => {
      process.off('exit', kill)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function portSaid(name: string, child: ChildProcess): Promise<number> {
  let out = ''
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4_000)
  })
  const said = new Promise<number>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const port = READY.exec(out)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
  const ended = once(child, 'exit').then(() => undefined)
  const port = await Promise.race([said, ended])
  if (port === undefined) throw new Error(`${name} did not start: ${errors}`)
  return port
}
