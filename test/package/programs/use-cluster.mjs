/** What a user of the installed package might run; prints one line. */

import { startCluster } from 'samsa'

const cluster = await startCluster({ brokers: 1, topics: ['orders'] })
await cluster.produce('orders', [{ key: 'a', value: '1' }])
const records = await cluster.records('orders')
await cluster.close()
process.stdout.write(`${records.length} record of ${new TextDecoder().decode(records[0].key)}\n`)
