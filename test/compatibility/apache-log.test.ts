/**
 * What lies on the disk is Apache Kafka's format: its tools read what this broker wrote and find nothing wrong, and this
 * broker reads what Apache's wrote, stopped or killed. Runs where SAMSA_APACHE_KAFKA names a script that runs Apache's
 * broker and tools: `SCRIPT broker DIR --port P --set KEY=VALUE`, `SCRIPT dump-log ARGUMENTS`.
 */

import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../src/broker/config/broker-settings.ts'
import { logConfigOf } from '../../src/broker/config/topic-settings.ts'
import { LogDirectory } from '../../src/broker/log/log-directory.ts'
import type { PartitionLog } from '../../src/broker/log/partition-log.ts'
import { logRules } from '../../src/broker/log/rules.ts'
import { Observer } from '../../src/broker/observe/observer.ts'
import { batchBytes } from '../../src/protocol/record-batch.ts'
import { decodeRecords } from '../../src/protocol/records.ts'
import { apacheKafka, ended, isInstalled, output, started } from './commands.ts'
import { freePort } from './free-port.ts'
import { inTests, type Running } from './real-broker.ts'

const { folder, world, start, afterwards } = inTests()

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** What Apache's tool says of a log or an index that is not as it should be. */
const complaints = /mismatch|found |invalid|isvalid: false|exception|error|corrupt|non-consecutive|not the same/i

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    describe('what this broker wrote', () => {
      it('is dumped by Apache’s tool without a complaint: logs, indexes, snapshots and metadata', async () => {
        const directory = folder()
        const running = await start(directory)
        await write(running)
        await running.stop()
        const files = filesOf(directory)
        expect(files.filter((name) => /orders-0\/.*\.log$/.test(name)).length).toBeGreaterThan(3)
        expect(files.some((name) => name.endsWith('.snapshot'))).toBe(true)

        const dumped = await dump(directory, files, '--deep-iteration')
        expect(dumped.split('\n').filter((line) => complaints.test(line))).toEqual([])
        // Every record was looked at.
        expect(dumped.match(/^\| offset: /gm)?.length).toBe(recordCount + metadataRecords(directory))
        expect(dumped).toMatch(/^producerId: \d+ producerEpoch: 0 .*firstSequence: \d+/m)
      })

      it('has indexes that pass the checks of Apache’s tool', async () => {
        const directory = folder()
        const running = await start(directory)
        await write(running)
        await running.stop()
        const indexes = filesOf(directory).filter((name) => /\.(index|timeindex)$/.test(name))
        for (const check of ['--index-sanity-check', '--verify-index-only']) {
          const dumped = await dump(directory, indexes, check)
          expect(dumped.split('\n').filter((line) => complaints.test(line))).toEqual([])
          expect(dumped.match(/^Dumping /gm)?.length).toBe(indexes.length)
        }
      })

      it('is still right after a kill and a recovery', async () => {
        const directory = folder()
        const first = await start(directory)
        await write(first)
        const killed = folder()
        cpSync(directory, killed, { recursive: true })
        await first.stop()
        rmSync(join(killed, '.lock'))
        const second = await start(killed)
        await write(second)
        await second.stop()
        const dumped = await dump(killed, filesOf(killed), '--deep-iteration')
        expect(dumped.split('\n').filter((line) => complaints.test(line))).toEqual([])
        expect(dumped.match(/^\| offset: /gm)?.length).toBe(2 * recordCount + metadataRecords(killed))
      })

      it('has metadata records that Apache’s tool decodes', async () => {
        const directory = folder()
        const running = await start(directory)
        await write(running)
        await running.stop()
        const log = filesOf(directory).filter((name) => /__cluster_metadata-0\/.*\.log$/.test(name))
        const dumped = await dump(directory, log, '--cluster-metadata-decoder', '--skip-record-metadata')
        expect(dumped).not.toMatch(complaints)
        for (const type of ['FEATURE_LEVEL', 'TOPIC', 'PARTITION', 'CONFIG', 'PRODUCER_IDS']) {
          expect(dumped).toContain(`{"type":"${type}_RECORD"`)
        }
        expect(dumped).toContain('"name":"orders"')
      })
    })

    describe.skipIf(!isInstalled('kcat'))('what Apache’s broker wrote', () => {
      it.each([
        ['stopped', 'SIGTERM', true],
        ['killed', 'SIGKILL', false],
      ] as const)('is read as it was written, once that is %s', async (_how, signal, isClean) => {
        const home = folder()
        const port = await freePort()
        // The smallest segments that Apache's broker makes.
        const sets = [
          'log.segment.bytes=1048576',
          'log.index.interval.bytes=2000',
          'log.flush.offset.checkpoint.interval.ms=100',
        ]
        const args = ['broker', home, '--port', String(port), ...sets.flatMap((set) => ['--set', set])]
        const script = await started(apacheKafka!, args, /^ready /m)
        const broker = Number(readFileSync(join(home, 'broker-1/pid'), 'utf8'))
        afterwards(() => {
          if (script.exitCode === null && script.signalCode === null) process.kill(broker, 'SIGKILL')
        })

        const lines = Array.from(
          { length: 2600 },
          (_, index) => `key-${index % 10}:${index} ${'v'.repeat(index % 1700)}`,
        )
        const address = `127.0.0.1:${port}`
        await output('kcat', ['-b', address, '-P', '-t', 'orders', '-K:', '-X', 'enable.idempotence=true'], {
          input: `${lines.join('\n')}\n`,
        })
        const consumed = await output('kcat', ['-b', address, '-C', '-t', 'orders', '-e', '-q', '-f', '%o %T %k:%s\n'])
        process.kill(broker, signal)
        await ended(script, 'SIGTERM')

        const copy = folder()
        cpSync(join(home, 'broker-1/data'), copy, { recursive: true })
        rmSync(join(copy, '.lock'), { force: true })
        const { log, directory, logLines } = await load(copy, 'orders-0')
        expect(directory.isClean).toBe(isClean)
        // 2.2 MB in segments of 1 MiB: how many more than two depends on how large kcat's batches came out.
        expect(log.segments.length).toBeGreaterThanOrEqual(2)
        expect(logLines).toEqual([])
        const records = await recordsOf(log)
        const found = records.map(
          ({ offset, timestamp, key, value }) => `${offset} ${timestamp} ${textOf(key)}:${textOf(value)}`,
        )
        expect(found.length).toBe(lines.length)
        expect(found).toEqual(consumed.trimEnd().split('\n'))
        expect(found.map((line) => line.replace(/^\d+ \d+ /, '')).sort()).toEqual([...lines].sort())
        expect(log.epochs.entries).toEqual([{ epoch: 0, startOffset: 0 }])
        const [producer, ...others] = log.producers.entries()
        expect(others).toEqual([])
        expect(producer!.batches.at(-1)).toMatchObject({ lastOffset: lines.length - 1, lastSequence: lines.length - 1 })
      })
    })
  },
)

