import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { samsaInTests } from './samsa.ts'

const { start, run, path } = samsaInTests()

const ready = /^ready 127\.0\.0\.1:(\d+)$/m

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a broker says where clients connect, and %s stops it cleanly',
  async (signal) => {
    const broker = start(['up', '--port', '0'])
    const [, port] = await broker.says(ready)
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    broker.child.kill(signal)
    const { code, stdout, stderr } = await broker.ended
    expect(stdout).toBe(`ready 127.0.0.1:${port}\n`)
    expect(stderr).toContain('samsa-data')
    expect(stderr).toContain('stopped')
    expect(code).toBe(0)
    expect(existsSync(path('samsa-data/meta.properties'))).toBe(true)
  },
)

test('a node that is controller only says where it listens, and opens nothing for clients', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await new Promise((resolve) => other.close(resolve))
  const node = start(['up', '--role', 'controller', '--port', '0', '--controllers', `1@127.0.0.1:${port}`])
  await node.says(ready)
  expect(node.stdout).toBe(`ready 127.0.0.1:${port}\n`)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
})

test('a broker that was killed starts again on its directory', async () => {
  const first = start(['up', '--port', '0', '--dir', 'data'])
  await first.says(ready)
  first.child.kill('SIGKILL')
  await first.ended
  const second = start(['up', '--port', '0', '--dir', 'data', '--set', 'num.partitions=3'])
  await second.says(ready)
})

test('a port that is taken is said to be, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const { code, stdout, stderr } = await run('up', '--port', String(port))
  other.close()
  expect(stderr).toMatch(new RegExp(`cannot listen at 127\\.0\\.0\\.1:${port}: another program .* --port`))
  expect(stdout).toBe('')
  expect(code).toBe(1)
})

test('a directory that another broker uses is said to be, and left alone', async () => {
  await start(['up', '--port', '0', '--dir', 'data']).says(ready)
  const { code, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toMatch(/cannot use the directory data: .*stop the other process or use another directory/)
  expect(code).toBe(1)
})

test('a directory of something else is refused, and nothing is written into it', async () => {
  mkdirSync(path('photos'))
  writeFileSync(path('photos/cat.jpg'), 'meow')
  const { code, stderr } = await run('up', '--port', '0', '--dir', 'photos')
  expect(stderr).toMatch(/cannot use the directory photos: .*not empty \(cat\.jpg\)/)
  expect(existsSync(path('photos/meta.properties'))).toBe(false)
  expect(code).toBe(1)
})

test('a directory that belongs to another node says which', async () => {
  const first = start(['up', '--port', '0', '--dir', 'data'])
  await first.says(ready)
  first.child.kill('SIGTERM')
  await first.ended
  const { code, stderr } = await run('up', '--port', '0', '--dir', 'data', '--set', 'node.id=2')
  expect(stderr).toMatch(/belongs to node 1, not to node 2; set node\.id=1/)
  expect(code).toBe(1)
})

test('a file in the place of the directory is said to be there', async () => {
  writeFileSync(path('data'), '')
  const { code, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toMatch(/there is a file in its place; choose another with --dir/)
  expect(code).toBe(1)
})
