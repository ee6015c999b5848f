/**
 * Answers are scripted per API: here an error that passes, which a client must retry by itself, and then one that does
 * not, which the application must hear of. Nothing is appended by a request that is answered so.
 *
 * It prints:
 *     acknowledged after 2 errors
 *     failed: TOPIC_AUTHORIZATION_FAILED
 *     1 record in the topic
 */

import { startCluster } from 'samsa'

await using cluster = await startCluster({ topics: ['orders'] })
const producer = cluster.client().producer()
const value = new TextEncoder().encode('3 books')

const passing = cluster.respond('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 })
const first = await producer.send({ topic: 'orders', value })
console.log(`${first.kind} after ${passing.answered} errors`)

cluster.respond('Produce', { error: 'TOPIC_AUTHORIZATION_FAILED' })
const second = await producer.send({ topic: 'orders', value })
console.log(second.kind === 'failed' ? `failed: ${second.error}` : second.kind)

const records = await cluster.records('orders')
console.log(`${records.length} record in the topic`)
