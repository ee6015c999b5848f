/**
 * What a metadata image costs by the number of its partitions: to decode and fold the records that create them, to
 * freeze, to write a snapshot and load it, to remove them; the longest the event loop was held while doing it; and the
 * memory of each partition. Topics of ten partitions, three replicas each.
 *
 * The disk is in memory: what is measured is the program. Single steps are measured in processor time, which neighbours on
 * a shared machine do not change; snapshots by the wall, with a clock whose timers take a millisecond or more.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MetadataImage } from '../broker/metadata/image.ts'
import { loadSnapshot } from '../broker/metadata/load-snapshot.ts'
import { snapshotRules } from '../broker/quorum/snapshots/rules.ts'
import { snapshotFileName } from '../broker/quorum/snapshots/snapshot-id.ts'
import { writeSnapshot } from '../broker/quorum/snapshots/snapshot-writer.ts'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecordInput,
} from '../protocol/metadata-records/table.ts'
import { type Uuid, uuidFromBytes } from '../protocol/uuid.ts'
import { createRealWorld } from '../real/world.ts'
import type { World } from '../world/world.ts'

const PARTITIONS_PER_TOPIC = 10
const BROKERS = 6
/** Topics of one batch. */
const TOPICS_PER_BATCH = 20

/** What an image of so many partitions costs; times in milliseconds, medians of several runs. */
export interface ImageCost {
  readonly partitions: number
  readonly bytesPerPartition: number
  readonly foldMs: number
  readonly freezeMs: number
  readonly snapshotMs: number
  readonly snapshotBytes: number
  readonly loadMs: number
  readonly removeMs: number
  /** The longest that any one step of all this held the event loop. */
  readonly longestTurnMs: number
}

/** Measures images of each size, `runs` times each. */
export async function measureImages(sizes: readonly number[], runs: number): Promise<readonly ImageCost[]> {
  const costs: ImageCost[] = []
  for (const partitions of sizes) {
    const measured: ImageCost[] = []
    // One run more than counts: the first compiles.
    for (let run = 0; run <= runs; run++) measured.push(await measureImage(partitions))
    const median = (of: (cost: ImageCost) => number): number =>
      measured
        .slice(1)
        .map(of)
        .sort((a, b) => a - b)[Math.floor(runs / 2)]!
    costs.push({
      partitions,
      bytesPerPartition: median((cost) => cost.bytesPerPartition),
      foldMs: median((cost) => cost.foldMs),
      freezeMs: median((cost) => cost.freezeMs),
      snapshotMs: median((cost) => cost.snapshotMs),
      snapshotBytes: median((cost) => cost.snapshotBytes),
      loadMs: median((cost) => cost.loadMs),
      removeMs: median((cost) => cost.removeMs),
      longestTurnMs: median((cost) => cost.longestTurnMs),
    })
  }
  return costs
}

/** The costs as lines of a table. */
export function imageCostLines(costs: readonly ImageCost[]): readonly string[] {
  const rows = costs.map((cost) =>
    [
      cost.partitions.toLocaleString('en'),
      `${cost.bytesPerPartition.toFixed(0)} B`,
      ...[cost.foldMs, cost.freezeMs, cost.snapshotMs, cost.loadMs, cost.removeMs].map((ms) => `${ms.toFixed(2)} ms`),
      `${(cost.snapshotBytes / 1024).toFixed(0)} KiB`,
      `${cost.longestTurnMs.toFixed(1)} ms`,
    ].map((cell) => cell.padStart(12)),
  )
  const titles = ['partitions', 'each', 'fold', 'freeze', 'snapshot', 'load', 'remove', 'file', 'longest turn']
  return [titles.map((title) => title.padStart(12)), ...rows].map((cells) => cells.join(''))
}

