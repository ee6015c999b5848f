/**
 * A cluster of scripted brokers on simulated machines, to test the client against: real frames over the simulated network,
 * logs in memory, and for each partition a script of what is to become of the next attempts to produce.
 */

import { Client } from '../../../src/client/client.ts'
import type { ClientOptions } from '../../../src/client/options.ts'
import { type Api, apis } from '../../../src/protocol/apis.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { encodeResponse } from '../../../src/protocol/headers.ts'
import type { ProduceRequest } from '../../../src/protocol/messages/00-produce.ts'
import type { FetchRequest } from '../../../src/protocol/messages/01-fetch.ts'
import { batchBaseSequence, batchProducerEpoch } from '../../../src/protocol/record-batch.ts'
import type { Encodable, Message } from '../../../src/protocol/schema.ts'
import type { Uuid } from '../../../src/protocol/uuid.ts'
import type { SimWorld } from '../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../../../src/sim/devices/simulated-machines.ts'
import type { Host } from '../../../src/sim/loop/host.ts'
import type { ServerRequest } from '../../../src/wire/exchange.ts'
import { ServerConnection } from '../../../src/wire/server-connection.ts'
import { ScriptedFetches } from './scripted-fetches.ts'
import { ScriptedLog } from './scripted-log.ts'

/**
 * What becomes of one attempt to produce to a partition: `append` first or not, then an answer with this code, or
 * `lose`: the connection is reset in place of an answer, or `silence`: no answer ever.
 */
export interface ProduceScript {
  readonly append: boolean
  readonly answer: number | 'lose' | 'silence'
  /** Before this is answered (and after it was appended). */
  readonly before?: () => void
}

/** One attempt to produce one batch, as a broker saw it. */
export interface Attempt {
  readonly node: number
  readonly version: number
  readonly topic: string
  readonly partition: number
  readonly epoch: number
  readonly sequence: number
}

interface ScriptedTopic {
  readonly name: string
  readonly id: Uuid
  readonly logs: ScriptedLog[]
}

const port = 9092

const host: Host = {
  drain: (resume) => {
    setImmediate(resume)
    return false
  },
  breathe: (resume) => void setImmediate(resume),
  shouldBreathe: () => false,
}

/** See the head of this file. Brokers have the ids 1, 2, …; the client's machine is 100. */
export class ScriptedCluster {
  readonly machines: SimulatedMachines
  readonly topics = new Map<string, ScriptedTopic>()
  readonly attempts: Attempt[] = []
  /** Names of the APIs asked for, but for ApiVersions, in order. */
  readonly asked: string[] = []
  readonly fetches: ScriptedFetches
  /** The highest version told of an API, by its key. */
  readonly versionMax = new Map<number, number>()
  /** Codes to answer the next InitProducerId requests with. */
  readonly identityErrors: number[] = []
  /** Codes to answer the next CreateTopics requests with; `lose` creates, and resets the connection. */
  readonly createScripts: (number | 'lose')[] = []
  /** Metadata requests that are answered without any topic. */
  ignorantMetadata = 0
  readonly #scripts = new Map<ScriptedLog, ProduceScript[]>()
  readonly #clientWorld: SimWorld
  readonly #brokers: SimWorld[] = []
  #nextProducerId = 1000

  constructor(brokerCount = 1, seed = 1) {
    this.machines = createSimulatedMachines({ seed, eventsMax: 500_000 })
    this.fetches = new ScriptedFetches(this)
    for (let id = 1; id <= brokerCount; id++) {
      const world = this.machines.addNode({ id, hostName: `broker-${id}` }).startLife()
      this.#brokers.push(world)
      world.network.listen(
        { host: `broker-${id}`, port },
        (connection) =>
          new ServerConnection(connection, {
            request: (request, server) => this.#handle(id, world, request, server),
            malformed: (_error, server) => server.reset(),
            closed: () => undefined,
          }),
        () => undefined,
      )
    }
    this.#clientWorld = this.machines.addNode({ id: 100, hostName: 'client' }).startLife()
  }

