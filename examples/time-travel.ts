/**
 * The brokers' wall clock can be moved forward: what retention no longer keeps is gone when `advance` resolves. Sessions
 * and timeouts go by another clock, which stands where it is: no client is thrown out.
 *
 * It prints:
 *     after 6 days: 2 records
 *     after 8 days: 0 records
 *     the next record has offset 2
 */

import { startCluster } from 'samsa'

await using cluster = await startCluster({ topics: { events: { configs: { 'retention.ms': '604800000' } } } })
await cluster.produce('events', [{ value: 'signed up' }, { value: 'signed in' }])

await cluster.advance({ days: 6 })
console.log(`after 6 days: ${(await cluster.records('events')).length} records`)

await cluster.advance({ days: 2 })
console.log(`after 8 days: ${(await cluster.records('events')).length} records`)

await cluster.produce('events', [{ value: 'signed out' }])
const [record] = await cluster.records('events')
console.log(`the next record has offset ${record?.offset}`)
