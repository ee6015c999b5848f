/** A topic for one measurement: made before it, deleted behind it, so that no measurement sees what another left. */

import { Client } from '../../client/client.ts'
import type { Consumer } from '../../client/consumer.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'

/** Deleted topics leave the disk after so long: a run writes more than most disks would hold. */
const CONFIGS = { 'file.delete.delay.ms': '1000', 'retention.ms': '-1' }

/** Makes and deletes topics at a broker. */
export class BenchTopics {
  readonly #client: Client
  readonly #consumer: Consumer

  constructor(world: World, bootstrap: Address) {
    this.#client = new Client(world, { bootstrap: [bootstrap], clientId: 'samsa-bench', defaultApiTimeoutMs: 10_000 })
    this.#consumer = this.#client.consumer()
  }

  /**
   * Makes a topic with one replica and waits until the leader of each partition serves it: that it is named in the
   * metadata does not mean that it knows of it yet. Rejects where that fails.
   */
  async create(name: string, partitions: number): Promise<void> {
    const topic = { name, numPartitions: partitions, replicationFactor: 1, configs: CONFIGS }
    const [outcome] = await this.#client.createTopics([topic])
    if (outcome?.kind !== 'created') throw new Error(`the topic could not be made: ${outcome?.message}`)
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }))
    const ends = await this.#consumer.endOffsets(all)
    if (ends.kind === 'failed') throw new Error(`the topic has no leaders: ${ends.message}`)
  }

  /** Deletes a topic; that it cannot is no reason to stop measuring. */
  async delete(name: string): Promise<void> {
    await this.#client.deleteTopics([name])
  }

  close(): void {
    this.#client.close()
  }
}
