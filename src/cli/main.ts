/**
 * The command line. Nothing that goes wrong leaves it without a message and an exit code; the process ends by itself
 * once nothing is left to do.
 */

import { CommanderError } from 'commander'
import { CommandError } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'
import { samsaProgram } from './program.ts'

/** Runs `samsa` with these arguments (without program names) and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads()
  process.on('uncaughtException', (error) => {
    report(error)
    process.exit(ExitCode.simulatorBug)
  })
  try {
    await samsaProgram(argv, (code) => {
      process.exitCode = code
    }).parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Says what went wrong; gives back the exit code. */
function report(error: unknown): ExitCode {
  // Commander has said it already.
  if (error instanceof CommanderError) return isHelpOrVersion(error) ? ExitCode.ok : ExitCode.usage
  if (error instanceof CommandError) {
    process.stderr.write(`samsa: ${error.message}\n`)
    return error.exitCode
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`samsa: a bug in samsa itself, not in what you did; please report it with this:\n${stack}\n`)
  return ExitCode.simulatorBug
}

function isHelpOrVersion({ exitCode }: CommanderError): boolean {
  return exitCode === 0
}

/** `samsa replay 7 | head` closes the pipe early; that is no error of ours. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? ExitCode.ok)
  })
}
