/**
 * A broker is killed while a producer is at work, and started again on what it had written. What was acknowledged before
 * is still there, and the producer goes on as if nothing had been.
 *
 * It prints:
 *     before the kill: acknowledged
 *     during it: acknowledged
 *     2 records
 */

import { startCluster } from 'samsa'

await using cluster = await startCluster({ topics: ['orders'] })
const producer = cluster.client().producer()
const value = new TextEncoder().encode('3 books')

console.log(`before the kill: ${(await producer.send({ topic: 'orders', value })).kind}`)

const leader = await cluster.leaderOf('orders', 0)
leader.kill()
const sent = producer.send({ topic: 'orders', value })
await leader.start()
console.log(`during it: ${(await sent).kind}`)
console.log(`${(await cluster.records('orders')).length} records`)
