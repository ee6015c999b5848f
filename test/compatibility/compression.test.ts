/**
 * Compressed batches of other programs: kcat (librdkafka) writes them in every codec and reads ours; Apache's tool looks into
 * every batch of a log that holds all of them. Skipped where a program is not on this machine. The fixture
 * `test/fixtures/compressed-batches.json` is what kcat sent here once; `SAMSA_WRITE_FIXTURES=1` writes it anew.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/client/client.ts'
import { batchBytes, batchCompression } from '../../src/protocol/record-batch.ts'
import type { CompressionCodec } from '../../src/world/codecs.ts'
import { apacheKafka, isInstalled, output } from './commands.ts'
import { inTests } from './real-broker.ts'

const { folder, start } = inTests()
const codecs: readonly CompressionCodec[] = ['gzip', 'snappy', 'lz4', 'zstd']
const lines = Array.from(
  { length: 40 },
  (_, index) => `key-${index % 7}:a record that is much like the others ${index}`,
)
const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

function produce(address: string, topic: string, ...options: string[]): Promise<string> {
  const args = ['-b', address, '-P', '-t', topic, '-K:', '-X', 'linger.ms=200', ...options]
  return output('kcat', args, { input: `${lines.join('\n')}\n` })
}

async function consume(address: string, topic: string): Promise<string[]> {
  const said = await output('kcat', [
    '-b',
    address,
    '-C',
    '-t',
    topic,
    '-e',
    '-q',
    '-X',
    'check.crcs=true',
    '-f',
    '%k:%s\n',
  ])
  return said.trimEnd().split('\n')
}

/** Every record of partition 0, as our own client reads it. */
async function read(client: Client, topic: string): Promise<string[]> {
  const consumer = client.consumer()
  consumer.assign([{ topic, partition: 0, from: 'earliest' }])
  const found: string[] = []
  while (found.length < lines.length) {
    const outcome = await consumer.poll(5000)
    if (outcome.kind === 'failed') throw new Error(outcome.message)
    expect(outcome.records.length).toBeGreaterThan(0)
    for (const { key, value } of outcome.records) found.push(`${fromUtf8.decode(key!)}:${fromUtf8.decode(value!)}`)
  }
  consumer.close()
  return found
}

/** Every batch in the first segment of partition 0. */
function batchesOf(directory: string, topic: string): Uint8Array[] {
  const bytes = new Uint8Array(readFileSync(join(directory, `${topic}-0`, '00000000000000000000.log')))
  const batches: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at))
    batches.push(bytes.slice(at, at + batchBytes(bytes, at)))
  return batches
}

async function send(client: Client, topic: string, compression: CompressionCodec | 'none'): Promise<void> {
  const producer = client.producer({ compression, lingerMs: 50 })
  const sends = lines.map((line) => {
    const [key, value] = line.split(':')
    return producer.send({ topic, key: utf8.encode(key!), value: utf8.encode(value!), timestampMs: Date.now() })
  })
  for (const outcome of await Promise.all(sends)) expect(outcome.kind).toBe('acknowledged')
  producer.close()
}

/** Writes what a program sent into the fixture, where that is asked for. */
function keepFixture(name: string, batch: Uint8Array): void {
  if (process.env['SAMSA_WRITE_FIXTURES'] !== '1') return
  const path = 'test/fixtures/compressed-batches.json'
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const source =
    'The first batch in the log, as hex, after a program sent 40 records to an empty topic with a codec: kcat 1.7.1 (-z), and the console producer of Apache Kafka 4.2.0 (--compression-codec). Written by test/compatibility/compression.test.ts with SAMSA_WRITE_FIXTURES=1.'
  writeFileSync(path, `${JSON.stringify({ ...kept, source, [name]: Buffer.from(batch).toString('hex') }, null, 2)}\n`)
}

describe.skipIf(!isInstalled('kcat'))('with kcat (skipped where it is not installed)', () => {
  it('batches that kcat compressed with any codec are kept as they came and read by both clients', async () => {
    const directory = folder()
    const { address, client, stop } = await start(directory)
    for (const codec of codecs) {
      await client.createTopics([{ name: codec, numPartitions: 1 }])
      await produce(address, codec, '-z', codec)
      expect(await read(client, codec)).toEqual(lines)
      expect(await consume(address, codec)).toEqual(lines)
    }
    await stop()
    for (const codec of codecs) {
      const [first] = batchesOf(directory, codec)
      // librdkafka compresses with LZ4 only where FindCoordinator is served, which comes with groups.
      expect(batchCompression(first!, 0)).toBe(codec === 'lz4' ? 'none' : codec)
      if (codec === 'lz4') continue
      keepFixture(`kcat-${codec}`, first!)
    }
  })

  it.each(codecs)('kcat reads what our producer compressed with %s', async (codec) => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    await send(client, 'orders', codec)
    expect(await consume(address, 'orders')).toEqual(lines)
    await stop()
  })

  it.each([...codecs, 'uncompressed'])('a topic that keeps its batches %s keeps what kcat sends so', async (type) => {
    const directory = folder()
    const { address, client, stop } = await start(directory)
    for (const sent of ['none', ...codecs]) {
      await client.createTopics([{ name: sent, numPartitions: 1, configs: { 'compression.type': type } }])
      await produce(address, sent, '-z', sent)
      expect(await consume(address, sent)).toEqual(lines)
    }
    await stop()
    for (const sent of ['none', ...codecs]) {
      const kept = batchesOf(directory, sent).map((batch) => batchCompression(batch, 0))
      expect(new Set(kept)).toEqual(new Set([type === 'uncompressed' ? 'none' : type]))
    }
  })
})

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it.each(codecs)('what Apache’s console producer compresses with %s is kept and read', async (codec) => {
      const directory = folder()
      const { address, client, stop } = await start(directory)
      await client.createTopics([{ name: 'orders', numPartitions: 1 }])
      const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
      const args = ['--bootstrap-server', address, '--topic', 'orders', '--compression-codec', codec, ...keyed]
      await output(apacheKafka!, ['console-producer', ...args], { input: `${lines.join('\n')}\n` })
      expect(await read(client, 'orders')).toEqual(lines)
      await stop()
      const [first] = batchesOf(directory, 'orders')
      expect(batchCompression(first!, 0)).toBe(codec)
      keepFixture(`console-producer-${codec}`, first!)
    })

    it('every codec that our producer or our broker wrote is looked into without a complaint', async () => {
      const directory = folder()
      const { client, stop } = await start(directory)
      const topics: string[] = []
      for (const [sent, type] of codecs.flatMap((codec) => [[codec, 'producer'] as const, ['none', codec] as const])) {
        const name = `${sent}-as-${type}`
        topics.push(name)
        await client.createTopics([{ name, numPartitions: 1, configs: { 'compression.type': type } }])
        await send(client, name, sent)
      }
      await stop()
      const files = topics.flatMap((topic) =>
        readdirSync(join(directory, `${topic}-0`))
          .filter((name) => name.endsWith('.log'))
          .map((name) => join(directory, `${topic}-0`, name)),
      )
      const dumped = await output(apacheKafka!, [
        'dump-log',
        '--deep-iteration',
        '--print-data-log',
        '--files',
        files.join(','),
      ])
      expect(dumped).not.toMatch(/isvalid: false|exception|corrupt/i)
      expect(dumped.match(/^\| offset: /gm)?.length).toBe(lines.length * topics.length)
      for (const codec of codecs) expect(dumped).toContain(`compresscodec: ${codec}`)
      expect(dumped.match(/a record that is much like the others 39$/gm)?.length).toBe(topics.length)
    })
  },
)
