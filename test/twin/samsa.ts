/** samsa, in this process: on the machine's sockets, its disk in memory. */

import { Broker } from '../../src/broker/broker.ts'
import { createRealWorld, MemoryStorage } from '../../src/real/world.ts'
import { CLUSTER_ID, type RunningBroker, SETTINGS } from './broker.ts'

/** More than any run writes. */
const DISK_BYTES = 2 ** 40

/** Starts it. */
export async function startSamsa(): Promise<RunningBroker> {
  const world = createRealWorld({
    directory: new MemoryStorage(DISK_BYTES),
    onHalt: (reason) => {
      throw reason
    },
  })
  const listen = { host: '127.0.0.1', port: 0 }
  const logDirectory = '/logs'
  const broker = await Broker.start(world, {
    ...{ listen, clusterId: CLUSTER_ID, settings: SETTINGS, logDirectoryPath: logDirectory },
  })
  const stop = async (): Promise<void> => {
    await broker.stop()
    world.close()
  }
  return { name: 'samsa', port: broker.address.port, logDirectory, stop }
}
