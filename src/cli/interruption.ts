/** Ctrl-C: the first asks a command to finish with what it has, the second ends the process at once. */

import { ExitCode } from './exit-codes.ts'

export class Interruption {
  wasAsked = false
  readonly #onSignal = (): void => {
    if (this.wasAsked) process.exit(ExitCode.interrupted)
    this.wasAsked = true
    process.stderr.write('\nInterrupted: finishing what was begun and writing the report. Ctrl-C again ends at once.\n')
  }

  /** Listens from now on. */
  constructor() {
    process.on('SIGINT', this.#onSignal)
  }

  /** Lets Ctrl-C do again what it did before. */
  dispose(): void {
    process.off('SIGINT', this.#onSignal)
  }
}
