import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { ClusterError } from '../../../src/cluster/cluster-error.ts'
import { startCluster } from '../../../src/cluster/start-cluster.ts'
import { startProgram } from '../real/child.ts'

const texts = async (cluster: Cluster, topic: string) =>
  (await cluster.records(topic)).map(({ partition, offset, key, value, headers }) => ({
    ...{ partition, offset, key: text(key), value: text(value) },
    headers: Object.fromEntries(headers.map((header) => [header.key, text(header.value)])),
  }))
const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes))

describe('a cluster in this process', () => {
  test('has its topics when it has started, and keeps what is appended', async () => {
    await using cluster = await startCluster({
      topics: { orders: { partitions: 3, configs: { 'retention.ms': '1000' } }, events: {} },
    })
    expect(cluster.bootstrap).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)])
    expect((await cluster.topics()).map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ['events', 1],
      ['orders', 3],
    ])
    const headers = { trace: '7', none: null }
    await cluster.produce('events', [{ key: 'a', value: '1', headers }, { value: null }])
    await cluster.produce('orders', [{ partition: 2, value: new Uint8Array([0x78]) }])
    expect(await texts(cluster, 'events')).toEqual([
      { partition: 0, offset: 0, key: 'a', value: '1', headers },
      { partition: 0, offset: 1, key: null, value: null, headers: {} },
    ])
    expect(await texts(cluster, 'orders')).toMatchObject([{ partition: 2, offset: 0, value: 'x' }])
  })

  test('reads an empty topic as one without records, and says of one that is not there which it is', async () => {
    await using cluster = await startCluster({ topics: ['empty'] })
    expect(await cluster.records('empty')).toEqual([])
    await expect(cluster.records('nowhere')).rejects.toThrow(/the topic nowhere could not be read: .*UNKNOWN_TOPIC/)
  })

  test('listens at an IPv6 address, and says so as clients take it', async ({ skip }) => {
    const started = await startCluster({ host: '::1', topics: ['orders'] }).catch((error: Error) => error)
    if (started instanceof Error) return skip(`this machine has no IPv6: ${started.message}`)
    await using cluster = started
    expect(cluster.bootstrap).toEqual([expect.stringMatching(/^\[::1\]:\d+$/)])
    await cluster.produce('orders', [{ value: 'x' }])
    expect(await cluster.records('orders')).toHaveLength(1)
  })

  test('is another one each time', async () => {
    await using one = await startCluster({ topics: ['here'] })
    await using other = await startCluster()
    expect(other.bootstrap).not.toEqual(one.bootstrap)
    expect(other.clusterId).not.toBe(one.clusterId)
    expect(await other.topics()).toEqual([])
  })

  test('serves clients of the test, whose requests it ends when it is closed', async () => {
    const cluster = await startCluster({ topics: ['orders'] })
    const consumer = cluster.client().consumer({ fetchMaxWaitMs: 60_000 })
    consumer.assign([{ topic: 'orders', partition: 0, from: 'earliest' }])
    const polled = consumer.poll(60_000)
    await cluster.produce('orders', [{ value: 'x' }])
    expect(await polled).toMatchObject({ kind: 'records', records: [{ offset: 0 }] })
    const pending = consumer.poll(60_000)
    await cluster.close()
    await cluster.close()
    expect(await pending).toMatchObject({ kind: 'failed', error: 'CLOSED' })
    expect(() => cluster.client()).toThrow('the cluster was closed')
    await expect(cluster.records('orders')).rejects.toThrow('the cluster was closed')
  })

  test('goes on while the test framework has frozen time', async () => {
    vi.useFakeTimers({ now: 0 })
    try {
      await using cluster = await startCluster({ topics: ['orders'] })
      await cluster.produce('orders', [{ value: 'x' }])
      const [record] = await cluster.records('orders')
      expect(record!.timestampMs).toBeGreaterThan(1_700_000_000_000)
    } finally {
      vi.useRealTimers()
    }
  })

  test('of several brokers spreads partitions over them', async () => {
    await using cluster = await startCluster({ brokers: 3, topics: { orders: { partitions: 3 } } })
    expect(cluster.bootstrap).toHaveLength(3)
    const [topic] = await cluster.topics()
    expect(new Set(topic!.partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2, 3]))
    await cluster.produce(
      'orders',
      [0, 1, 2].map((partition) => ({ partition, value: String(partition) })),
    )
    expect(await texts(cluster, 'orders')).toMatchObject([{ value: '0' }, { value: '1' }, { value: '2' }])
    const leader = await cluster.leaderOf('orders', 1)
    leader.kill()
    expect(leader.isRunning).toBe(false)
  })

  test('a broker that was killed finds its records again, at the same address', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    await cluster.produce('orders', [{ value: 'x' }])
    const before = cluster.bootstrap
    const leader = await cluster.leaderOf('orders', 0)
    leader.kill()
    await leader.start()
    expect(cluster.bootstrap).toEqual(before)
    expect(await texts(cluster, 'orders')).toMatchObject([{ value: 'x' }])
    await expect(leader.start()).rejects.toThrow('runs already')
  })

  test('a broker that is killed while it starts says so, and can be started again', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const broker = cluster.brokers[0]!
    broker.kill()
    const started = broker.start()
    broker.kill()
    await expect(started).rejects.toThrow('was killed before it was ready')
    await broker.start()
    expect(await cluster.records('orders')).toEqual([])
  })

  test('takes broker settings, and tells what its brokers log', async () => {
    const lines: string[] = []
    await using cluster = await startCluster({
      settings: { 'num.partitions': '4' },
      topics: ['orders'],
      onLogLine: (level, message, broker) => lines.push(`${broker} ${level} ${message}`),
    })
    expect((await cluster.topics())[0]!.partitions).toHaveLength(4)
    cluster.respond('Metadata', { closeConnection: true })
    await cluster.client().describeTopics()
    expect(lines).toEqual([expect.stringMatching(/^1 warn connection of samsa-client closed/)])
  })

  test.each([
    [{ brokers: 0 }, /1 to 9 brokers, not 0/],
    [{ brokers: 2, port: 9092 }, /for a single broker/],
    [{ settings: { 'no.such': '1' } }, /unknown setting no\.such/],
    [{ host: 'no-such-host.invalid' }, /could not be started/],
    [{ directory: '/dev/null/data' }, /broker 1 could not be started: /],
    [{ topics: { 'not a name': {} } }, /the topic not a name could not be created/],
    [{ topics: { orders: { replicationFactor: 2 } } }, /the topic orders could not be created/],
  ])('says what is wrong with %j', async (options, message) => {
    const failure = await startCluster(options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ClusterError)
    expect((failure as ClusterError).message).toMatch(message)
  })

  test('leaves nothing behind that would keep a process alive, even where a client hangs on to it', async () => {
    const child = startProgram(new URL('./programs/start-and-close.ts', import.meta.url))
    expect(await child.output()).toBe('closed with nothing left\n')
    expect(child.process.exitCode).toBe(0)
    // The program is compiled as it is loaded.
  }, 120_000)
})

