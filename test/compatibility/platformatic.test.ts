/**
 * @platformatic/kafka produces to the broker and administers it; our client reads what it sent. Skipped where it is not
 * installed, or no Node that it runs on is there: this one, or the one that SAMSA_NODE_22 or SAMSA_NODE_24 names.
 *
 * What it cannot do: it consumes in groups only, which are not served yet. It runs on Node 22.22 and newer.
 */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { partitionOfKey } from '../../src/client/partitioner.ts'
import { INSTALL } from './clients.ts'
import { output } from './commands.ts'
import { inTests } from './real-broker.ts'
import { codecsOf, contentOf } from './topic-content.ts'

const { folder, start } = inTests()
const program = fileURLToPath(new URL('programs/platformatic.mjs', import.meta.url))
const isInstalled = existsSync(new URL('clients/node_modules/@platformatic/kafka', import.meta.url))
const newer = process.env['SAMSA_NODE_22'] ?? process.env['SAMSA_NODE_24']
const node = Number.parseInt(process.versions.node, 10) >= 22 ? process.execPath : newer

interface Call {
  readonly on: 'producer' | 'admin'
  readonly method: string
  readonly argument?: unknown
}

/** What a client gives back for each call, as plain data. */
async function calling(address: string, calls: readonly Call[], options: object = {}) {
  const all = { bootstrapBrokers: [address], autocreateTopics: true, ...options }
  const said = await output(node!, [program], { input: JSON.stringify({ options: all, calls }) })
  return JSON.parse(said) as unknown[]
}

const sending = (argument: object): Call => ({ on: 'producer', method: 'send', argument })
const asking = (method: string, argument: object = {}): Call => ({ on: 'admin', method, argument })

const values = Array.from({ length: 50 }, (_, index) => `a record that is much like the others ${index}`)
const messages = values.map((value) => ({ topic: 'orders', partition: 0, value }))

describe.skipIf(!isInstalled || node === undefined)(`with @platformatic/kafka (${INSTALL}; SAMSA_NODE_22)`, () => {
  it.each([
    ['acks=all', {}, -1],
    ['acks=1', {}, 1],
    ['acks=0', {}, 0],
    ['an idempotent producer', { idempotent: true }, -1],
  ] as const)('records may be produced with %s', async (_what, options, acks) => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    const parts = [0, 10, 20, 30, 40].map((from) => messages.slice(from, from + 10))
    await calling(
      address,
      parts.map((part) => sending({ acks, messages: part })),
      options,
    )
    // With acks=0 the client is gone before the broker has read everything.
    await expect.poll(async () => (await contentOf(client, 'orders')).map(({ value }) => value)).toEqual(values)
    await stop()
  })

  it('batches compressed with any codec are kept as they came and read', async () => {
    const directory = folder()
    const { address, client, stop } = await start(directory)
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
    const inTopic = (codec: string) => messages.map((message) => ({ ...message, topic: codec }))
    await calling(
      address,
      codecs.map((codec) => sending({ compression: codec, messages: inTopic(codec) })),
    )
    for (const codec of codecs) {
      expect((await contentOf(client, codec)).map(({ value }) => value)).toEqual(values)
    }
    await stop()
    for (const codec of codecs) expect(codecsOf(directory, codec)).toEqual([codec])
  })

  it('keys, partitions, headers, times, null keys and null values arrive as they were sent', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 4 }])
    const timestampMs = Date.now() - 1000
    const keyed = [1, 2, 3, 4, 5].map((index) => ({ topic: 'orders', key: `key ${index}`, value: 'keyed' }))
    const withAll = { value: 'with all', headers: { trace: '7', origin: 'here' }, timestamp: timestampMs }
    await calling(address, [
      sending({ messages: keyed }),
      sending({ messages: [{ topic: 'orders', partition: 3, ...withAll }] }),
      sending({ messages: [{ topic: 'orders', partition: 2, key: 'gone' }] }),
    ])
    const found = await contentOf(client, 'orders', 4)
    const ours = keyed.map(({ key }) => [key, partitionOfKey(Buffer.from(key), 4)])
    expect(found.filter(({ value }) => value === 'keyed').map(({ key, partition }) => [key, partition])).toEqual(
      expect.arrayContaining(ours),
    )
    expect(found.filter(({ value }) => value !== 'keyed')).toMatchObject([
      { partition: 2, key: 'gone', value: null },
      { partition: 3, key: null, value: 'with all', timestampMs, headers: { trace: '7', origin: 'here' } },
    ])
    await stop()
  })

  it('topics are created, described, given partitions and settings, and deleted', async () => {
    const { address, broker, stop } = await start(folder())
    const resource = { resourceType: 2, resourceName: 'orders' }
    const set = { name: 'retention.ms', configOperation: 0, value: '3600000' }
    const described = { resources: [{ ...resource, configurationKeys: ['retention.ms'] }] }
    const results = await calling(address, [
      asking('createTopics', { topics: ['orders'], partitions: 2, replicas: 1 }),
      asking('createPartitions', {
        topics: [{ name: 'orders', count: 3, assignments: [{ brokerIds: [1] }] }],
        validateOnly: false,
      }),
      asking('incrementalAlterConfigs', { resources: [{ ...resource, configs: [set] }], validateOnly: false }),
      asking('listTopics'),
      asking('describeConfigs', { ...described, includeSynonyms: false, includeDocumentation: false }),
      asking('metadata', { topics: ['orders'], forceUpdate: true }),
      asking('deleteTopics', { topics: ['orders'] }),
      asking('listTopics'),
    ])
    const [created, , , listed, configs, metadata, , left] = results
    expect(created).toMatchObject([{ name: 'orders', partitions: 2 }])
    expect([listed, left]).toEqual([['orders'], []])
    expect(configs).toMatchObject([{ configs: [{ name: 'retention.ms', value: '3600000' }] }])
    expect(metadata).toMatchObject({ id: broker.clusterId, topics: { orders: { partitionsCount: 3 } } })
    await stop()
  })
})
