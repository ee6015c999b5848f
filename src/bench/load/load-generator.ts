/** The handle on a load generator, a process of its own. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadOutcome } from './load-jobs.ts'

const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'load-process.ts' : 'load-process.js', import.meta.url),
)

/** See the head of this file. One job at a time. */
export class LoadGenerator {
  readonly #child: ChildProcess = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

  /** Does a job; a process that dies of it is a failed outcome. */
  async run(job: LoadJob): Promise<LoadOutcome> {
    if (!this.#child.connected) return { kind: 'failed', reason: 'the load generator is gone' }
    const ended = new AbortController()
    const { signal } = ended
    const died = once(this.#child, 'exit', { signal }).then(
      ([code]): LoadOutcome => ({ kind: 'failed', reason: `the load generator ended with code ${code}` }),
    )
    died.catch(() => undefined)
    const answered = once(this.#child, 'message', { signal }).then(([outcome]) => outcome as LoadOutcome)
    answered.catch(() => undefined)
    this.#child.send(job)
    try {
      return await Promise.race([answered, died])
    } finally {
      ended.abort()
    }
  }

  /** Ends the process. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect()
    this.#child.kill('SIGKILL')
  }
}
