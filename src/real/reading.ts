/**
 * How bytes come from a socket: read by the system straight into buffers of the connection's owner.
 *
 * Node offers that (`onread`) only for sockets that one makes oneself, not for those a server accepts; an accepted socket's
 * handle is therefore moved into a socket made here. That rests on an undocumented property, so it is tried and checked,
 * and where it does not hold the connection takes chunks from 'data' events and copies them, at about twice the cost.
 *
 * Node asks for a buffer well before bytes arrive: when the socket is made, and right after each delivery. The first one
 * is therefore a small one of our own, so that an owner is asked for nothing before it knows its connection.
 */

import { Socket, type SocketConstructorOpts } from 'node:net'
import { getSystemErrorName } from 'node:util'

/** `direct` reads into owners' buffers wherever the host can do it; `copied` never does. */
export type Reading = 'direct' | 'copied'

/** Who reads: asked for a buffer ahead of every delivery. */
export interface Reader {
  nextBuffer(): Uint8Array
  /** Bytes `[0, count)` of the buffer that was asked for last are filled. */
  filled(count: number, buffer: Uint8Array): void
}

/** Bytes that a connection takes before it advises its owner to wait: enough to keep a fast link busy for a turn. */
export const unsentBytesMax = 256 * 1024

/** A socket, not connected yet, whose bytes go to `reader`. */
export function connectingSocket(reading: Reading, reader: Reader): Socket {
  return new Socket(reading === 'direct' ? directOptions(reader) : socketOptions)
}

/** A socket that takes over the connection of `accepted` and reads into `reader`'s buffers; or `accepted` itself. */
export function reopenIntoOwnBuffers(accepted: Socket, reader: Reader): Socket {
  const shell = accepted as unknown as { _handle: unknown }
  const handle = shell._handle
  if (!canReadIntoOwnBuffers(handle)) return accepted
  shell._handle = null
  const socket = new Socket({ ...directOptions(reader), handle } as SocketConstructorOpts)
  if ((socket as unknown as { _handle: unknown })._handle !== handle) {
    shell._handle = handle
    return accepted
  }
  // The empty shell counts as a connection of its server until it is destroyed.
  accepted.destroy()
  return socket
}

/**
 * True if the connection is gone, rather than half-closed, though its bytes came to an end in good order: where a reset
 * arrives behind bytes that were not read yet, Node takes the end of those for the peer's. A lost connection has no peer.
 */
export function hasLostItsPeer(socket: Socket): boolean {
  const handle = (socket as unknown as { readonly _handle: unknown })._handle
  if (typeof handle !== 'object' || handle === null || !('getpeername' in handle)) return false
  const { getpeername } = handle
  const status: unknown = typeof getpeername === 'function' ? getpeername.call(handle, {}) : 0
  return typeof status === 'number' && status < 0 && getSystemErrorName(status) === 'ENOTCONN'
}

const socketOptions = { allowHalfOpen: true, writableHighWaterMark: unsentBytesMax } as const

/** The published types lack `onread` here, where the host has had it from the start. */
function directOptions(reader: Reader): SocketConstructorOpts {
  const onread = {
    buffer: () => reader.nextBuffer(),
    callback: (count: number, buffer: Uint8Array) => {
      reader.filled(count, buffer)
      return true
    },
  }
  return { ...socketOptions, onread } as SocketConstructorOpts
}

function canReadIntoOwnBuffers(handle: unknown): boolean {
  if (typeof handle !== 'object' || handle === null) return false
  return 'useUserBuffer' in handle && typeof handle.useUserBuffer === 'function'
}
