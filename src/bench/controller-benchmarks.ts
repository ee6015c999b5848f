/**
 * How long creating and deleting partitions takes at an active controller, and how long it holds the event loop meanwhile:
 * as one topic, and as topics of ten partitions, three replicas each.
 *
 * A controller alone with its quorum, on a disk in memory; the brokers are only registered, so that what is measured is the
 * controller. Requests come over the loopback from this same process, whose part in it is small. The loop is watched by
 * the wall (`monitorEventLoopDelay`), where neighbours on a shared machine show, and in processor time from one round of
 * the loop to the next, in which the threads of the collector and the compiler are counted in.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { Broker } from '../broker/broker.ts'
import { Peers } from '../broker/peers/peers.ts'
import { type Api, apis } from '../protocol/apis.ts'
import { errorCode } from '../protocol/errors.ts'
import type { Decoded, Encodable, Message } from '../protocol/schema.ts'
import { type Uuid, uuidFromBytes, ZERO_UUID } from '../protocol/uuid.ts'
import { createRealWorld, type RealWorld } from '../real/world.ts'
import type { Address } from '../world/network.ts'

const BROKERS = 6
const REPLICAS = 3
const PARTITIONS_PER_TOPIC = 10
/** Topics of one request. */
const TOPICS_PER_REQUEST = 100
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'
const TIMEOUT_MS = 60_000
/** How finely the loop is watched; each delay that is told has this taken off. */
const RESOLUTION_MS = 1

/** One kind of change; times in milliseconds. */
export interface ControllerCost {
  readonly what: string
  readonly ms: number
  /** The longest that the event loop was held, by the wall. */
  readonly longestTurnMs: number
  /** The most processor time of one round of the event loop. */
  readonly longestTurnCpuMs: number
}

/** Creates and deletes so many partitions (at most 9 000 of them in one topic), `runs` times; medians. */
export async function measureController(partitions: number, runs: number): Promise<readonly ControllerCost[]> {
  const all: (readonly ControllerCost[])[] = []
  // One run more than counts: the first compiles.
  for (let run = 0; run <= runs; run++) all.push(await measureOnce(partitions))
  const counted = all.slice(1)
  return counted[0]!.map(({ what }, index) => {
    const median = (of: (cost: ControllerCost) => number): number =>
      counted.map((costs) => of(costs[index]!)).sort((a, b) => a - b)[Math.floor(runs / 2)]!
    return {
      ...{ what, ms: median(({ ms }) => ms), longestTurnMs: median(({ longestTurnMs }) => longestTurnMs) },
      longestTurnCpuMs: median(({ longestTurnCpuMs }) => longestTurnCpuMs),
    }
  })
}

/** The costs as lines of a table. */
export function controllerCostLines(costs: readonly ControllerCost[]): readonly string[] {
  const width = Math.max(...costs.map(({ what }) => what.length))
  return costs.map(({ what, ms, longestTurnMs, longestTurnCpuMs }) => {
    const turn = `longest turn ${longestTurnMs.toFixed(1)} ms, of the processor ${longestTurnCpuMs.toFixed(1)} ms`
    return `${what.padEnd(width)}${`${ms.toFixed(0)} ms`.padStart(10)}   ${turn}`
  })
}

async function measureOnce(partitions: number): Promise<readonly ControllerCost[]> {
  const world = createRealWorld({
    directory: 'memory',
    onHalt: (reason) => {
      throw reason
    },
  })
  const controller = await RunningController.start(world)
  try {
    return await changes(controller, partitions)
  } finally {
    await controller.stop()
    world.close()
  }
}

async function changes(controller: RunningController, partitions: number): Promise<readonly ControllerCost[]> {
  const wide = Math.min(partitions, 9000)
  const names = Array.from({ length: partitions / PARTITIONS_PER_TOPIC }, (_, number) => `topic-${number}`)
  const ofTen = `${names.length} topics of ${PARTITIONS_PER_TOPIC} partitions`
  return [
    await timed(`create a topic of ${wide} partitions`, () => controller.create(['wide'], wide)),
    await timed('delete it', () => controller.remove(['wide'])),
    await timed(`create ${ofTen}`, async () => {
      for (const some of grouped(names)) await controller.create(some, PARTITIONS_PER_TOPIC)
    }),
    await timed('delete them', async () => {
      for (const some of grouped(names)) await controller.remove(some)
    }),
  ]
}

