/** The built command in child processes, each in a folder of its own that is removed afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/samsa.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that is running. */
export class Samsa {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    const options = { cwd, env: { ...process.env, ...env } }
    this.child = spawn(process.execPath, [bin, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.ended = once(this.child, 'close').then(([code]) => ({ code, stdout: this.stdout, stderr: this.stderr }))
  }

  /** The first match in standard output. @throws if the command ends without one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout)
      if (match !== null) return match
      const isOver = await Promise.race([
        this.ended.then(() => true),
        once(this.child.stdout!, 'data').then(() => false),
      ])
      if (isOver && pattern.exec(this.stdout) === null)
        throw new Error(`never said ${pattern}:\n${this.stdout}${this.stderr}`)
    }
  }
}

/** Starts commands in a fresh folder for each test; whatever still runs at its end is killed. */
export function samsaInTests() {
  const running: Samsa[] = []
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'samsa-cli-'))
  })
  afterEach(async () => {
    for (const samsa of running.splice(0)) {
      samsa.child.kill('SIGKILL')
      await samsa.ended
    }
    rmSync(folder, { recursive: true, force: true })
  })
  const start = (args: readonly string[], env?: Readonly<Record<string, string>>): Samsa => {
    const samsa = new Samsa(args, folder, env)
    running.push(samsa)
    return samsa
  }
  return {
    start,
    run: (...args: readonly string[]): Promise<Ended> => start(args).ended,
    path: (name: string): string => join(folder, name),
  }
}
