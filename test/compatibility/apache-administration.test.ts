/**
 * Apache Kafka's command-line tools administer `samsa up`: offsets by every special time, records that are deleted and
 * stay so through a kill, log directories, producers, elections, reassignments. Runs where SAMSA_APACHE_KAFKA names a script that
 * runs Apache's tools: `SCRIPT get-offsets ARGUMENTS`.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { samsaInTests } from '../cli/samsa.ts'
import { apacheKafka, output } from './commands.ts'
import { inTests } from './real-broker.ts'

/** Each tool starts a Java machine. */
const TIMEOUT_MS = 300_000

const { folder, world } = inTests()
const samsa = samsaInTests()

async function up(directory: string) {
  const broker = samsa.start(['up', '--port', '0', '--dir', directory])
  const [, port] = await broker.says(/^ready 127\.0\.0\.1:(\d+)$/m)
  const address = `127.0.0.1:${port}`
  const tool = (name: string, ...args: readonly string[]): Promise<string> =>
    output(apacheKafka!, [name, '--bootstrap-server', address, ...args])
  const offsetAt = async (time: string): Promise<string> =>
    (await tool('get-offsets', '--topic', 'orders', '--time', time)).trim()
  return { broker, port: Number(port), tool, offsetAt }
}

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka’s tools (set SAMSA_APACHE_KAFKA to the script that runs them)',
  () => {
    it(
      'offsets are told at every special time, and records that were deleted stay so',
      async () => {
        const directory = folder()
        const first = await up(directory)
        await write(first.port, [100, 300, 200, 300, 50])
        expect(await first.offsetAt('-1')).toBe('orders:0:5')
        expect(await first.offsetAt('-2')).toBe('orders:0:0')
        expect(await first.offsetAt('-3')).toBe('orders:0:1')
        // There is no tiered storage: the tool leaves out what has no offset.
        expect([await first.offsetAt('-5'), await first.offsetAt('-6')]).toEqual(['', ''])
        const file = join(directory, 'deletion.json')
        const partitions = [{ topic: 'orders', partition: 0, offset: 2 }]
        writeFileSync(file, JSON.stringify({ partitions, version: 1 }))
        expect(await first.tool('delete-records', '--offset-json-file', file)).toContain('low_watermark: 2')
        first.broker.child.kill('SIGKILL')
        await first.broker.ended
        const second = await up(directory)
        expect(await second.offsetAt('-4')).toBe('orders:0:2')
        expect(await second.offsetAt('-3')).toBe('orders:0:3')
        expect(await second.offsetAt('150')).toBe('orders:0:2')
        second.broker.child.kill('SIGTERM')
        expect((await second.broker.ended).code).toBe(0)
      },
      TIMEOUT_MS,
    )

    it(
      'log directories, producers, elections and reassignments are told',
      async () => {
        const directory = folder()
        const { broker, port, tool } = await up(directory)
        await write(port, [100, 200])
        const told = await tool('log-dirs', '--describe')
        const { brokers } = JSON.parse(told.slice(told.indexOf('{')))
        expect(brokers).toMatchObject([{ broker: 1, logDirs: [{ error: null, logDir: directory }] }])
        expect(brokers[0].logDirs[0].partitions).toMatchObject([{ partition: 'orders-0', offsetLag: 0 }])
        expect(await tool('topics', '--describe', '--topic', 'orders')).toMatch(/Leader: 1\s+Replicas: 1\s+Isr: 1/)
        expect(await tool('transactions', 'describe-producers', '--topic', 'orders', '--partition', '0')).toMatch(
          /^\d+\s+0\s+-1\s+1\s+200\s+None/m,
        )
        const orders = ['--topic', 'orders', '--partition', '0']
        expect(await tool('leader-election', '--election-type', 'preferred', ...orders)).toContain('already elected')
        expect(await tool('reassign-partitions', '--list')).toContain('No partition reassignments found.')
        broker.child.kill('SIGTERM')
        expect((await broker.ended).code).toBe(0)
      },
      TIMEOUT_MS,
    )
  },
)

/** One record per timestamp, in the partition that the topic `orders` has, by an idempotent producer. */
async function write(port: number, timestamps: readonly number[]): Promise<void> {
  const bootstrap = [{ host: '127.0.0.1', port }]
  const client = new Client(world(folder()), { bootstrap, clientId: 'compatibility' })
  await client.createTopics([{ name: 'orders', configs: { 'message.timestamp.type': 'CreateTime' } }])
  const producer = client.producer()
  const value = Uint8Array.of(120)
  for (const timestampMs of timestamps) await producer.send({ topic: 'orders', partition: 0, value, timestampMs })
  client.close()
}
