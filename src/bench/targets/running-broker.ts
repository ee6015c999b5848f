/** A broker that runs already, of any make; it is used and left alone. */

import type { Address } from '../../world/network.ts'
import { listenerOf, processUsage } from './process-usage.ts'
import type { Target } from './target.ts'

const THIS_MACHINE: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/** The broker at that address; its process is found where it is on this machine and may be looked at. */
export function runningBroker(address: Address): Target {
  const pid = THIS_MACHINE.has(address.host) ? listenerOf(address.port) : undefined
  return {
    name: `${address.host}:${address.port}`,
    address,
    pid,
    usage: () => (pid === undefined ? undefined : processUsage(pid)),
    close: async () => undefined,
  }
}
