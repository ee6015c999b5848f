/** The handle on the node that is measured, which runs in a process of its own. One question at a time. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ControllerAnswer, ControllerJob } from './controller-jobs.ts'

const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'controller-process.ts' : 'controller-process.js', import.meta.url),
)

type AnswerOf<Kind extends ControllerAnswer['kind']> = Extract<ControllerAnswer, { readonly kind: Kind }>

/** See the head of this file. */
export class MeasuredNode {
  readonly #child: ChildProcess = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  readonly #kill = (): void => void this.#child.kill('SIGKILL')

  constructor() {
    process.on('exit', this.#kill)
  }

  /** Asks; rejects where it fails, or the process dies of it. */
  async ask<Kind extends ControllerAnswer['kind']>(job: ControllerJob, kind: Kind): Promise<AnswerOf<Kind>> {
    const ended = new AbortController()
    const { signal } = ended
    const died = once(this.#child, 'exit', { signal }).then(([code]): ControllerAnswer => {
      return { kind: 'failed', reason: `the measured node ended with code ${code}` }
    })
    const answered = once(this.#child, 'message', { signal }).then(([answer]) => answer as ControllerAnswer)
    for (const promise of [died, answered]) promise.catch(() => undefined)
    this.#child.send(job)
    try {
      const answer = await Promise.race([answered, died])
      if (answer.kind === 'failed') throw new Error(answer.reason)
      if (answer.kind !== kind) throw new Error(`asked to ${job.kind}, the measured node answered: ${answer.kind}`)
      return answer as AnswerOf<Kind>
    } finally {
      ended.abort()
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    process.off('exit', this.#kill)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#kill()
    await once(this.#child, 'exit')
  }
}
