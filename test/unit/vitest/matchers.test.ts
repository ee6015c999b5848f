import '../../../src/vitest/index.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { startCluster } from '../../../src/cluster/start-cluster.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ topics: { orders: {}, spread: { partitions: 2 }, empty: {} } })
  await cluster.produce('orders', [
    { key: 'o-1', value: '{"total":3}', headers: { trace: 'a' } },
    { key: 'o-2', value: null },
  ])
  await cluster.produce('spread', [
    { partition: 0, key: 'a', value: '1' },
    { partition: 1, key: 'b', value: '2' },
  ])
})
afterAll(() => cluster.close())

/** What the assertion says when it fails. */
async function complaint(assertion: () => unknown): Promise<string> {
  try {
    await assertion()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

describe('toHaveRecords', () => {
  test('compares what is named, as text, as bytes, as JSON, or by a matcher', async () => {
    await expect(cluster).toHaveRecords('orders', [{ key: 'o-1' }, { key: 'o-2' }])
    await expect(cluster).toHaveRecords('orders', [
      { value: { total: 3 }, headers: { trace: 'a' }, offset: 0 },
      { value: null, partition: 0, headers: {} },
    ])
    await expect(cluster).toHaveRecords('orders', [
      { key: expect.stringMatching(/^o-\d$/) },
      { key: new Uint8Array([0x6f, 0x2d, 0x32]), timestampMs: expect.any(Number) as number },
    ])
    await expect(cluster).toHaveRecords('empty', [])
  })

  test.each([
    ['another key', [{ key: 'o-1' }, { key: 'o-3' }]],
    ['another order', [{ key: 'o-2' }, { key: 'o-1' }]],
    ['one too few', [{ key: 'o-1' }]],
    ['one too many', [{ key: 'o-1' }, { key: 'o-2' }, {}]],
    ['null for text', [{ key: 'o-1' }, { value: '' }]],
    ['other JSON', [{ value: { total: 4 } }, {}]],
    ['other headers', [{ headers: {} }, {}]],
  ])('sees %s', async (_, expected) => {
    await expect(cluster).not.toHaveRecords('orders', expected)
    const said = await complaint(() => expect(cluster).toHaveRecords('orders', expected))
    expect(said).toContain(`the topic orders was expected to have these ${expected.length} records; 2 lie there`)
  })

  test('pairs records of several partitions in any order, each with one only', async () => {
    await expect(cluster).toHaveRecords('spread', [{ key: 'b' }, { key: 'a' }])
    // The first expectation fits both; it must not take the only one that fits the second.
    await expect(cluster).toHaveRecords('spread', [{}, { key: 'a' }])
    await expect(cluster).not.toHaveRecords('spread', [{ key: 'a' }, { key: 'a' }])
  })

  test('waits where it is told to, and no longer than it must', async () => {
    const before = performance.now()
    const late = expect(cluster).toHaveRecords('empty', [{ value: 'late' }], { withinMs: 20_000 })
    await cluster.produce('empty', [{ value: 'late' }])
    await late
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

describe('the other matchers', () => {
  test('toHaveTopic looks for a topic, and for its partitions', async () => {
    await expect(cluster).toHaveTopic('spread')
    await expect(cluster).toHaveTopic('spread', { partitions: 2 })
    await expect(cluster).not.toHaveTopic('spread', { partitions: 3 })
    await expect(cluster).not.toHaveTopic('nowhere')
    expect(await complaint(() => expect(cluster).toHaveTopic('nowhere'))).toBe(
      'the cluster was expected to have a topic nowhere; there are: empty, orders, spread',
    )
  })

  test('toHaveLeader looks for a leader that runs', async () => {
    await using other = await startCluster({ topics: ['orders'] })
    await expect(other).toHaveLeader('orders', 0)
    await expect(other).toHaveLeader('orders', 0, { broker: 1 })
    await expect(other).not.toHaveLeader('orders', 0, { broker: 2 })
    await expect(other).not.toHaveLeader('orders', 1)
    expect(await complaint(() => expect(other).toHaveLeader('orders', 1))).toContain('there is none')
  })

  test('toHold is about a simulated run', async () => {
    const violation = { kind: 'safety', invariant: 'S1 acknowledged records survive', message: 'one is gone' }
    expect({ violations: [] }).toHold()
    expect({ violations: [violation] }).not.toHold()
    expect(await complaint(() => expect({ violations: [violation] }).toHold())).toContain('one is gone')
  })

  test('say so where they are asked about something else', async () => {
    expect(await complaint(() => expect({}).toHaveTopic('orders'))).toContain('that startCluster() has started')
    expect(await complaint(() => expect({}).toHold())).toContain('what simulate() resolves to')
  })
})
