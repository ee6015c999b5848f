/** What several brokers must agree on before the first of them starts: the cluster's id, and where the controllers are. */

import { readMetaProperties } from '../broker/log/meta-properties.ts'
import { newUuid } from '../broker/log/uuids.ts'
import { createRealWorld } from '../real/world.ts'
import type { Address } from '../world/network.ts'
import { promised } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import { endpointOf } from './endpoint.ts'

export interface QuorumToBe {
  readonly clusterId: string
  /** Broker settings of the node with this id. */
  readonly settingsOf: (id: number) => Readonly<Record<string, string>>
}

/** `firstDirectory` may hold what an earlier cluster left: its id is taken over. Nodes have the ids 1 to `count`. */
export async function prepareQuorum(
  host: string,
  count: number,
  firstDirectory: string | undefined,
): Promise<QuorumToBe> {
  const world = createRealWorld({ directory: firstDirectory ?? 'memory', onHalt: () => undefined })
  try {
    const clusterId = (await readMetaProperties(world))?.clusterId ?? newUuid(world.random)
    const ports = await freePorts(world, host, count)
    const voters = ports.map((port, index) => `${index + 1}@${endpointOf({ host, port })}`).join(',')
    const settingsOf = (id: number): Readonly<Record<string, string>> => ({
      'node.id': String(id),
      'controller.quorum.voters': voters,
      // They start at the same moment; Kafka's second is for nodes that start when they like.
      'controller.quorum.election.timeout.ms': '200',
    })
    return { clusterId, settingsOf }
  } finally {
    world.close()
  }
}

/** All are held at one time, so that they differ, and let go of before they are used: voters must know them beforehand. */
async function freePorts({ network, promises }: World, host: string, count: number): Promise<readonly number[]> {
  const ports: number[] = []
  const listeners: { close(): void }[] = []
  for (let index = 0; index < count; index++) {
    const bound = await promised<Address>(promises, (done) => {
      const refuse = (): never => {
        throw new Error('nobody is told of these ports')
      }
      listeners.push(network.listen({ host, port: 0 }, refuse, done))
    })
    ports.push(bound.port)
  }
  for (const listener of listeners) listener.close()
  return ports
}