  get nowMs(): number {
    return Math.floor(this.machines.loop.nowUs / 1000)
  }

  addTopic(name: string, partitions: number): ScriptedLog[] {
    const logs = Array.from({ length: partitions }, (_, index) => new ScriptedLog(1 + (index % this.#brokers.length)))
    const id = `${name}AAAAAAAAAAAAAAAAAAAAAA`.slice(0, 21).concat('A') as Uuid
    this.topics.set(name, { name, id, logs })
    return logs
  }

  script(log: ScriptedLog, ...scripts: ProduceScript[]): void {
    this.#scripts.set(log, [...(this.#scripts.get(log) ?? []), ...scripts])
  }

  client(options: Partial<ClientOptions> = {}): Client {
    const bootstrap = this.#brokers.map((_, index) => ({ host: `broker-${index + 1}`, port }))
    return new Client(this.#clientWorld, { bootstrap, clientId: 'test', ...options })
  }

  /** Lets virtual time pass until the promise is settled; its value. Fails after ten virtual minutes. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const end = () => {
      settled = true
    }
    promise.then(end, end)
    const limitUs = this.machines.loop.nowUs + 600_000_000
    await this.machines.loop.runUntil(() => settled || this.machines.loop.nowUs > limitUs, host)
    if (!settled) throw new Error('nothing more happens, or ten minutes have passed, and the promise is not settled')
    return promise
  }

  /** Lets this much virtual time pass. */
  async pass(milliseconds: number): Promise<void> {
    const untilUs = this.machines.loop.nowUs + milliseconds * 1000
    this.#clientWorld.clock.setTimer(milliseconds * 1000, () => undefined)
    await this.machines.loop.runUntil(() => this.machines.loop.nowUs >= untilUs, host)
  }

  log(topic: string, partition: number): ScriptedLog {
    return this.topics.get(topic)!.logs[partition]!
  }

  /** The topic that an id or a name stands for. */
  topicOf(name: string, id: Uuid): ScriptedTopic {
    return this.topics.get(name) ?? [...this.topics.values()].find((topic) => topic.id === id)!
  }

  #handle(node: number, world: SimWorld, request: ServerRequest, server: ServerConnection): void {
    const { header, bytes, bodyStart, bodyEnd } = request
    const version = header.apiVersion
    const decode = <M extends Message>(schema: M) => decodeMessage(schema, version, bytes, bodyStart, bodyEnd)
    const reply = <Q extends Message, R extends Message>(api: Api<Q, R>, body: Encodable<R>) =>
      request.reply(encodeResponse(api, version, header.correlationId, body))
    if (header.api !== apis.apiVersions) this.asked.push(header.api!.name)
    switch (header.api) {
      case apis.apiVersions:
        return reply(apis.apiVersions, this.#versions())
      case apis.metadata:
        return reply(apis.metadata, this.#metadata(decode(apis.metadata.request).topics))
      case apis.initProducerId: {
        const code = this.identityErrors.shift() ?? 0
        const producerId = code === 0 ? this.#nextProducerId++ : -1
        return reply(apis.initProducerId, { errorCode: code, producerId, producerEpoch: code === 0 ? 0 : -1 })
      }
      case apis.createTopics: {
        const script = this.createScripts.shift() ?? 0
        const topics = decode(apis.createTopics.request).topics.map(({ name, numPartitions }) => {
          const exists = this.topics.has(name)
          if (!exists && (script === 0 || script === 'lose')) this.addTopic(name, numPartitions)
          const code = script !== 0 && script !== 'lose' ? script : exists ? errorCode.TOPIC_ALREADY_EXISTS : 0
          return { name, errorCode: code, errorMessage: null, numPartitions, configs: null }
        })
        return script === 'lose' ? server.reset() : reply(apis.createTopics, { topics })
      }
      case apis.listOffsets:
        return reply(apis.listOffsets, this.fetches.listOffsets(decode(apis.listOffsets.request)))
      case apis.fetch: {
        const body: FetchRequest = decode(apis.fetch.request)
        return this.fetches.fetch(node, world, version, body, (answer) =>
          answer === 'lose' ? server.reset() : reply(apis.fetch, answer),
        )
      }
      default:
        return this.#produce(node, version, decode(apis.produce.request), request, server)
    }
  }

  #produce(
    node: number,
    version: number,
    body: ProduceRequest,
    request: ServerRequest,
    server: ServerConnection,
  ): void {
    const ends: ('lose' | 'silence')[] = []
    const responses = body.topicData.map((data) => {
      const topic = this.topicOf(data.name, data.topicId)
      const partitionResponses = data.partitionData.map(({ index, records }) => {
        const answered = this.#attempt(node, version, topic, index, records!)
        if (typeof answered.code === 'string') ends.push(answered.code)
        const code = typeof answered.code === 'string' ? 0 : answered.code
        return { index, errorCode: code, baseOffset: answered.baseOffset }
      })
      return { name: data.name, topicId: data.topicId, partitionResponses }
    })
    if (ends.includes('lose')) server.reset()
    else if (ends.length === 0) {
      if (body.acks === 0) request.reply('none')
      else request.reply(encodeResponse(apis.produce, version, request.header.correlationId, { responses }))
    }
  }

  #attempt(
    node: number,
    version: number,
    topic: ScriptedTopic,
    partition: number,
    records: Uint8Array,
  ): { code: number | 'lose' | 'silence'; baseOffset: number } {
    const log = topic.logs[partition]!
    const epoch = batchProducerEpoch(records, 0)
    const sequence = batchBaseSequence(records, 0)
    this.attempts.push({ node, version, topic: topic.name, partition, epoch, sequence })
    if (log.leader !== node) return { code: errorCode.NOT_LEADER_OR_FOLLOWER, baseOffset: -1 }
    const script = this.#scripts.get(log)?.shift()
    const appended = script === undefined || script.append ? log.append(records) : { code: 0, baseOffset: -1 }
    script?.before?.()
    if (script === undefined || script.answer === 0) return appended
    return { code: script.answer, baseOffset: -1 }
  }

  #versions(): Encodable<typeof apis.apiVersions.response> {
    const apiKeys = Object.values(apis).map(({ key, advertised }) => ({
      apiKey: key,
      minVersion: advertised.min,
      maxVersion: this.versionMax.get(key) ?? advertised.max,
    }))
    return { errorCode: 0, apiKeys }
  }

  #metadata(asked: readonly { readonly name: string | null }[] | null): Encodable<typeof apis.metadata.response> {
    const names = asked === null ? [...this.topics.keys()] : asked.map(({ name }) => name!)
    const isIgnorant = this.ignorantMetadata > 0
    if (isIgnorant) this.ignorantMetadata--
    const topics = names.map((name) => {
      const topic = isIgnorant ? undefined : this.topics.get(name)
      const code = name === 'not a topic' ? errorCode.INVALID_TOPIC_EXCEPTION : errorCode.UNKNOWN_TOPIC_OR_PARTITION
      if (topic === undefined) return { errorCode: code, name, partitions: [] }
      const partitions = topic.logs.map((log, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: log.leader,
        leaderEpoch: log.leaderEpoch,
        replicaNodes: [log.leader],
        isrNodes: [log.leader],
      }))
      return { errorCode: 0, name, topicId: topic.id, partitions }
    })
    const brokers = this.#brokers.map((_, index) => ({ nodeId: index + 1, host: `broker-${index + 1}`, port }))
    return { brokers, controllerId: 1, topics }
  }
}

/** Text as bytes; ASCII only. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