async function measureImage(partitions: number): Promise<ImageCost> {
  const turns = new Turns()
  const world = turns.watch(
    createRealWorld({
      directory: 'memory',
      onHalt: (reason) => {
        throw reason
      },
    }),
  )
  const batches = creation(partitions)
  const before = usedBytes()
  const image = new MetadataImage()
  const foldMs = fold(image, batches, turns)
  const bytesPerPartition = (usedBytes() - before) / partitions
  const freezeMs = turns.time(() => image.freeze())
  const frozen = image.freeze()
  const id = snapshotRules.idOf({ offset: frozen.endOffset - 1, epoch: frozen.epoch })
  const name = snapshotFileName(id)
  const content = { epoch: id.epoch, lastContainedTimestamp: 0, records: frozen.records() }
  const place = { world, rules: snapshotRules, directory: '', name }
  const snapshotMs = await elapsed((done) => writeSnapshot(place, content, done))
  const other = new MetadataImage()
  const loadMs = await elapsed((done) => loadSnapshot({ world, directory: '', id }, other, done))
  if (other.hash !== image.hash) throw new Error('the image that was loaded is not the one that was written')
  const file = world.disk.open(name, { create: false })
  const { size: snapshotBytes } = file
  file.close()
  const removeMs = fold(image, removal(image), turns)
  return {
    ...{ partitions, bytesPerPartition, foldMs, freezeMs, snapshotMs, snapshotBytes, loadMs, removeMs },
    longestTurnMs: turns.longestMs,
  }
}

/** How long single steps hold the event loop, in processor time (the collector's threads included). */
class Turns {
  longestMs = 0

  time(step: () => void): number {
    const before = process.cpuUsage()
    step()
    const { user, system } = process.cpuUsage(before)
    const ms = (user + system) / 1000
    this.longestMs = Math.max(this.longestMs, ms)
    return ms
  }

  /** The world, with a clock whose timers are measured. */
  watch(world: World): World {
    const { clock } = world
    return {
      ...world,
      clock: {
        wallMs: () => clock.wallMs(),
        monotonicUs: () => clock.monotonicUs(),
        setTimer: (delayUs, fire) => clock.setTimer(delayUs, () => void this.time(fire)),
      },
    }
  }
}

function fold(image: MetadataImage, batches: readonly (readonly Uint8Array[])[], turns: Turns): number {
  let ms = 0
  for (const batch of batches) {
    const baseOffset = image.endOffset
    ms += turns.time(() =>
      image.apply({
        ...{ baseOffset, endOffset: baseOffset + batch.length, epoch: 1 },
        records: batch.map(decodeMetadataRecord),
      }),
    )
  }
  return ms
}

function creation(partitions: number): readonly (readonly Uint8Array[])[] {
  const topics = Array.from({ length: partitions / PARTITIONS_PER_TOPIC }, (_, number) => topicRecords(number))
  return grouped(topics)
}

function topicRecords(number: number): readonly MetadataRecordInput[] {
  const topicId = uuidOf(number + 1)
  const records: MetadataRecordInput[] = [{ type: 'TopicRecord', version: 0, name: `topic-${number}`, topicId }]
  for (let partitionId = 0; partitionId < PARTITIONS_PER_TOPIC; partitionId++) {
    const replicas = [0, 1, 2].map((replica) => 1 + ((number + partitionId + replica) % BROKERS))
    records.push({
      ...{ type: 'PartitionRecord', version: 2, partitionId, topicId, replicas, isr: replicas },
      ...{ removingReplicas: [], addingReplicas: [], leader: replicas[0]!, leaderEpoch: 0, partitionEpoch: 0 },
      directories: replicas.map((id) => uuidOf(1_000_000 + id)),
    })
  }
  return records
}

function removal(image: MetadataImage): readonly (readonly Uint8Array[])[] {
  const records = Array.from(image.topics(), ({ id: topicId }): readonly MetadataRecordInput[] => [
    { type: 'RemoveTopicRecord', version: 0, topicId },
  ])
  return grouped(records)
}

function grouped(topics: readonly (readonly MetadataRecordInput[])[]): readonly (readonly Uint8Array[])[] {
  const batches: (readonly Uint8Array[])[] = []
  for (let from = 0; from < topics.length; from += TOPICS_PER_BATCH) {
    batches.push(topics.slice(from, from + TOPICS_PER_BATCH).flatMap((records) => records.map(encodeMetadataRecord)))
  }
  return batches
}

function uuidOf(number: number): Uuid {
  const bytes = new Uint8Array(16).fill(0xa5)
  for (let index = 0; index < 4; index++) bytes[index] = (number >>> (8 * index)) & 0xff
  return uuidFromBytes(bytes)
}

function elapsed(start: (done: (error: Error | undefined) => void) => void): Promise<number> {
  const from = performance.now()
  return new Promise((resolve, reject) => {
    start((error) => (error === undefined ? resolve(performance.now() - from) : reject(error)))
  })
}

/** Bytes of live objects. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}
