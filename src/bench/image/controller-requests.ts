/** What is asked of a controller from outside: brokers that are only registered, and topics that come and go. */

import { Peers } from '../../broker/peers/peers.ts'
import { type Api, apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import { type Uuid, uuidFromBytes, ZERO_UUID } from '../../protocol/uuid.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'

/** The cluster of every node that is measured. */
export const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'
const TIMEOUT_MS = 60_000

/** See the head of this file. Each rejects where the controller refuses. */
export class ControllerRequests {
  readonly #peers: Peers
  readonly #address: Address

  constructor(world: World, address: Address) {
    this.#peers = new Peers({ world, clientId: 'benchmark', setupTimeoutMs: TIMEOUT_MS })
    this.#address = address
  }

  /** Creates topics of so many partitions each. */
  async create(names: readonly string[], numPartitions: number, replicationFactor: number): Promise<void> {
    const topics = names.map((name) => ({
      ...{ name, numPartitions, replicationFactor, assignments: [], configs: [] },
    }))
    const answer = await this.#ask(apis.createTopics, { topics, timeoutMs: TIMEOUT_MS })
    for (const topic of answer.topics) check(topic.errorCode, `${topic.name} was created`)
  }

  /** Gives a topic more partitions: `count` in all. */
  async extend(name: string, count: number): Promise<void> {
    const topics = [{ name, count, assignments: null }]
    const { results } = await this.#ask(apis.createPartitions, { topics, timeoutMs: TIMEOUT_MS, validateOnly: false })
    for (const result of results) check(result.errorCode, `${name} has ${count} partitions`)
  }

  async remove(names: readonly string[]): Promise<void> {
    const topics = names.map((name) => ({ name, topicId: ZERO_UUID }))
    const answer = await this.#ask(apis.deleteTopics, { topics, topicNames: names, timeoutMs: TIMEOUT_MS })
    for (const topic of answer.responses) check(topic.errorCode, `${topic.name} was deleted`)
  }

  /** Registers a broker, which is nowhere, and has it unfenced. */
  async register(brokerId: number): Promise<void> {
    const registered = await this.#ask(apis.brokerRegistration, {
      ...{ brokerId, clusterId: CLUSTER_ID, incarnationId: uuidOf(brokerId), rack: null },
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: brokerId, securityProtocol: 0 }],
      features: [{ name: 'metadata.version', minSupportedVersion: 1, maxSupportedVersion: 25 }],
      logDirs: [uuidOf(100 + brokerId)],
    })
    check(registered.errorCode, `broker ${brokerId} was registered`)
    const { brokerEpoch } = registered
    const beaten = await this.#ask(apis.brokerHeartbeat, {
      ...{ brokerId, brokerEpoch, currentMetadataOffset: brokerEpoch, wantFence: false, wantShutDown: false },
      offlineLogDirs: [],
    })
    check(beaten.isFenced ? errorCode.UNKNOWN_SERVER_ERROR : beaten.errorCode, `broker ${brokerId} was unfenced`)
  }

  close(): void {
    this.#peers.close()
  }

  #ask<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
  ): Promise<Decoded<Response>> {
    return new Promise((resolve, reject) => {
      this.#peers.request(
        this.#address,
        api,
        () => body,
        TIMEOUT_MS,
        (error, response) => (response === undefined ? reject(error) : resolve(response)),
      )
    })
  }
}

function check(code: number, what: string): void {
  if (code !== errorCode.NONE) throw new Error(`not so, error ${code}: ${what}`)
}

function uuidOf(number: number): Uuid {
  return uuidFromBytes(new Uint8Array(16).fill(number))
}
