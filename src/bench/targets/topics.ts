/** A topic for one measurement: made before it, deleted behind it, so that no measurement sees what another left. */

import { Client } from '../../client/client.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'

/** Deleted topics leave the disk after so long: a run writes more than most disks would hold. */
const CONFIGS = { 'file.delete.delay.ms': '1000', 'retention.ms': '-1' }
const TRIES_MAX = 100
const TRY_AGAIN_US = 50_000

/** Makes and deletes topics at a broker. */
export class BenchTopics {
  readonly #world: World
  readonly #client: Client

  constructor(world: World, bootstrap: Address) {
    this.#world = world
    this.#client = new Client(world, { bootstrap: [bootstrap], clientId: 'samsa-bench' })
  }

  /** Makes a topic with one replica and waits until each partition has a leader. Rejects where that fails. */
  async create(name: string, partitions: number): Promise<void> {
    const topic = { name, numPartitions: partitions, replicationFactor: 1, configs: CONFIGS }
    const [outcome] = await this.#client.createTopics([topic])
    if (outcome?.kind !== 'created') throw new Error(`the topic could not be made: ${outcome?.message}`)
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const described = await this.#client.describeTopics([name])
      const known = described.kind === 'ok' ? described.value[0]?.partitions : undefined
      if (known?.length === partitions && known.every(({ leader }) => leader >= 0)) return
      await new Promise<void>((resolve) => void this.#world.clock.setTimer(TRY_AGAIN_US, resolve))
    }
    throw new Error('the topic has no leaders after five seconds')
  }

  /** Deletes a topic; that it cannot is no reason to stop measuring. */
  async delete(name: string): Promise<void> {
    await this.#client.deleteTopics([name])
  }

  close(): void {
    this.#client.close()
  }
}
