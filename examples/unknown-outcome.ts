/**
 * The hardest answer for a client is none: the request was carried out, and the connection ends before the answer. A
 * producer that is idempotent repeats itself, and the broker recognises it; one that is not appends the record twice.
 *
 * It prints:
 *     idempotent: 1 record
 *     not idempotent: 2 records
 */

import { startCluster } from 'samsa'

await using cluster = await startCluster({ topics: ['once', 'twice'] })
const value = new TextEncoder().encode('3 books')

cluster.respond('Produce', { closeConnection: true, carriedOut: true, topic: 'once' })
await cluster.client().producer().send({ topic: 'once', value })
console.log(`idempotent: ${(await cluster.records('once')).length} record`)

cluster.respond('Produce', { closeConnection: true, carriedOut: true, topic: 'twice' })
await cluster.client().producer({ idempotent: false }).send({ topic: 'twice', value })
console.log(`not idempotent: ${(await cluster.records('twice')).length} records`)
