/**
 * One run: a node is started in a process of its own, and so many partitions are created, written to a snapshot, loaded
 * from it by the node that starts again, and deleted, by requests from this process. Before that the same is done with a
 * thousand partitions, so that what is measured is compiled; the heap is measured from there.
 */

import { createServer } from 'node:net'
import type { World } from '../../world/world.ts'
import type { Holds, NodeOptions } from './controller-jobs.ts'
import { ControllerRequests } from './controller-requests.ts'
import type { ImageSetup, ImageStep } from './image-benchmark.ts'
import { MeasuredNode } from './measured-node.ts'

const HOST = '127.0.0.1'
const REHEARSAL_PARTITIONS = 1_000
/** Brokers of a controller alone: they are only registered. */
const BROKERS = [11, 12, 13, 14, 15, 16]
/** Partitions of one request, in small topics. */
const PARTITIONS_PER_REQUEST = 1_000
/** The most that one request may create in one topic: each is a record, and so is the topic. */
const PARTITIONS_OF_A_REQUEST_MAX = 9_999

/** A step of one run. */
export interface StepRun extends Holds {
  readonly ms: number
}

/** What one run found. */
export interface ImageRun {
  readonly steps: Readonly<Record<ImageStep, StepRun>>
  readonly imageBytes: number
  readonly nodeBytes: number
  readonly snapshotBytes: number
}

/** Runs it on a disk in `directory`, which is empty; a node with a broker on one in memory, for it opens many files. */
export async function runImage(
  world: World,
  setup: ImageSetup,
  partitions: number,
  directory: string,
): Promise<ImageRun> {
  const port = await freePort()
  const { roles } = setup
  const hasBroker = roles !== 'controller'
  const options: NodeOptions = { directory: hasBroker ? null : directory, port, roles }
  const node = new MeasuredNode()
  const requests = new ControllerRequests(world, { host: HOST, port })
  try {
    await node.ask({ kind: 'start', node: options }, 'started')
    if (!hasBroker) for (const id of BROKERS) await requests.register(id)
    const run = new ImageSteps(node, options, requests, setup)
    await run.take(REHEARSAL_PARTITIONS)
    return await run.take(partitions)
  } finally {
    requests.close()
    await node.close()
  }
}

class ImageSteps {
  readonly #node: MeasuredNode
  readonly #options: NodeOptions
  readonly #requests: ControllerRequests
  readonly #setup: ImageSetup
  #takes = 0

  constructor(node: MeasuredNode, options: NodeOptions, requests: ControllerRequests, setup: ImageSetup) {
    this.#node = node
    this.#options = options
    this.#requests = requests
    this.#setup = setup
  }

  /** Every step, with so many partitions. */
  async take(partitions: number): Promise<ImageRun> {
    const topics = this.#topics(partitions)
    const before = await this.#heapBytes()
    const created = await this.#timed(() => lasting(this.#create(topics, partitions)))
    const nodeBytes = (await this.#heapBytes()) - before
    let snapshotBytes = 0
    const written = await this.#timed(async () => {
      const { ms, bytes } = await this.#node.ask({ kind: 'snapshot' }, 'snapshot')
      snapshotBytes = bytes
      return ms
    })
    const { bytes: imageBytes } = await this.#node.ask({ kind: 'measure-image' }, 'image')
    const loaded = await this.#timed(
      async () => (await this.#node.ask({ kind: 'start', node: this.#options }, 'started')).ms,
    )
    const deleted = await this.#timed(() => lasting(this.#remove(topics)))
    const steps = { create: created, snapshot: written, load: loaded, delete: deleted }
    return { steps, nodeBytes, imageBytes, snapshotBytes }
  }

  /** Names of topics, by request. */
  #topics(partitions: number): readonly (readonly string[])[] {
    const prefix = `topic-${this.#takes++}`
    const { partitionsPerTopic } = this.#setup
    if (partitionsPerTopic === undefined) return [[prefix]]
    const names = Array.from({ length: partitions / partitionsPerTopic }, (_, index) => `${prefix}-${index}`)
    const perRequest = PARTITIONS_PER_REQUEST / partitionsPerTopic
    return Array.from({ length: Math.ceil(names.length / perRequest) }, (_, index) =>
      names.slice(index * perRequest, (index + 1) * perRequest),
    )
  }

  async #create(topics: readonly (readonly string[])[], partitions: number): Promise<void> {
    const replicas = this.#options.roles === 'controller' ? 3 : 1
    const { partitionsPerTopic } = this.#setup
    if (partitionsPerTopic !== undefined) {
      for (const names of topics) await this.#requests.create(names, partitionsPerTopic, replicas)
      return
    }
    const [name = ''] = topics[0] ?? []
    await this.#requests.create([name], Math.min(partitions, PARTITIONS_OF_A_REQUEST_MAX), replicas)
    if (partitions > PARTITIONS_OF_A_REQUEST_MAX) await this.#requests.extend(name, partitions)
  }

  async #remove(topics: readonly (readonly string[])[]): Promise<void> {
    for (const names of topics) await this.#requests.remove(names)
  }

  /** What `act` took, as it says; and how long it held the node's loop. */
  async #timed(act: () => Promise<number>): Promise<StepRun> {
    await this.#heapBytes()
    await this.#node.ask({ kind: 'watch' }, 'watching')
    const ms = await act()
    const { longestMs, longestCpuMs } = await this.#node.ask({ kind: 'unwatch' }, 'watched')
    return { ms, longestMs, longestCpuMs }
  }

  async #heapBytes(): Promise<number> {
    return (await this.#node.ask({ kind: 'measure-heap' }, 'heap')).bytes
  }
}

/** The ms until it is over, as seen from here. */
async function lasting(acted: Promise<void>): Promise<number> {
  const from = performance.now()
  await acted
  return performance.now() - from
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, HOST, () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
