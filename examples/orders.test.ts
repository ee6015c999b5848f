/** A test of an application, which would live in files of its own and use whichever Kafka client it likes. */

import 'samsa/vitest'
import { type Client, type Cluster, startCluster } from 'samsa'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The application: it places orders, and says whether it could. */
function openShop(client: Client) {
  const producer = client.producer({ deliveryTimeoutMs: 5_000 })
  const text = new TextEncoder()
  return {
    place: async (id: string, total: number): Promise<boolean> => {
      const value = text.encode(JSON.stringify({ total }))
      const outcome = await producer.send({ topic: 'orders', key: text.encode(id), value })
      return outcome.kind === 'acknowledged'
    },
  }
}

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ brokers: 1, topics: { orders: { partitions: 1 } } })
})
afterAll(() => cluster.close())

test('an order is placed once, though the leader was elsewhere for a moment', async () => {
  const shop = openShop(cluster.client({ clientId: 'shop' }))
  expect(await shop.place('o-1', 30)).toBe(true)
  cluster.respond('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', times: 2 })
  expect(await shop.place('o-2', 12)).toBe(true)
  await expect(cluster).toHaveRecords('orders', [
    { key: 'o-1', value: { total: 30 } },
    { key: 'o-2', value: { total: 12 } },
  ])
})

test('an order that is refused is said to be', async () => {
  const shop = openShop(cluster.client({ clientId: 'unlucky' }))
  cluster.respond('Produce', { error: 'TOPIC_AUTHORIZATION_FAILED', clientId: 'unlucky' })
  expect(await shop.place('o-3', 5)).toBe(false)
  await expect(cluster).not.toHaveRecords('orders', [{ key: 'o-3' }])
})
