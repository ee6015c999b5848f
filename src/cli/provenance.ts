/** Where and how a command was run, for its report. */

import { availableParallelism, cpus, platform, release } from 'node:os'
import type { Provenance } from '../reporters/chaos-report.ts'

/** Of the command with these arguments, here and now. */
export function provenanceOf(argv: readonly string[]): Provenance {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return {
    command: ['npx samsa', ...argv.map(asTyped)].join(' '),
    node: process.version,
    machine: `${model}, ${availableParallelism()} cores, ${platform()} ${release()}`,
  }
}

/** An argument as a shell takes it back. */
function asTyped(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
