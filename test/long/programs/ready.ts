/**
 * `npm run test:ready -- [--rounds N]`: from the start of the built `samsa up`, on an empty directory, to its first answer to a
 * Metadata request, beside the same for a bare TCP server of Node, in turns (7 rounds if not said); and the memory that
 * is resident when it has been idle for three seconds. Ends with 1 where the medians are over their bounds.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { processUsage } from '../../../src/bench/targets/process-usage.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'
import { freePort } from '../../compatibility/free-port.ts'
import { count, endWhenInterrupted, median, print, program } from './program.ts'

const MORE_MS_MAX = 250
const RESIDENT_BYTES_MAX = 90_000_000
const IDLE_MS = 3000
const AGAIN_MS = 2
const bin = fileURLToPath(new URL('../../../bin/samsa.js', import.meta.url))
const request = encodeRequest(apis.metadata, 12, 1, 'ready', { topics: null })
const bare = (port: number): string =>
  `require('net').createServer((s) => s.once('data', (b) => s.end(b))).listen(${port}, '127.0.0.1')`

const { rounds } = program('test:ready', 'Measures how long a broker takes to be ready, beside a bare server.')
  .option('--rounds <n>', 'how often each of the two is started', count, 7)
  .parse()
  .opts<{ readonly rounds: number }>()
const bareMs: number[] = []
const readyMs: number[] = []
const cpuMs: number[] = []
const resident: number[] = []
let child: ChildProcess | undefined
process.on('exit', () => child?.kill('SIGKILL'))
endWhenInterrupted()
for (let round = 1; round <= rounds; round++) {
  bareMs.push(await measure((port) => ['-e', bare(port)]))
  const folder = mkdtempSync(join(tmpdir(), 'samsa-ready-'))
  readyMs.push(await measure((port) => [bin, 'up', '--port', String(port), '--dir', folder], noteUsage))
  rmSync(folder, { recursive: true, force: true })
  print(
    `${round}: ${bareMs.at(-1)} ms bare, ${readyMs.at(-1)} ms to ready (${cpuMs.at(-1)} ms of processor), ${mb(resident.at(-1)!)}`,
  )
}
const moreMs = median(readyMs) - median(bareMs)
print(`median: ${median(bareMs)} ms bare, ${median(readyMs)} ms to ready: ${moreMs} ms more (at most ${MORE_MS_MAX})`)
print(
  `median: ${median(cpuMs)} ms of processor, ${mb(median(resident))} resident when idle (at most ${mb(RESIDENT_BYTES_MAX)})`,
)
process.exitCode = moreMs <= MORE_MS_MAX && median(resident) <= RESIDENT_BYTES_MAX ? 0 : 1

/** From the start of a program to its first answer, in ms. */
async function measure(
  args: (port: number) => readonly string[],
  look: (pid: number) => Promise<void> = async () => undefined,
): Promise<number> {
  const port = await freePort()
  const from = performance.now()
  child = spawn(process.execPath, args(port), { stdio: 'ignore' })
  while (!(await isAnswered(port))) await pause(AGAIN_MS)
  const ms = Math.round(performance.now() - from)
  await look(child.pid!)
  child.kill('SIGKILL')
  await once(child, 'exit')
  return ms
}

async function noteUsage(pid: number): Promise<void> {
  cpuMs.push(processUsage(pid)?.cpuMs ?? 0)
  await pause(IDLE_MS)
  resident.push(processUsage(pid)?.residentBytes ?? 0)
}

/** True once a request on a connection of its own is answered. */
function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write(request))
    socket.on('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
