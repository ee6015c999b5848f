/** Closes a cluster to which a client is connected that would stay, and says what still keeps the process alive. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { startCluster } from '../../../../src/cluster/start-cluster.ts'

const cluster = await startCluster({ brokers: 2, topics: ['orders'] })
await cluster.produce('orders', [{ value: 'x' }])
const [host, port] = cluster.bootstrap[0]!.split(':')
const socket = connect(Number(port), host)
await once(socket, 'connect')
socket.resume()
socket.on('error', () => undefined)
const ended = once(socket, 'close')
await cluster.close()
await ended
const left = process.getActiveResourcesInfo().filter((resource) => !/^(Pipe|TTY)Wrap$/.test(resource))
process.stdout.write(left.length === 0 ? 'closed with nothing left\n' : `left: ${left.join(', ')}\n`)
