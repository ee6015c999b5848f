/**
 * A data directory passes from this broker to Apache Kafka's and back, stopped or killed: each starts where the other left
 * off, serves every record that the other wrote, goes on with the offsets, and keeps topics, settings and cluster id. Runs
 * where SAMSA_APACHE_KAFKA names a script that runs Apache's: `SCRIPT broker DIR --port P --keep`, `SCRIPT storage ARGUMENTS`.
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Client } from '../../src/client/client.ts'
import type { CompressionCodec } from '../../src/world/codecs.ts'
import { apacheKafka, ended, output, started } from './commands.ts'
import { freePort } from './free-port.ts'
import { inTests } from './real-broker.ts'
import { type Content, contentOf } from './topic-content.ts'

const { folder, world, start, afterwards } = inTests()

const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'
const PARTITIONS = 3
const codecs: readonly (CompressionCodec | 'none')[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const utf8 = new TextEncoder()
/** Each start of Apache's broker takes seconds, on a busy machine many. */
const TIMEOUT_MS = 300_000

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it.each([
      ['stopped', 'SIGTERM'],
      ['killed', 'SIGKILL'],
    ] as const)(
      'Apache’s broker starts where this one was %s, serves its records and goes on; then this one again',
      async (how, signal) => {
        const home = folder()
        const data = join(home, 'broker-1/data')
        const place = how === 'stopped' ? data : folder()
        const first = await start(place)
        await createTopic(first.client)
        const written = await writeSome(first.client, 'samsa')
        if (how === 'killed') copyOfRunning(place, data)
        await first.stop()

        const apache = await startApache(home)
        expect(await contentOf(apache.client, 'orders', PARTITIONS)).toEqual(written)
        expect(await retentionOf(apache.client)).toBe('3600000')
        const both = await writeSome(apache.client, 'apache')
        expect(both.length).toBe(2 * written.length)
        await apache.end(signal)

        const again = await start(data)
        expect(again.broker.clusterId).toBe(first.broker.clusterId)
        expect(await contentOf(again.client, 'orders', PARTITIONS)).toEqual(both)
        await writeSome(again.client, 'samsa again')
        await again.stop()
      },
      TIMEOUT_MS,
    )

    it(
      'this broker starts where Apache’s was stopped that had formatted the directory, and serves its records',
      async () => {
        const home = folder()
        const data = join(home, 'broker-1/data')
        const properties = join(folder(), 'server.properties')
        const lines = [
          ...['process.roles=broker,controller', 'node.id=1', 'controller.listener.names=CONTROLLER'],
          ...['listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093', `log.dirs=${data}`],
          'controller.quorum.voters=1@127.0.0.1:19093',
        ]
        writeFileSync(properties, `${lines.join('\n')}\n`)
        const levels = [
          '--release-version',
          '4.0',
          '--feature',
          'group.version=0',
          '--feature',
          'transaction.version=0',
        ]
        await output(apacheKafka!, ['storage', 'format', '-t', CLUSTER, '-c', properties, ...levels])
        const apache = await startApache(home)
        await createTopic(apache.client)
        const written = await writeSome(apache.client, 'apache')
        await apache.end('SIGTERM')

        const running = await start(data)
        expect(running.broker.clusterId).toBe(CLUSTER)
        expect(await contentOf(running.client, 'orders', PARTITIONS)).toEqual(written)
        expect(await retentionOf(running.client)).toBe('3600000')
        expect((await writeSome(running.client, 'samsa')).length).toBe(2 * written.length)
        await running.stop()
      },
      TIMEOUT_MS,
    )
  },
)

async function createTopic(client: Client): Promise<void> {
  const configs = { 'retention.ms': '3600000', 'index.interval.bytes': '500' }
  const [outcome] = await client.createTopics([{ name: 'orders', numPartitions: PARTITIONS, configs }])
  expect(outcome!.kind).toBe('created')
}

/** Sends records with every codec; what is in the topic then. */
async function writeSome(client: Client, who: string): Promise<Content[]> {
  for (const compression of codecs) {
    const producer = client.producer({ compression, lingerMs: 20 })
    const sends = Array.from({ length: 60 }, (_, index) =>
      producer.send({
        topic: 'orders',
        key: utf8.encode(`key ${index}`),
        value: index % 7 === 0 ? null : utf8.encode(`${who} ${compression} ${index}`),
        headers: [{ key: 'trace', value: utf8.encode(String(index)) }],
      }),
    )
    for (const outcome of await Promise.all(sends)) expect(outcome.kind).toBe('acknowledged')
    producer.close()
  }
  return contentOf(client, 'orders', PARTITIONS)
}

async function retentionOf(client: Client): Promise<string | null | undefined> {
  const described = await client.describeTopicConfigs(['orders'])
  if (described.kind === 'failed') throw new Error(described.message)
  return described.value[0]!.configs.get('retention.ms')
}

/** The directory as a kill leaves it. */
function copyOfRunning(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  cpSync(from, to, { recursive: true })
  rmSync(join(to, '.lock'))
}

/** Apache's broker on what lies below `home`, and a client of it. */
async function startApache(home: string) {
  const port = await freePort()
  const script = await started(apacheKafka!, ['broker', home, '--port', String(port), '--keep'], /^ready /m)
  const pid = Number(readFileSync(join(home, 'broker-1/pid'), 'utf8'))
  afterwards(() => {
    if (script.exitCode === null && script.signalCode === null) process.kill(pid, 'SIGKILL')
  })
  const life = world('memory')
  const client = new Client(life, { bootstrap: [{ host: '127.0.0.1', port }], clientId: 'compatibility' })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    client.close()
    process.kill(pid, signal)
    await ended(script, 'SIGTERM')
  }
  return { client, end }
}
