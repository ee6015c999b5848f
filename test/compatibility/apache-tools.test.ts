/**
 * Apache Kafka's command-line tools against the broker: those that produce, that consume a partition, that look and that
 * administer. Runs where SAMSA_APACHE_KAFKA names a script that runs them: `SCRIPT TOOL ARGUMENTS`.
 *
 * What they cannot do: consumer-perf and the console consumer without a partition consume in groups, which are not served.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apacheKafka, output } from './commands.ts'
import { inTests } from './real-broker.ts'
import { codecsOf, contentOf } from './topic-content.ts'

const { folder, start } = inTests()
/** Each tool starts a Java machine: a second, on a busy machine many. */
const TIMEOUT_MS = 300_000

/** What a tool says on standard output, pointed at the broker. */
function tool(name: string, address: string, ...args: string[]): Promise<string> {
  return output(apacheKafka!, [name, '--bootstrap-server', address, ...args])
}

const linesOf = (said: string): string[] => (said.trim() === '' ? [] : said.trim().split('\n'))

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it(
      'topics are created, listed, described, given partitions and settings, and deleted',
      async () => {
        const { address, stop } = await start(folder())
        const create = ['--create', '--topic', 'orders', '--partitions', '2', '--config', 'retention.ms=3600000']
        await tool('topics', address, ...create)
        await tool('topics', address, '--alter', '--topic', 'orders', '--partitions', '3')
        expect(await tool('topics', address, '--list')).toBe('orders\n')
        const altered = [
          '--alter',
          '--entity-type',
          'topics',
          '--entity-name',
          'orders',
          '--add-config',
          'max.message.bytes=9',
        ]
        await tool('configs', address, ...altered)
        const described = await tool('topics', address, '--describe', '--topic', 'orders')
        expect(described).toMatch(/PartitionCount: 3\s.*Configs:.*max\.message\.bytes=9/)
        expect(described.match(/Leader: 1\s/g)?.length).toBe(3)
        const configs = await tool(
          'configs',
          address,
          '--describe',
          '--entity-type',
          'topics',
          '--entity-name',
          'orders',
        )
        expect(configs).toContain('retention.ms=3600000')
        await tool('topics', address, '--delete', '--topic', 'orders')
        expect(linesOf(await tool('topics', address, '--list'))).toEqual([])
        await stop()
      },
      TIMEOUT_MS,
    )

    it(
      'the console producer’s records are read by the console consumer from a partition, from either end',
      async () => {
        const { address, client, stop } = await start(folder())
        await client.createTopics([{ name: 'orders', numPartitions: 2 }])
        const reader = ['parse.key=true', 'key.separator=:', 'null.marker=NULL', 'parse.headers=true']
        const properties = [...reader, 'headers.delimiter=;'].flatMap((property) => ['--reader-property', property])
        const sent = ['trace:7;a:1', 'trace:8;NULL:2', 'trace:9;c:NULL']
        await output(
          apacheKafka!,
          ['console-producer', '--bootstrap-server', address, '--topic', 'orders', ...properties],
          { input: `${sent.join('\n')}\n` },
        )
        const found = await contentOf(client, 'orders', 2)
        expect(found.map(({ key, value, headers }) => [key, value, headers['trace']]).sort()).toEqual([
          [null, '2', '8'],
          ['a', '1', '7'],
          ['c', null, '9'],
        ])
        const { partition } = found.find(({ key }) => key === 'a')!
        const { length } = found.filter((record) => record.partition === partition)
        const consume = ['--topic', 'orders', '--partition', String(partition), '--timeout-ms', '10000']
        const printed = ['--formatter-property', 'print.key=true', '--formatter-property', 'print.offset=true']
        const all = await tool(
          'console-consumer',
          address,
          ...consume,
          '--offset',
          'earliest',
          ...printed,
          '--max-messages',
          String(length),
        )
        expect(linesOf(all)).toHaveLength(length)
        expect(all).toMatch(/Offset:\d+\s+a\s+1/)
        const last = ['--offset', String(length - 1), '--max-messages', '1']
        expect(linesOf(await tool('console-consumer', address, ...consume, ...last))).toHaveLength(1)
        await stop()
      },
      TIMEOUT_MS,
    )

    it(
      'producer-perf sends with every codec and acks, and get-offsets tells where the partition ends',
      async () => {
        const directory = folder()
        const { address, client, stop } = await start(directory)
        const properties = join(folder(), 'producer.properties')
        const runs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec, index) => ({
          codec,
          acks: ['all', '1', '0'][index % 3]!,
        }))
        await client.createTopics(runs.map(({ codec }) => ({ name: codec, numPartitions: 1 })))
        for (const { codec, acks } of runs) {
          const idempotent = `enable.idempotence=${acks === 'all'}`
          writeFileSync(
            properties,
            `bootstrap.servers=${address}\ncompression.type=${codec}\nacks=${acks}\n${idempotent}\n`,
          )
          const load = ['--num-records', '2000', '--record-size', '100', '--throughput', '-1']
          const said = await output(apacheKafka!, [
            'producer-perf',
            '--topic',
            codec,
            ...load,
            '--command-config',
            properties,
          ])
          expect(said).toMatch(/2000 records sent/)
        }
        const ends = linesOf(await tool('get-offsets', address))
        expect(ends.sort()).toEqual(runs.map(({ codec }) => `${codec}:0:2000`).sort())
        await stop()
        for (const { codec } of runs) expect(codecsOf(directory, codec)).toEqual([codec])
      },
      TIMEOUT_MS,
    )

    it(
      'the verifiable producer is told of every record',
      async () => {
        const { address, client, stop } = await start(folder())
        await client.createTopics([{ name: 'orders', numPartitions: 1 }])
        const said = await tool(
          'verifiable-producer',
          address,
          '--topic',
          'orders',
          '--max-messages',
          '500',
          '--throughput',
          '-1',
        )
        expect(said).toContain('"sent":500,"acked":500')
        expect((await contentOf(client, 'orders')).map(({ value }) => value)).toEqual(
          Array.from({ length: 500 }, (_, index) => String(index)),
        )
        await stop()
      },
      TIMEOUT_MS,
    )
  },
)
