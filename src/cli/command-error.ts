/** Why a command cannot go on, in words for the person who typed it: what happened, why, what to do next. */

import { ExitCode } from './exit-codes.ts'

export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The command was typed wrongly. */
export function wrongUsage(message: string): CommandError {
  return new CommandError(ExitCode.usage, message)
}

/** The command is fine, and its surroundings are not. */
export function operatingFailure(message: string, cause?: unknown): CommandError {
  return new CommandError(ExitCode.failed, message, { cause })
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
