/**
 * A cluster in this process, as a test holds it: where clients connect, its topics and records, its brokers, scripted
 * answers, a wall clock that can be moved.
 *
 * It ends with `close`, or where it was declared with `await using`; afterwards nothing of it keeps the process alive. What
 * it asks of itself goes over the wire as any client's requests do, under a client id of its own that no script meets.
 */

import { Client } from '../client/client.ts'
import type { ConsumedRecord } from '../client/fetched-records.ts'
import type { ClientOptions } from '../client/options.ts'
import { createRealWorld, type RealWorld } from '../real/world.ts'
import type { World } from '../world/world.ts'
import type { ClusterBroker } from './cluster-broker.ts'
import { ClusterError } from './cluster-error.ts'
import { createTopics, type TopicsToCreate } from './create-topics.ts'
import { type Duration, millisecondsOf } from './duration.ts'
import { type NewRecord, produceRecords } from './produce-records.ts'
import { readTopic, succeeded } from './read-topic.ts'
import type { ApiName, Script, ScriptedAnswer, ScriptedAnswers } from './scripted-answers.ts'
import { ShiftedClock, type WallShift } from './shifted-clock.ts'

/** The client id of what the cluster asks of itself. */
export const OWN_CLIENT_ID = 'samsa-cluster'
/** How long a clean stop may take, in ms. */
const STOP_MS_MAX = 3_000

/** What a cluster is made of; see `startCluster`. */
export interface ClusterParts {
  readonly brokers: readonly ClusterBroker[]
  readonly scripts: ScriptedAnswers
  readonly shift: WallShift
  /** Whether there is a disk that a clean stop leaves in order. */
  readonly stopsCleanly: boolean
}

/** A topic as `describe` tells. */
export interface ClusterTopic {
  readonly name: string
  readonly partitions: readonly {
    readonly partition: number
    /** The leader's id, or -1 where there is none. */
    readonly leader: number
    readonly replicas: readonly number[]
    readonly isr: readonly number[]
  }[]
}

/** See the head of this file. */
export class Cluster {
  readonly #parts: ClusterParts
  readonly #clientLife: RealWorld
  /** The world of all clients that the cluster hands out: its time is the cluster's. */
  readonly #clientWorld: World
  readonly #client: Client
  readonly #clients = new Set<Client>()
  #closing: Promise<void> | undefined

  constructor(parts: ClusterParts) {
    this.#parts = parts
    this.#clientLife = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    this.#clientWorld = { ...this.#clientLife, clock: new ShiftedClock(this.#clientLife.clock, parts.shift) }
    this.#client = this.client({ clientId: OWN_CLIENT_ID, defaultApiTimeoutMs: 10_000 })
  }

  /** `HOST:PORT` of every broker, in a list of the caller's own; `.join(',')` makes Kafka's `bootstrap.servers` of it. */
  get bootstrap(): string[] {
    return this.#parts.brokers.map(({ endpoint }) => endpoint)
  }

  get clusterId(): string {
    return this.brokers[0]!.clusterId
  }

  /** By id, in ascending order. */
  get brokers(): readonly ClusterBroker[] {
    return this.#parts.brokers
  }

  /** How far the brokers' wall clock is ahead of this machine's, in ms: the sum of what it was advanced by. */
  get aheadMs(): number {
    return this.#parts.shift.aheadMs
  }

  /**
   * A client of this cluster, closed with it at the latest: what is under way then fails as `CLOSED`. Default of `clientId`:
   * `samsa-client`. @throws {ClusterError} when the cluster is closed.
   */
  client(options: Partial<ClientOptions> = {}): Client {
    if (this.#closing !== undefined) throw closedError()
    const bootstrap = this.#parts.brokers.map(({ address }) => address)
    const client = new Client(this.#clientWorld, { bootstrap, clientId: 'samsa-client', ...options })
    this.#clients.add(client)
    return client
  }

  /** Creates topics that are not there yet; resolves when all can be used. @throws {ClusterError} */
  async createTopics(topics: TopicsToCreate): Promise<void> {
    this.#assertUsable()
    await createTopics(this.#client, topics, (ms) => this.#pause(ms))
  }

  /** All topics, by name in ascending order of their UTF-16 code units. @throws {ClusterError} */
  async topics(): Promise<readonly ClusterTopic[]> {
    this.#assertUsable()
    const described = succeeded(await this.#client.describeTopics(), 'the topics could not be listed')
    return described
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partition, leader, replicas, isr }) => ({ partition, leader, replicas, isr })),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The broker that leads a partition now. @throws {ClusterError} where there is no such partition, or no leader. */
  async leaderOf(topic: string, partition: number): Promise<ClusterBroker> {
    const found = (await this.topics()).find(({ name }) => name === topic)
    const leader = found?.partitions.find((each) => each.partition === partition)?.leader
    const broker = this.brokers.find(({ id }) => id === leader)
    if (broker !== undefined) return broker
    const why = leader === undefined ? 'there is no such partition' : 'nobody leads it at the moment'
    throw new ClusterError(`the leader of ${topic}-${partition} is not known: ${why}`)
  }

  /** Appends records, acknowledged by all in-sync replicas when this resolves. @throws {ClusterError} if one is not. */
  async produce(topic: string, records: readonly NewRecord[]): Promise<void> {
    this.#assertUsable()
    await produceRecords(this.#client, topic, records)
  }

  /** Everything in a topic that can be read now, in the order of partitions and offsets. @throws {ClusterError} */
  async records(topic: string): Promise<readonly ConsumedRecord[]> {
    this.#assertUsable()
    return readTopic(this.#client, topic)
  }

  /**
   * Scripts the answers to the next requests that fit. In a request of several topics all of it is answered so. Fetches that
   * wait at the broker already are not affected. @throws {ClusterError} where the script says nothing.
   */
  respond(api: ApiName, answer: ScriptedAnswer): Script {
    return this.#parts.scripts.add(api, answer)
  }

  /**
   * Moves the brokers' wall clock forward, and applies what hangs on it: when this resolves, retention has deleted what has
   * expired, and producers that were silent for too long are forgotten. Durations, such as of sessions and timeouts, are
   * not moved. Records that clients of this process stamp themselves have the machine's time; those of `client` and
   * `produce` have the cluster's. @throws {ClusterError} unless it is a length of time.
   */
  async advance(duration: Duration | number): Promise<void> {
    this.#assertUsable()
    this.#parts.shift.aheadMs += millisecondsOf(duration)
    await Promise.all(this.brokers.map((broker) => broker.retainNow()))
  }

  /**
   * Ends the cluster; harmless when repeated. Every connection ends, every port is free. On a disk the broker stops
   * cleanly, if it can soon; in memory everything is gone.
   */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #end(): Promise<void> {
    for (const client of this.#clients) client.close()
    const { brokers, stopsCleanly } = this.#parts
    try {
      await Promise.all(brokers.map((broker) => broker.close(stopsCleanly, STOP_MS_MAX)))
      // Sockets and listeners that were closed are let go of in the events that follow.
      for (let turn = 0; turn < 3; turn++) await this.#pause(0)
    } finally {
      this.#clientLife.close()
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clientLife.clock.setTimer(ms * 1000, resolve)
    })
  }

  #assertUsable(): void {
    if (this.#closing !== undefined) throw closedError()
    const failed = this.brokers.find(({ failure }) => failure !== undefined)
    if (failed === undefined) return
    throw new ClusterError(`broker ${failed.id} stopped itself: ${failed.failure?.message}`, { cause: failed.failure })
  }
}

function closedError(): ClusterError {
  return new ClusterError('the cluster was closed; start another one')
}