async function timed(what: string, act: () => Promise<void>): Promise<ControllerCost> {
  // What came before is over, and collected: it is not to be told as this.
  await pause(50)
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  await pause(10)
  const rounds = new Rounds()
  delays.reset()
  const from = performance.now()
  await act()
  const ms = performance.now() - from
  // The turn that ended it is told with the next tick of the watch.
  await pause(10)
  delays.disable()
  const longestTurnMs = Math.max(0, delays.max / 1e6 - RESOLUTION_MS)
  return { what, ms, longestTurnMs, longestTurnCpuMs: rounds.end() }
}

/** Watches the rounds of the event loop, from its making to `end`. */
class Rounds {
  #longestUs = 0
  #last = process.cpuUsage()
  #isOver = false

  constructor() {
    setImmediate(() => this.#tick())
  }

  /** The longest, in ms of processor time. */
  end(): number {
    this.#isOver = true
    return this.#longestUs / 1000
  }

  #tick(): void {
    const { user, system } = process.cpuUsage(this.#last)
    this.#longestUs = Math.max(this.#longestUs, user + system)
    this.#last = process.cpuUsage()
    if (!this.#isOver) setImmediate(() => this.#tick())
  }
}

/** A controller that leads, with brokers that are registered and unfenced. */
class RunningController {
  readonly #broker: Broker
  readonly #peers: Peers
  readonly #address: Address

  private constructor(broker: Broker, peers: Peers, address: Address) {
    this.#broker = broker
    this.#peers = peers
    this.#address = address
  }

  static async start(world: RealWorld): Promise<RunningController> {
    const address = { host: '127.0.0.1', port: 19_093 }
    const settings = {
      ...{ 'process.roles': 'controller', 'controller.quorum.voters': `1@${address.host}:${address.port}` },
      'broker.session.timeout.ms': '600000',
    }
    const broker = await Broker.start(world, {
      listen: { host: address.host, port: 0 },
      settings,
      clusterId: CLUSTER_ID,
    })
    const peers = new Peers({ world, clientId: 'benchmark', setupTimeoutMs: TIMEOUT_MS })
    const running = new RunningController(broker, peers, address)
    for (let id = 1; id <= BROKERS; id++) await running.#register(10 + id)
    return running
  }

  async create(names: readonly string[], numPartitions: number): Promise<void> {
    const topics = names.map((name) => ({
      name,
      numPartitions,
      replicationFactor: REPLICAS,
      assignments: [],
      configs: [],
    }))
    const answer = await this.#ask(apis.createTopics, { topics, timeoutMs: TIMEOUT_MS })
    for (const topic of answer.topics) check(topic.errorCode, `${topic.name} was created`)
  }

  async remove(names: readonly string[]): Promise<void> {
    const topics = names.map((name) => ({ name, topicId: ZERO_UUID }))
    const answer = await this.#ask(apis.deleteTopics, { topics, topicNames: names, timeoutMs: TIMEOUT_MS })
    for (const topic of answer.responses) check(topic.errorCode, `${topic.name} was deleted`)
  }

  async stop(): Promise<void> {
    this.#peers.close()
    await this.#broker.stop()
  }

  async #register(brokerId: number): Promise<void> {
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

function grouped(names: readonly string[]): readonly (readonly string[])[] {
  const groups: (readonly string[])[] = []
  for (let from = 0; from < names.length; from += TOPICS_PER_REQUEST)
    groups.push(names.slice(from, from + TOPICS_PER_REQUEST))
  return groups
}

function uuidOf(number: number): Uuid {
  return uuidFromBytes(new Uint8Array(16).fill(number))
}
