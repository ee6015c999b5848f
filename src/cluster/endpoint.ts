/** Addresses as text, as clients and settings take them. */

import type { Address } from '../world/network.ts'

/** `HOST:PORT`, or `[HOST]:PORT` where the host is an IPv6 address. */
export function endpointOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
