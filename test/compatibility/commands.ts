/** Other people's programs as child processes, which may or may not be on this machine. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** For standard input. */
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** The script that runs Apache Kafka's broker and tools; undefined where none is named. */
export const apacheKafka = process.env['SAMSA_APACHE_KAFKA']

/** Whether a command can be found. */
export function isInstalled(command: string): boolean {
  return spawnSync(command, ['-V']).error === undefined
}

/** Runs a command to its end. */
async function run(
  command: string,
  args: readonly string[],
  { input = '', env = {} }: CommandOptions = {},
): Promise<CommandOutcome> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' })
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code: code as number | null, stdout: stdout(), stderr: stderr() }
}

/** Runs a command that must succeed; what it says on standard output. @throws with what it said otherwise. */
export async function output(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
  return stdout
}

/** Starts a command that goes on by itself, once it has said something that matches. @throws if it ends before. */
export async function started(command: string, args: readonly string[], says: RegExp): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  const isOver = once(child, 'close').then(() => true)
  while (!says.test(stdout())) {
    const said = once(child.stdout, 'data').then(() => false)
    if (await Promise.race([isOver, said])) throw new Error(`${command} did not start:\n${stdout()}\n${stderr()}`)
  }
  return child
}

/** Sends a signal, and waits for the end that follows. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
