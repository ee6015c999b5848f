/**
 * A Kafka cluster in this process: no JVM, no container, ready in milliseconds. Any Kafka client can connect to
 * `cluster.bootstrap`; here it is samsa's own.
 *
 * It prints:
 *     order-1: 3 books
 *     order-2: a lamp
 */

import { startCluster } from 'samsa'

const text = new TextEncoder()
const words = new TextDecoder()

await using cluster = await startCluster({ brokers: 1, topics: { orders: { partitions: 1 } } })
const client = cluster.client({ clientId: 'shop' })

const producer = client.producer()
const orders = { 'order-1': '3 books', 'order-2': 'a lamp' }
const outcomes = await Promise.all(
  Object.entries(orders).map(([id, what]) =>
    producer.send({ topic: 'orders', key: text.encode(id), value: text.encode(what) }),
  ),
)
for (const outcome of outcomes) if (outcome.kind === 'failed') throw new Error(outcome.message)

const consumer = client.consumer()
consumer.assign([{ topic: 'orders', partition: 0, from: 'earliest' }])
const polled = await consumer.poll(5_000)
if (polled.kind === 'failed') throw new Error(polled.message)
for (const { key, value } of polled.records) console.log(`${words.decode(key!)}: ${words.decode(value!)}`)
