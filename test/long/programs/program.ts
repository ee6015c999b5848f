/**
 * What the long programs share: options with their help and their checks, an end by Ctrl-C, the median, and a line on
 * standard output.
 */

import { Command } from 'commander'
import { integerIn } from '../../../src/cli/option-values.ts'

/** From 1 to more than anybody waits for. */
export const count = integerIn(1, 1_000_000_000)
/** Of drawn things. */
export const seed = integerIn(0, Number.MAX_SAFE_INTEGER)

/** A program of that name (`npm run NAME -- OPTIONS`); `described` is what its `--help` says first. */
export function program(name: string, described: string): Command {
  return new Command(`npm run ${name} --`).description(described)
}

/** Ends this process at once when it is interrupted, so that what it does on its exit is done. */
export function endWhenInterrupted(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130))
}

/** The upper median. */
export function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
