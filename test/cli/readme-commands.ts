/** The commands of README.md, as they stand there. */

import { readFileSync } from 'node:fs'

/** A line of a block of shell, without its comment; what came before it in its block may have set variables. */
export interface ReadmeCommand {
  readonly line: string
  /** Assignments of the block above it: `V=… C=…`. */
  readonly variables: readonly string[]
}

/** Every line of every block of shell, in their order. */
export function readmeCommands(): readonly ReadmeCommand[] {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => {
    const lines = block!
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== '')
    const areVariables = (line: string): boolean => /^([A-Z]+=\S+ ?)+$/.test(line)
    const variables = lines.filter(areVariables)
    return lines.filter((line) => !areVariables(line)).map((line) => ({ line, variables }))
  })
}
