/**
 * A generator's connection to a leader: Produce and Fetch of one partition, by the topic's name, at the newest versions
 * that still name topics, so that every broker gets the same bytes.
 */

import { apis } from '../../protocol/apis.ts'
import { ClientConnection } from '../../wire/client-connection.ts'
import type { WireError } from '../../wire/wire-error.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import type { LoadPlace } from './load-jobs.ts'

/** From 13 on, both APIs carry topic ids in place of names. */
const VERSION_MAX = 12
/** Longer than any broker should take for anything here. */
const REQUEST_TIMEOUT_MS = 30_000
const FETCH_BYTES_MAX = 1024 * 1024

/** Bounds of a connection. */
export interface LoadConnectionOptions {
  readonly inFlight: number
  readonly queued: number
}

/** See the head of this file. A failure of any kind ends the job: it is told to `onFailure`, once or more. */
export class LoadConnection {
  /** What it sends to, in turn; it reads the first. All are led by one broker. */
  readonly partitions: readonly number[]
  #next = 0
  readonly #place: LoadPlace
  readonly #connection: ClientConnection
  readonly #onFailure: (reason: string) => void
  readonly #produceVersion: number
  readonly #fetchVersion: number

  private constructor(
    connection: ClientConnection,
    place: LoadPlace,
    partitions: readonly number[],
    onFailure: (reason: string) => void,
  ) {
    this.#connection = connection
    this.#place = place
    this.partitions = partitions
    this.#onFailure = onFailure
    this.#produceVersion = Math.min(VERSION_MAX, connection.versionFor(apis.produce) ?? -1)
    this.#fetchVersion = Math.min(VERSION_MAX, connection.versionFor(apis.fetch) ?? -1)
  }

  /** Connects and agrees on versions. Rejects where that cannot be done. */
  static open(
    world: World,
    place: LoadPlace,
    partitions: readonly number[],
    { inFlight, queued }: LoadConnectionOptions,
    onFailure: (reason: string) => void,
  ): Promise<LoadConnection> {
    return new Promise((resolve, reject) => {
      const handler = {
        ready: (connection: ClientConnection) => {
          resolve(new LoadConnection(connection, place, partitions, onFailure))
        },
        closed: (error: WireError) => {
          reject(error)
          onFailure(error.message)
        },
      }
      new ClientConnection(handler, {
        ...{ network: world.network, clock: world.clock, address: place.leaders[partitions[0]!] as Address },
        ...{ clientId: 'samsa-bench', requestsInFlightMax: inFlight, requestsQueuedMax: queued },
      })
    })
  }

  /** Requests that are made and not answered. */
  get pending(): number {
    return this.#connection.pendingRequests
  }

  /** The partition it reads, and the only one it sends to unless it was given several. */
  get partition(): number {
    return this.partitions[0]!
  }

  /** Sends one batch; `done` gets its base offset and partition. */
  produce(batch: Uint8Array, done: (baseOffset: number, partition: number) => void): void {
    const partition = this.partitions[this.#next++ % this.partitions.length]!
    const partitionData = [{ index: partition, records: batch }]
    const { topic, acks } = this.#place
    const body = { acks, timeoutMs: REQUEST_TIMEOUT_MS, topicData: [{ name: topic, partitionData }] }
    this.#connection.request(
      apis.produce,
      this.#produceVersion,
      body,
      (error, response) => {
        const answer = response?.responses[0]?.partitionResponses[0]
        if (answer?.errorCode === 0) done(answer.baseOffset, partition)
        else this.#onFailure(error?.message ?? `Produce was answered with error ${answer?.errorCode}`)
      },
      { timeoutMs: REQUEST_TIMEOUT_MS },
    )
  }

  /** Reads from an offset on; `done` gets whole batches, and perhaps a part of one behind them. */
  fetch(offset: number, maxWaitMs: number, done: (bytes: Uint8Array) => void): void {
    const partitions = [{ partition: this.partition, fetchOffset: offset, partitionMaxBytes: FETCH_BYTES_MAX }]
    const body = { maxWaitMs, minBytes: 1, topics: [{ topic: this.#place.topic, partitions }] }
    this.#connection.request(
      apis.fetch,
      this.#fetchVersion,
      body,
      (error, response) => {
        const answer = response?.responses[0]?.partitions[0]
        if (answer?.errorCode === 0) done(answer.records ?? new Uint8Array(0))
        else this.#onFailure(error?.message ?? `Fetch was answered with error ${answer?.errorCode}`)
      },
      { timeoutMs: REQUEST_TIMEOUT_MS },
    )
  }

  close(): void {
    this.#connection.close()
  }
}

/** So many connections, partitions dealt out evenly; else as `openConnections`. */
export async function openProducers(
  world: World,
  place: LoadPlace,
  producers: number,
  options: LoadConnectionOptions,
  onFailure: (reason: string) => void,
): Promise<readonly LoadConnection[]> {
  const all = place.leaders.map((_, partition) => partition)
  const dealt = Array.from({ length: producers }, (_, producer) =>
    producers >= all.length ? [producer % all.length] : all.filter((partition) => partition % producers === producer),
  )
  return await Promise.all(dealt.map((own) => LoadConnection.open(world, place, own, options, onFailure)))
}

/** A connection for each partition; all closed again where one cannot be opened. */
export async function openConnections(
  world: World,
  place: LoadPlace,
  options: LoadConnectionOptions,
  onFailure: (reason: string) => void,
): Promise<readonly LoadConnection[]> {
  const opening = place.leaders.map((_, partition) =>
    LoadConnection.open(world, place, [partition], options, onFailure),
  )
  return await Promise.all(opening)
}
