/**
 * Every command of the README works as it is written there: `npx samsa` is the built command. What would take minutes gets
 * fewer seeds, by options behind its own; `.ci/run` runs those once more as they stand. Ports are free ones.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isInstalled } from '../compatibility/commands.ts'
import { freePort } from '../compatibility/free-port.ts'
import { readmeCommands } from './readme-commands.ts'

const commands = readmeCommands()
const ofSamsa = (name: string) => commands.filter(({ line }) => line.startsWith(`npx samsa ${name}`))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where a command takes minutes: what makes it short, and how it may end. */
const SHORTER: readonly (readonly [RegExp, string, readonly number[]])[] = [
  // So few seeds may find the bug or not.
  [/^npx samsa chaos .*--mutant /, '--seeds 2 --jobs 1', [0, 10]],
  [/^npx samsa chaos /, '--seeds 2 --jobs 1', [0]],
  [/^npx samsa mutants$/, '--only kafka-9892-torn-producer-snapshot-believed --jobs 1', [0]],
  [/^npx samsa bench --image$/, '200 --repeats 1', [0]],
  [/^npx samsa bench$/, '--quick --no-latency --no-floor', [0]],
  [/^npx samsa (replay|format|info|random-uuid)\b/, '', [0]],
]

let folder = ''
const running: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samsa-readme-'))
  const npx = join(folder, 'bin', 'npx')
  mkdirSync(join(folder, 'bin'))
  writeFileSync(
    npx,
    `#!/bin/sh\n[ "$1" = samsa ] || exit 99\nshift\nexec "${process.execPath}" "${root}/bin/samsa.js" "$@"\n`,
  )
  chmodSync(npx, 0o755)
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await closed
  }
  rmSync(folder, { recursive: true, force: true })
})

function shell(line: string): ChildProcess {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` }
  return spawn('bash', ['-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function toItsEnd(line: string): Promise<{ readonly code: number; readonly said: string }> {
  const child = shell(line)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, said }
}

/** Resolves when it is ready. @throws if it ends before. */
async function untilReady(line: string): Promise<void> {
  const child = shell(line.replace(/npx samsa(?!.*npx samsa)/, 'exec npx samsa'))
  running.push(child)
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ready = once(child.stdout!, 'data').then(([chunk]) => String(chunk))
  const first = await Promise.race([ready, once(child, 'close').then(() => `it ended:\n${said}`)])
  expect(first).toMatch(/^ready /)
}

const short = commands.filter(({ line }) => SHORTER.some(([pattern]) => pattern.test(line)))

test.for(short.map(({ line }) => line))('%s', async (line) => {
  const [, options, codes] = SHORTER.find(([pattern]) => pattern.test(line))!
  const { code, said } = await toItsEnd(`${line} ${options}`)
  expect(codes, said).toContain(code)
})

test('npx samsa up, and clients as the README shows them', async () => {
  const [up] = ofSamsa('up').filter(({ variables }) => variables.length === 0)
  const port = await freePort()
  await untilReady(`${up!.line} --port ${port}`)
  const clients = commands.filter(({ line }) => /\bkcat\b/.test(line))
  expect(clients.length).toBeGreaterThan(0)
  if (!isInstalled('kcat')) return
  const written = /--port (\d+)/.exec(up!.line)![1]!
  const said: string[] = []
  for (const { line } of clients) said.push((await toItsEnd(line.replaceAll(`:${written}`, `:${port}`))).said)
  expect(said.at(-1)).toContain('hello\n')
})

test('a cluster, each node of it in a terminal of its own', async () => {
  const nodes = ofSamsa('up').filter(({ variables }) => variables.length > 0)
  expect(nodes).toHaveLength(3)
  const lines = nodes.map(({ line, variables }) => [...variables, line].join('; '))
  const ports = new Set(lines.flatMap((line) => [...line.matchAll(/(?<=127\.0\.0\.1:|--port )\d+/g)].map(String)))
  const free = new Map<string, number>()
  for (const port of ports) free.set(port, await freePort())
  const onFreePorts = lines.map((line) =>
    line.replaceAll(/(?<=127\.0\.0\.1:|--port )\d+/g, (port) => String(free.get(port))),
  )
  await Promise.all(onFreePorts.map((line) => untilReady(line)))
})

test('every other command is an npm script that there is, or npm ci', () => {
  const others = commands
    .filter(({ line }) => !/^npx samsa |\bkcat\b/.test(line))
    .flatMap(({ line }) => line.split(' && '))
  const inline = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/`(npm [^`]+)`/g)].map((match) => match[1]!)
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const known = ['npm ci', ...Object.keys(scripts).flatMap((name) => [`npm ${name}`, `npm run ${name}`])]
  for (const line of [...others, ...inline]) expect(known).toContain(line)
  const covered = [...short, ...ofSamsa('up'), ...commands.filter(({ line }) => /\bkcat\b/.test(line))]
  expect(covered.length + commands.filter(({ line }) => line.startsWith('npm ')).length).toBe(commands.length)
})
