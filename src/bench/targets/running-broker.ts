/** A broker that runs already, of any make; it is used and left alone. */

import { ClientConnection } from '../../wire/client-connection.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import { listenerOf, processUsage } from './process-usage.ts'
import type { Target } from './target.ts'

const THIS_MACHINE: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/**
 * The broker at that address, called so; its process is found where it is on this machine and may be looked at. Rejects where
 * nobody there agrees on versions.
 */
export async function runningBroker(
  world: World,
  address: Address,
  name = `${address.host}:${address.port}`,
): Promise<Target> {
  await agreeOnVersions(world, address)
  const pid = THIS_MACHINE.has(address.host) ? listenerOf(address.port) : undefined
  return {
    name,
    address,
    pid,
    usage: () => (pid === undefined ? undefined : processUsage(pid)),
    close: async () => undefined,
  }
}

function agreeOnVersions(world: World, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const handler = {
      ready: (connection: ClientConnection) => {
        resolve()
        connection.close()
      },
      closed: reject,
    }
    new ClientConnection(handler, { network: world.network, clock: world.clock, address, clientId: 'samsa-bench' })
  })
}