const recordCount = 1200

/** Records in several topics, in small batches and segments: with keys and without, with headers, null values, odd times. */
async function write({ client }: Running): Promise<void> {
  await client.createTopics([
    { name: 'orders', numPartitions: 2, configs: { 'internal.segment.bytes': '8192', 'index.interval.bytes': '500' } },
    {
      ...{ name: 'stamped', numPartitions: 1 },
      configs: {
        'internal.segment.bytes': '8192',
        'index.interval.bytes': '0',
        'message.timestamp.type': 'LogAppendTime',
      },
    },
    { name: 'empty', numPartitions: 1 },
  ])
  const nowMs = Date.now()
  for (const options of [{ batchBytes: 600 }, { acks: 1 as const, batchBytes: 300 }]) {
    const producer = client.producer(options)
    const outcomes = Array.from({ length: recordCount / 2 }, (_, index) =>
      producer.send({
        topic: index % 3 === 0 ? 'stamped' : 'orders',
        key: index % 5 === 0 ? null : utf8.encode(`key ${index}`),
        value: index % 7 === 0 ? null : utf8.encode(`value ${index} `.repeat(index % 9)),
        headers: index % 4 === 0 ? [{ key: 'trace', value: utf8.encode(String(index)) }] : [],
        timestampMs: nowMs - ((index * 37) % 1000),
      }),
    )
    await producer.flush()
    for (const outcome of await Promise.all(outcomes)) expect(outcome.kind).toBe('acknowledged')
    producer.close()
  }
}

/** Files that the tool knows how to dump. */
function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(log|index|timeindex|snapshot)$/.test(name))
    .sort()
}

function dump(directory: string, files: readonly string[], ...options: string[]): Promise<string> {
  return output(apacheKafka!, ['dump-log', ...options, '--files', files.map((name) => join(directory, name)).join(',')])
}

/** How many records the metadata log has, by its own account. */
function metadataRecords(directory: string): number {
  const bytes = new Uint8Array(readFileSync(join(directory, '__cluster_metadata-0/00000000000000000000.log')))
  let records = 0
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) records += decodeRecords(bytes, at).length
  return records
}

async function load(path: string, partition: string) {
  const life = world(path)
  const logLines: string[] = []
  const observer = new Observer(life.trace, (level, message) => logLines.push(`${level} ${message}`))
  const directory = await LogDirectory.open({ world: life, observer, rules: logRules, nodeId: 1 })
  const loaded: PartitionLog[] = []
  await directory.start(async () => {
    loaded.push(await directory.load(partition, logConfigOf(new BrokerSettings(), new Map())))
  })
  return { directory, log: loaded[0]!, logLines }
}

async function recordsOf(log: PartitionLog) {
  const records: ReturnType<typeof decodeRecords> = []
  for (let offset = log.startOffset; offset < log.endOffset; offset = records.at(-1)!.offset + 1) {
    const read = { offset, upTo: log.endOffset, maxBytes: 100_000, atLeastOne: true }
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      log.read(read, (error, batches) => (error === undefined ? resolve(batches) : reject(error)))
    })
    expect(bytes.length).toBeGreaterThan(0)
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) records.push(...decodeRecords(bytes, at))
  }
  return records
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : fromUtf8.decode(bytes)
}
