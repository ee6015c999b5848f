import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { quickSettings } from '../../src/bench/cluster/settings.ts'
import { samsaInTests } from './samsa.ts'

const { start, run, path } = samsaInTests()

test('a quick benchmark has a figure for each point, a page and JSON, and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await run(
    ...['bench', '--quick', '--json', 'bench.json', '--report', 'report', '--svg', 'picture.svg'],
  )
  expect(stderr).not.toContain('no figure')
  expect(code).toBe(0)
  const result = JSON.parse(readFileSync(path('bench.json'), 'utf8'))
  expect(result.failures).toEqual([])
  expect(result.throughput.map((each: { target: string }) => each.target)).toEqual([
    ...['samsa', 'samsa', 'samsa', 'samsa', 'minimal path', 'minimal path'],
  ])
  expect(result.throughput.map((each: { shape: { codec: string } }) => each.shape.codec)).toEqual([
    ...['none', 'none', 'lz4', 'lz4', 'none', 'none'],
  ])
  expect(result.throughput[3].compressionRatio).toBeGreaterThan(2)
  expect(result.tail[0].records.low).toBeGreaterThan(0)
  for (const { produceRecords, consumeRecords, target } of result.throughput) {
    expect(produceRecords.runs).toHaveLength(2)
    expect(produceRecords.low).toBeGreaterThan(0)
    expect(consumeRecords === undefined).toBe(target === 'minimal path')
  }
  expect(result.latency[0].endToEnd.samples).toBeGreaterThan(0)
  expect(result.latency[0].endToEnd.meanUs).toBeGreaterThanOrEqual(result.latency[0].delay.meanUs)
  const page = readFileSync(path('report/index.html'), 'utf8')
  expect(page).toContain(stdout.split('\n')[0]!)
  expect(readFileSync(path('picture.svg'), 'utf8')).toMatch(/^<svg [^>]*xmlns="/)
  expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
  expect(readdirSync(path('.')).sort()).toEqual(['bench.json', 'picture.svg', 'report'])
})

test('a quick benchmark of images has figures of every step and setup, and leaves nothing behind', async () => {
  const options = ['--image', '50,100', '--quick', '--json', 'image.json', '--report', 'report']
  const { code, stdout, stderr } = await run('bench', ...options)
  expect(stderr).not.toContain('no figure')
  expect(code).toBe(0)
  const result = JSON.parse(readFileSync(path('image.json'), 'utf8'))
  expect(result.results.map((each: { partitions: number }) => each.partitions)).toEqual([50, 100, 50, 100, 50, 100])
  for (const { steps, snapshotBytesEach } of result.results) {
    expect(Object.keys(steps)).toEqual(['create', 'snapshot', 'load', 'delete'])
    for (const step of ['create', 'snapshot', 'load', 'delete']) expect(steps[step].ms.low).toBeGreaterThan(0)
    expect(snapshotBytesEach.low).toBeGreaterThan(10)
  }
  expect(readFileSync(path('report/index.html'), 'utf8')).toContain(stdout.split('\n')[0]!)
  expect(readdirSync(path('.')).sort()).toEqual(['image.json', 'report'])
})

test('Ctrl-C ends a benchmark with a report of what there is', async () => {
  const bench = start(['bench', '--json', 'bench.json', '--report', 'report', '--no-latency', '--no-floor'])
  await once(bench.child.stderr!, 'data')
  bench.child.kill('SIGINT')
  const { code } = await bench.ended
  expect(code).toBe(130)
  expect(JSON.parse(readFileSync(path('bench.json'), 'utf8')).wasInterrupted).toBe(true)
})

test('a program gets the same as values, and ends it when it likes', async () => {
  // From the build: the load generator is a process of its own, which Node 20 does not start from TypeScript.
  const built = new URL('../../dist/index.js', import.meta.url).href
  const { benchmark } = (await import(built)) as typeof import('../../src/index.ts')
  const enough = new AbortController()
  const labels: string[] = []
  const result = await benchmark({
    settings: { ...quickSettings, floor: false },
    onProgress: (_done, _total, label) => labels.push(label) === 3 && enough.abort(),
    signal: enough.signal,
  })
  expect(labels).toHaveLength(3)
  expect([result.wasInterrupted, result.failures]).toEqual([true, []])
  expect(result.throughput.map(({ shape }) => shape.batchBytes)).toEqual([0, 16_384, 0])
})

test('an address where nobody listens is said to be one, at once', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const { code, stderr } = await run('bench', '--quick', '--bootstrap', `127.0.0.1:${port}`)
  expect(stderr).toContain(`the connection to 127.0.0.1:${port} could not be made`)
  expect(code).toBe(1)
})

test('an address without a port is refused with an example', async () => {
  const { code, stderr } = await run('bench', '--against', 'localhost')
  expect(stderr).toContain('127.0.0.1:9092')
  expect(code).toBe(64)
})
