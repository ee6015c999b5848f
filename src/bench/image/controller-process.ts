/**
 * The measured node: a process that runs one node that leads its quorum, and answers what it is asked of itself. It ends
 * when whoever started it goes, and leaves Ctrl-C to that one.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Broker } from '../../broker/broker.ts'
import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import { MetadataImage } from '../../broker/metadata/image.ts'
import { loadSnapshot } from '../../broker/metadata/load-snapshot.ts'
import { takeSnapshot } from '../../broker/metadata/take-snapshot.ts'
import { Observer } from '../../broker/observe/observer.ts'
import { snapshotRules } from '../../broker/quorum/snapshots/rules.ts'
import { snapshotPath } from '../../broker/quorum/snapshots/snapshot-files.ts'
import type { SnapshotId } from '../../broker/quorum/snapshots/snapshot-id.ts'
import { createRealWorld, MemoryStorage, type RealWorld } from '../../real/world.ts'
import type { ControllerAnswer, ControllerJob, NodeOptions } from './controller-jobs.ts'
import { CLUSTER_ID } from './controller-requests.ts'
import { LoopWatch } from './loop-watch.ts'

const HOST = '127.0.0.1'
const storage = new MemoryStorage()
let running: { readonly world: RealWorld; readonly broker: Broker } | undefined
let latest: SnapshotId | undefined
let watch: LoopWatch | undefined
/** An image is kept until it is measured. */
const kept: { image: MetadataImage | undefined } = { image: undefined }

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())
process.on('message', (job: ControllerJob) => {
  answerTo(job)
    .catch(
      (error): ControllerAnswer => ({ kind: 'failed', reason: error instanceof Error ? error.message : `${error}` }),
    )
    .then((answer) => process.send?.(answer))
})

async function answerTo(job: ControllerJob): Promise<ControllerAnswer> {
  switch (job.kind) {
    case 'start':
      return start(job.node)
    case 'watch':
      watch = new LoopWatch()
      return { kind: 'watching' }
    case 'unwatch':
      return { kind: 'watched', ...(await watch!.end()) }
    case 'measure-heap':
      return { kind: 'heap', bytes: heapBytes() }
    case 'snapshot':
      return snapshot()
    case 'measure-image':
      return measureImage()
  }
}

async function start({ directory, port, roles }: NodeOptions): Promise<ControllerAnswer> {
  running?.world.close()
  running = undefined
  const world = createRealWorld({
    directory: directory ?? storage,
    onHalt: (reason) => {
      throw reason
    },
  })
  const settings = {
    ...{ 'process.roles': roles, 'controller.quorum.voters': `1@${HOST}:${port}` },
    'broker.session.timeout.ms': '600000',
  }
  const from = performance.now()
  const broker = await Broker.start(world, { listen: { host: HOST, port: 0 }, settings, clusterId: CLUSTER_ID })
  running = { world, broker }
  return { kind: 'started', ms: performance.now() - from }
}

function snapshot(): Promise<ControllerAnswer> {
  const { world, broker } = running!
  const observer = new Observer(world.trace)
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const place = { world, observer, rules: snapshotRules, directory: METADATA_DIRECTORY }
    latest = takeSnapshot({ ...place, lastContainedTimestamp: Date.now() }, broker.image, (error) => {
      if (error !== undefined) return reject(error)
      const ms = performance.now() - from
      const file = world.disk.open(snapshotPath(METADATA_DIRECTORY, latest!), { create: false })
      resolve({ kind: 'snapshot', ms, bytes: file.size })
      file.close()
    })
  })
}

async function measureImage(): Promise<ControllerAnswer> {
  const { world } = running!
  const before = heapBytes()
  const image = new MetadataImage()
  await new Promise<void>((resolve, reject) =>
    loadSnapshot({ world, directory: METADATA_DIRECTORY, id: latest! }, image, (error) =>
      error === undefined ? resolve() : reject(error),
    ),
  )
  kept.image = image
  const bytes = heapBytes() - before
  kept.image = undefined
  return { kind: 'image', bytes }
}

/** Bytes of live objects. */
function heapBytes(): number {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
