/** A client that goes about its business: one record after the other, and reads them all back. */

import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '../../../src/client/client.ts'
import { createRealWorld, type RealWorld } from '../../../src/real/world.ts'
import type { Address } from '../../../src/world/network.ts'

const EVERY_MS = 10
const HEALTHY_TOPIC = 'healthy'
export const PLENTY_TOPIC = 'plenty'

export class HealthyClient {
  /** From a send to its acknowledgement, in ms. */
  readonly latencies: number[] = []
  /** What went wrong, in words. */
  readonly wrong: string[] = []
  read = 0
  /** The longest time without a record, in ms. */
  silentMs = 0
  readonly #world: RealWorld
  readonly #client: Client
  #acknowledged = 0
  #isOver = false
  #runs: Promise<void>[] = []

  constructor(bootstrap: Address) {
    this.#world = createRealWorld({
      directory: 'memory',
      onHalt: (reason) => {
        throw reason
      },
    })
    this.#client = new Client(this.#world, { bootstrap: [bootstrap], clientId: 'healthy' })
  }

  /** Makes its topics, and puts `plentyBytes` into the one that slow readers fetch. */
  async prepare(plentyBytes: number): Promise<void> {
    const kept = { 'retention.bytes': '-1', 'retention.ms': '-1' }
    // One fetch is answered from one segment: a large one lets slow readers ask for all they may have.
    const configs = { ...kept, 'max.message.bytes': '1048588', 'segment.bytes': '1073741824' }
    const topics = [HEALTHY_TOPIC, PLENTY_TOPIC].map((name) => ({ name, numPartitions: 1, configs }))
    for (const outcome of await this.#client.createTopics(topics)) {
      if (outcome.kind === 'failed') throw new Error(`${outcome.error}: ${outcome.message}`)
    }
    const producer = this.#client.producer()
    const value = new Uint8Array(500_000)
    for (let sent = 0; sent < plentyBytes; sent += value.length) {
      const outcome = await producer.send({ topic: PLENTY_TOPIC, value })
      if (outcome.kind === 'failed') throw new Error(`${outcome.error}: ${outcome.message}`)
    }
    producer.close()
  }

  start(): void {
    this.#runs = [this.#produce(), this.#consume()]
  }

  /** Ends when everything acknowledged was read. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#runs)
    if (this.read !== this.#acknowledged) this.wrong.push(`${this.#acknowledged} acknowledged, ${this.read} read`)
  }

  /** Whatever is under way fails. */
  close(): void {
    this.#isOver = true
    this.#client.close()
    this.#world.close()
  }

  /** Names of topics there are. */
  async topics(): Promise<readonly string[]> {
    const found = await this.#client.describeTopics()
    return found.kind === 'ok' ? found.value.map(({ name }) => name) : []
  }

  async #produce(): Promise<void> {
    const producer = this.#client.producer({ lingerMs: 0 })
    while (!this.#isOver) {
      const from = performance.now()
      const outcome = await producer.send({ topic: HEALTHY_TOPIC, value: new Uint8Array(100) })
      this.latencies.push(performance.now() - from)
      if (outcome.kind === 'failed') this.wrong.push(`not acknowledged: ${outcome.error}, ${outcome.message}`)
      else this.#acknowledged++
      await pause(EVERY_MS)
    }
    producer.close()
  }

  async #consume(): Promise<void> {
    const consumer = this.#client.consumer({ fetchMaxWaitMs: 100 })
    consumer.assign([{ topic: HEALTHY_TOPIC, partition: 0, from: 'earliest' }])
    const isBehind = (): boolean => !this.#isOver || this.read < this.#acknowledged
    let silentSince = performance.now()
    while (isBehind()) {
      const outcome = await consumer.poll(200)
      if (outcome.kind === 'failed') this.wrong.push(`not read: ${outcome.error}, ${outcome.message}`)
      else this.read += outcome.records.length
      this.silentMs = Math.max(this.silentMs, Math.round(performance.now() - silentSince))
      // A reader that gets nothing for this long is not being served.
      if (this.silentMs > 60_000) {
        this.wrong.push('nothing could be read for a minute')
        break
      }
      if (outcome.kind === 'records' && outcome.records.length > 0) silentSince = performance.now()
    }
    consumer.close()
  }
}
