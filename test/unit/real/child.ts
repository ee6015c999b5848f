/** Programs run in processes of their own, for what one process cannot show of itself. */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** Waits until the program has printed this line. */
  line(text: string): Promise<void>
  /** Waits for its end; everything it has printed. */
  output(): Promise<string>
}

/** Starts a program in TypeScript. */
export function startProgram(program: URL, ...parameters: readonly string[]): Child {
  return start(process.execPath, ['--import', 'tsx', fileURLToPath(program), ...parameters])
}

export function start(command: string, parameters: readonly string[]): Child {
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'] })
  let printed = ''
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  const changed = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      printed += String(text)
      for (const look of changed) look()
    })
  }
  return {
    process: child,
    line: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (printed.split('\n').includes(text)) resolve()
        }
        changed.add(look)
        look()
        ended.then(() => reject(new Error(`the program ended without printing "${text}":\n${printed}`)), reject)
      }),
    output: async () => {
      await ended
      return printed
    },
  }
}

/** Ends a child as a crash does, and waits until it is gone. */
export async function crash(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.output()
}
