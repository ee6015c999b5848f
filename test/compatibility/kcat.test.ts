/**
 * kcat (librdkafka) produces to the broker and consumes from it; skipped where kcat is not installed. What was
 * acknowledged to it is there after the broker was killed. Its codecs are in `compression.test.ts`.
 *
 * What it cannot do: it sends "lz4" uncompressed while FindCoordinator, which comes with groups, is not served; it creates
 * topics by naming them only, and administers nothing else.
 */

import { describe, expect, it } from 'vitest'
import { samsaInTests } from '../cli/samsa.ts'
import { isInstalled, output } from './commands.ts'
import { inTests } from './real-broker.ts'
import { contentOf } from './topic-content.ts'

const { folder, start } = inTests()
const samsa = samsaInTests()

const lines = (count: number, what: string): string[] =>
  Array.from({ length: count }, (_, index) => `key-${index % 7}:${what} ${index}`)

function produce(address: string, topic: string, what: readonly string[], ...options: string[]): Promise<string> {
  // Batches as small as these fit into the segments that the tests ask for.
  const small = ['-X', 'batch.num.messages=10']
  const args = ['-b', address, '-P', '-t', topic, '-K:', ...small, ...options]
  return output('kcat', args, { input: `${what.join('\n')}\n` })
}

/** Everything in a topic, to its end; `%p` and the like as kcat has them. */
async function consume(address: string, topic: string, format: string, ...options: string[]): Promise<string[]> {
  const args = ['-b', address, '-C', '-t', topic, '-e', '-q', '-f', `${format}\n`, ...options]
  const said = await output('kcat', args)
  return said === '' ? [] : said.trimEnd().split('\n')
}

describe.skipIf(!isInstalled('kcat'))('with kcat (skipped where it is not installed)', () => {
  it('records are consumed as they were produced, in the order of their partition', async () => {
    const { address, stop } = await start(folder(), { 'log.segment.bytes': '2000' })
    const sent = lines(500, 'record')
    await produce(address, 'orders', sent)
    expect(await consume(address, 'orders', '%k:%s')).toEqual(sent)
    expect(await consume(address, 'orders', '%o', '-o', '490')).toEqual(
      Array.from({ length: 10 }, (_, index) => String(490 + index)),
    )
    expect(await consume(address, 'orders', '%k:%s', '-o', '-3')).toEqual(sent.slice(-3))
    await stop()
  })

  it.each([
    ['an idempotent producer', ['-X', 'enable.idempotence=true']],
    ['acks=1', ['-X', 'acks=1']],
    ['acks=0', ['-X', 'acks=0']],
    ['headers', ['-H', 'trace=7']],
    ['one record a request', ['-X', 'batch.num.messages=1']],
  ])('records may be produced with %s', async (_what, options) => {
    const { address, stop } = await start(folder())
    const sent = lines(50, 'record')
    await produce(address, 'orders', sent, ...options)
    expect(await consume(address, 'orders', '%k:%s')).toEqual(sent)
    await stop()
  })

  it('keys go to partitions of a topic that has several', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 3 }])
    const sent = lines(210, 'record')
    await produce(address, 'orders', sent)
    const found = await consume(address, 'orders', '%p %k:%s')
    expect(found.map((line) => line.slice(2)).sort()).toEqual([...sent].sort())
    const partitionsOfKey = new Set(found.map((line) => line.slice(0, line.indexOf(':'))))
    expect(partitionsOfKey.size).toBe(7)
    await stop()
  })

  it('offsets are found by time', async () => {
    const { address, client, stop } = await start(folder())
    const nowMs = Date.now()
    const producer = client.producer({ lingerMs: 0 })
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    for (let index = 0; index < 5; index++) {
      await producer.send({ topic: 'orders', value: new Uint8Array(1), timestampMs: nowMs - 5000 + index * 1000 })
    }
    const said = await output('kcat', ['-b', address, '-Q', '-t', `orders:0:${nowMs - 3500}`])
    expect(said.trim()).toBe('orders [0] offset 2')
    await stop()
  })

  it('explicit partitions, null keys and null values arrive as they were sent', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 3 }])
    // With -Z what is empty is null.
    await produce(address, 'orders', [':without a key', 'gone:'], '-Z', '-p', '2', '-H', 'trace=7')
    expect(await contentOf(client, 'orders', 3)).toMatchObject([
      { partition: 2, key: null, value: 'without a key', headers: { trace: '7' } },
      { partition: 2, key: 'gone', value: null, headers: { trace: '7' } },
    ])
    expect(await consume(address, 'orders', '%p %K %S %h')).toEqual(['2 -1 13 trace=7', '2 4 -1 trace=7'])
    await stop()
  })

  it('records are consumed from a time, up to a time, and from the end on', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    const nowMs = Date.now()
    const producer = client.producer({ lingerMs: 0 })
    for (let index = 0; index < 5; index++) {
      await producer.send({ topic: 'orders', value: new Uint8Array(1), timestampMs: nowMs - 5000 + index * 1000 })
    }
    const between = ['-o', `s@${nowMs - 4500}`, '-o', `e@${nowMs - 2500}`]
    expect(await consume(address, 'orders', '%o', ...between)).toEqual(['1', '2'])
    expect(await consume(address, 'orders', '%o', '-o', 'end')).toEqual([])
    await stop()
  })

  it('the cluster is listed', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 2 }])
    const said = await output('kcat', ['-b', address, '-L'])
    expect(said).toContain(`broker 1 at ${address}`)
    expect(said).toContain('topic "orders" with 2 partitions')
    await stop()
  })

  it('a topic is not created by asking for it where the broker may not do that', async () => {
    const { address, stop } = await start(folder(), { 'auto.create.topics.enable': 'false' })
    const said = await output('kcat', ['-b', address, '-L', '-t', 'orders'])
    expect(said).toContain('topic "orders" with 0 partitions: Broker: Unknown topic or partition')
    await stop()
  })

  it('what was acknowledged is there after the broker was killed and started again', async () => {
    const up = async () => {
      const broker = samsa.start(['up', '--port', '0', '--dir', 'data', '--set', 'log.segment.bytes=3000'])
      const [, port] = await broker.says(/^ready 127\.0\.0\.1:(\d+)$/m)
      return { broker, address: `127.0.0.1:${port}` }
    }
    const all: string[] = []
    for (let life = 0; life < 3; life++) {
      const { broker, address } = await up()
      expect(await consume(address, 'orders', '%k:%s').catch(() => [])).toEqual(all)
      const sent = lines(300, `life ${life}`)
      await produce(address, 'orders', sent, '-X', 'enable.idempotence=true')
      all.push(...sent)
      broker.child.kill('SIGKILL')
      await broker.ended
    }
    const { broker, address } = await up()
    expect(await consume(address, 'orders', '%k:%s')).toEqual(all)
    expect(await consume(address, 'orders', '%o')).toEqual(all.map((_, offset) => String(offset)))
    broker.child.kill('SIGTERM')
    expect((await broker.ended).code).toBe(0)
  })
})