describe('a cluster on disk', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'samsa-cluster-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test.each([1, 3])('of %i finds what an earlier one left in the directory', async (brokers) => {
    const options = { brokers, directory: join(folder, 'data'), topics: ['orders'] }
    let clusterId: string
    {
      await using first = await startCluster(options)
      clusterId = first.clusterId
      await first.produce('orders', [{ key: 'a', value: '1' }])
    }
    await using second = await startCluster(options)
    expect(second.clusterId).toBe(clusterId)
    expect(await texts(second, 'orders')).toMatchObject([{ key: 'a', value: '1' }])
  })

  test('is stopped cleanly, so that the next start recovers nothing', async () => {
    const directory = join(folder, 'data')
    await (await startCluster({ directory, topics: ['orders'] })).close()
    const lines: string[] = []
    await using cluster = await startCluster({ directory, onLogLine: (_level, message) => lines.push(message) })
    expect(await cluster.records('orders')).toEqual([])
    expect(lines.filter((line) => /recover|unclean/i.test(line))).toEqual([])
  })

  test('refuses a directory that another one uses', async () => {
    await using first = await startCluster({ directory: folder })
    await expect(startCluster({ directory: folder })).rejects.toThrow(/broker 1 could not be started: .*directory/)
    expect(await first.topics()).toEqual([])
  })
})
