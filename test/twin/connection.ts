/** One connection to a broker that takes whatever bytes it is given, and tells what came of them. */

import { createConnection, type Socket } from 'node:net'

/** A frame without its length; or the broker ended the connection; or it said nothing in time. */
export type Reply = Uint8Array | 'closed' | 'silence'

const PATIENCE_MS = 30_000

export class TwinConnection {
  readonly #port: number
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  #waiting: ((reply: Reply) => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** Sends a frame and waits for what comes of it. One at a time. */
  ask(frame: Uint8Array): Promise<Reply> {
    const socket = this.#open()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle('silence'), PATIENCE_MS)
      this.#waiting = (reply) => {
        clearTimeout(timer)
        resolve(reply)
      }
      socket.write(frame)
    })
  }

  /** Sends a frame that is not answered. */
  tell(frame: Uint8Array): void {
    this.#open().write(frame)
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const socket = createConnection({ host: '127.0.0.1', port: this.#port, noDelay: true })
    this.#socket = socket
    this.#received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#settle('closed')
    })
    return socket
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (this.#received.length < 4) return
    const end = 4 + this.#received.readInt32BE(0)
    if (this.#received.length < end) return
    const frame = new Uint8Array(this.#received.subarray(4, end))
    this.#received = this.#received.subarray(end)
    this.#settle(frame)
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (reply === 'silence') {
      this.#socket?.destroy()
      this.#socket = undefined
    }
    waiting?.(reply)
  }
}
