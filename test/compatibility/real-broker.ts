/** The broker on this machine's sockets and disk, for tests with other people's programs; folders that go after a test. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { Broker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { createRealWorld, type RealWorld } from '../../src/real/world.ts'

export interface Running {
  readonly broker: Broker
  readonly client: Client
  /** `127.0.0.1:PORT` */
  readonly address: string
  /** Stops cleanly. */
  stop(): Promise<void>
}

/** Ways to make what must be undone when a test is over. */
export function inTests() {
  const undo: (() => void)[] = []
  afterEach(() => {
    for (const each of undo.splice(0).reverse()) each()
  })
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'samsa-compatibility-'))
    undo.push(() => rmSync(path, { recursive: true, force: true }))
    return path
  }
  const world = (directory: string): RealWorld => {
    const made = createRealWorld({
      directory,
      onHalt: (reason) => {
        throw reason
      },
    })
    undo.push(() => made.close())
    return made
  }
  const start = async (directory: string, settings: Readonly<Record<string, string>> = {}): Promise<Running> => {
    const life = world(directory)
    const broker = await Broker.start(life, { listen: { host: '127.0.0.1', port: 0 }, settings })
    const client = new Client(life, { bootstrap: [broker.address], clientId: 'compatibility' })
    const stop = async (): Promise<void> => {
      client.close()
      await broker.stop()
      life.close()
    }
    return { broker, client, address: `127.0.0.1:${broker.address.port}`, stop }
  }
  /** `act` is called when the test is over. */
  const afterwards = (act: () => void): void => void undo.push(act)
  return { folder, world, start, afterwards }
}
