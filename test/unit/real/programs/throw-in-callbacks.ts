/** Throws in every callback that an owner hands to a real world; prints what reaches the process. */

import { createRealWorld } from '../../../../src/real/world.ts'
import type { ConnectionOwner } from '../../../../src/world/network.ts'

process.on('uncaughtException', (error) => process.stdout.write(`${error.message}\n`))

const fail = (where: string) => () => {
  throw new Error(`thrown in ${where}`)
}

const world = createRealWorld({ directory: process.argv[2] as string, onHalt: fail('onHalt') })
const { clock, disk, network } = world
clock.setTimer(0, fail('a timer'))
clock.setTimer(2000, fail('a late timer'))
const file = disk.open('log', { create: true })
file.append([new Uint8Array(10)])
file.read(0, new Uint8Array(10), fail('read'))
file.sync(fail('sync'))
disk.syncDirectory('', fail('syncDirectory'))
disk.lock('', fail('lock'))
disk.measure(fail('measure'))

const silent: ConnectionOwner = {
  connected: () => undefined,
  receiveBuffer: () => new Uint8Array(4096),
  received: () => undefined,
  writable: () => undefined,
  ended: () => undefined,
  closed: () => undefined,
}
const failing = (name: string): ConnectionOwner => ({
  ...silent,
  received: fail(`received of ${name}`),
  ended: fail(`ended of ${name}`),
  closed: fail(`closed of ${name}`),
})
let accepted = 0
network.listen(
  { host: '127.0.0.1', port: 0 },
  (connection) => {
    if (++accepted > 1) return silent
    connection.send([new Uint8Array(10)])
    connection.end()
    return { ...failing('the server'), ended: () => undefined }
  },
  (_error, bound) => {
    const connection = network.connect(bound, failing('the client'))
    connection.send([new Uint8Array(10)])
    clock.setTimer(100_000, () => connection.end())
    clock.setTimer(150_000, () => network.connect(bound, { ...silent, connected: fail('connected') }))
    clock.setTimer(300_000, () => world.halt(new Error('done')))
    throw new Error('thrown in listen')
  },
)
