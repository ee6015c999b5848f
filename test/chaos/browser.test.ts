/**
 * The same plans run the same way in a web page. A small server hands out the build and one page; the page runs the plans
 * and posts their hashes back. Needs Chromium (`/usr/bin/chromium`, or where `SAMSA_CHROMIUM` says).
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { dist, hashesByNode } from './built.ts'

const chromium = process.env['SAMSA_CHROMIUM'] ?? '/usr/bin/chromium'
const from = 1000
const count = 10

/** A host in a page: a message to oneself is a task, and no microtask is left when it runs. */
const page = `<!doctype html><meta charset="utf-8"><title>samsa</title><script type="module">
const answer = (body) => fetch('/answer', { method: 'POST', body: JSON.stringify(body) })
try {
  const { generatePlan } = await import('/dist/sim/plan/generate.js')
  const { simulate } = await import('/dist/sim/run/simulate.js')
  const { port1, port2 } = new MessageChannel()
  const waiting = []
  port1.onmessage = () => waiting.shift()()
  const afterTask = (resume) => { waiting.push(resume); port2.postMessage(0) }
  let breatheAtMs = 0
  const host = {
    drain(resume) { afterTask(resume); return false },
    breathe(resume) { breatheAtMs = performance.now() + 10; setTimeout(resume) },
    shouldBreathe: () => performance.now() >= breatheAtMs,
  }
  const hashes = []
  for (let seed = ${from}; seed < ${from + count}; seed++) hashes.push((await simulate(generatePlan(seed), host)).hash)
  await answer({ hashes })
} catch (error) {
  await answer({ error: String(error) })
}
</script>`

interface Answer {
  readonly hashes?: readonly string[]
  readonly error?: string
}

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/** Serves the page and the build; `answered` gets what the page posts. */
async function serve(answered: (answer: Answer) => void): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://page').pathname)
    const send = (status: number, type: string, body: string | Buffer) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    if (path === '/answer') {
      answered(JSON.parse(await textOf(request)))
      send(204, 'text/plain', '')
    } else if (path === '/') send(200, 'text/html', page)
    else if (path.startsWith('/dist/') && path.endsWith('.js') && existsSync(join(dist, path.slice(6)))) {
      send(200, 'text/javascript', await readFile(join(dist, path.slice(6))))
    } else send(404, 'text/plain', 'not here')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

async function openPage(url: string): Promise<ChildProcess> {
  const profile = await mkdtemp(join(tmpdir(), 'samsa-chromium-'))
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
  const child = spawn(
    chromium,
    ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet, `--user-data-dir=${profile}`, url],
    { stdio: 'ignore', detached: true },
  )
  undo.push(async () => {
    // The browser is a group of processes: all of them go, or the profile could not.
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    const ended = hasEnded ? undefined : once(child, 'exit')
    if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, 'SIGKILL')
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  return child
}

test('the same plan runs the same way in Chromium as in Node', async ({ skip }) => {
  skip(!existsSync(chromium), `there is no Chromium at ${chromium}`)
  const answer = await new Promise<Answer>((resolve, reject) => {
    const begin = async (): Promise<void> => {
      const server = await serve(resolve)
      const child = await openPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`Chromium ended with ${code} before the page had answered`)))
    }
    begin().catch(reject)
  })
  expect(answer.error).toBeUndefined()
  expect(answer.hashes).toEqual(await hashesByNode(process.execPath, from, count))
})
