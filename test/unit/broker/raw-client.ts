/** A broker on a simulated machine, and somebody who sends it frames by hand. */

import { Broker } from '../../../src/broker/broker.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../../../src/sim/devices/simulated-machines.ts'
import { immediateHost } from '../sim/loop/immediate-host.ts'

const listen = { host: 'broker', port: 9092 }

/** What came back for a frame: the frame without its length, or that the connection was over first. */
export type Reply = Uint8Array | 'closed'

export class RawClient {
  readonly #machines: SimulatedMachines = createSimulatedMachines({ seed: 1 })

  static async start(): Promise<RawClient> {
    const client = new RawClient()
    const node = client.#machines.addNode({ id: 1, hostName: listen.host })
    await client.#until(Broker.start(node.startLife(), { listen }))
    return client
  }

  /** Sends one frame, its length included, over a connection of its own. */
  async send(frame: Uint8Array): Promise<Reply> {
    const id = 100 + this.#nextId++
    const { network, promises } = this.#machines.addNode({ id, hostName: `client-${id}` }).startLife()
    const buffer = new Uint8Array(65_536)
    let got = new Uint8Array(0)
    return this.#until(
      new Promise<Reply>((resolve) => {
        const end = (reply: Reply): void => {
          promises.mark()
          resolve(reply)
        }
        const connection = network.connect(listen, {
          connected: () => connection.send([frame]),
          receiveBuffer: () => buffer,
          received: (count) => {
            got = new Uint8Array([...got, ...buffer.subarray(0, count)])
            const length = got.length < 4 ? Number.POSITIVE_INFINITY : new DataView(got.buffer).getInt32(0)
            if (got.length >= 4 + length) end(got.subarray(4))
          },
          writable: () => undefined,
          ended: () => end('closed'),
          closed: () => end('closed'),
        })
      }),
    )
  }

  #nextId = 0

  async #until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    await this.#machines.loop.runUntil(() => isSettled, immediateHost())
    return promise
  }
}
