/**
 * The partitions on this broker, made from the metadata image, and the operations that wait for them.
 *
 * After a step that appended or flushed, `settle` moves high watermarks and lets waiting operations try to complete:
 * never inside the append. Housekeeping on timers: retention, and the checkpoints of offsets.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import type { Timer } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { logConfigOf } from '../config/topic-settings.ts'
import { Purgatory } from '../delayed/purgatory.ts'
import { asDiskError } from '../log/files.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import { OffsetCheckpoint } from '../log/offset-checkpoint.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { MetadataImage, TopicImage } from '../metadata/image.ts'
import type { Observer } from '../observe/observer.ts'
import { Partition } from './partition.ts'
import type { ReplicationRules } from './rules.ts'

export interface PartitionsOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly rules: ReplicationRules
  readonly directory: LogDirectory
}

export class Partitions {
  /** Produce requests waiting for their records to be vouched for. */
  readonly produces: Purgatory<Partition>
  /** Fetch requests waiting for records. */
  readonly fetches: Purgatory<Partition>
  readonly #options: PartitionsOptions
  readonly #byTopic = new Map<string, Map<number, Partition>>()
  readonly #names = new Map<Uuid, string>()
  readonly #touched = new Set<Partition>()
  readonly #highWatermarks: OffsetCheckpoint
  readonly #timers = new Set<Timer>()
  /** Committed partitions whose log could not be made, for the disk was full; tried again by and by. */
  #unmade: { readonly topic: TopicImage; readonly index: number }[] = []
  /** Flushes that must be done before the last pass of retention may remove files. */
  #flushesDue = 0

  constructor(options: PartitionsOptions) {
    this.#options = options
    this.produces = new Purgatory(options.world.clock)
    this.fetches = new Purgatory(options.world.clock)
    this.#highWatermarks = new OffsetCheckpoint(options.world, 'replication-offset-checkpoint', () => {
      const offsets = new Map<string, number>()
      for (const partition of this.all()) offsets.set(partition.log.directory, partition.highWatermark)
      return offsets
    })
  }

  get(topic: string, index: number): Partition | undefined {
    return this.#byTopic.get(topic)?.get(index)
  }

  /** The name of a topic that has partitions here. */
  nameOf(topicId: Uuid): string | undefined {
    return this.#names.get(topicId)
  }

  *all(): IterableIterator<Partition> {
    for (const partitions of this.#byTopic.values()) yield* partitions.values()
  }

  /** Loads the logs of all topics of the image at a start; directories that belong to none are put aside. */
  async load(image: MetadataImage): Promise<void> {
    const { directory } = this.#options
    const present = new Map<string, Uuid | undefined>()
    for (const found of await directory.partitionDirectories()) present.set(found.directory, found.topicId)
    const wanted = new Map<string, Uuid>()
    for (const topic of image.topics()) {
      for (const { index } of topic.partitions) wanted.set(`${topic.name}-${index}`, topic.id)
    }
    for (const [name, topicId] of present) {
      if (topicId !== undefined && wanted.get(name) === topicId) continue
      if (!name.endsWith('-stray')) directory.setAside(name)
      present.delete(name)
    }
    for (const topic of image.topics()) {
      for (const { index } of topic.partitions) {
        const name = `${topic.name}-${index}`
        if (!present.has(name)) this.#make(topic, index)
        else this.#add(topic, index, await directory.load(name, logConfigOf(this.#options.settings, topic.settings)))
      }
    }
  }

  /** Makes the partitions of a topic that has just been committed. */
  create(topic: TopicImage): void {
    for (const { index } of topic.partitions) this.#make(topic, index)
    const { observer } = this.#options
    if (observer.watching) {
      observer.tell({ type: 'TopicPublished', topic: topic.name, partitions: topic.partitions.length })
    }
  }

  /** Says that a partition's log changed; `settle` sees to the rest. */
  touch(partition: Partition): void {
    this.#touched.add(partition)
  }

  /** Ends a step: moves the high watermarks of what was touched, and lets waiting operations try. */
  settle(): void {
    for (const partition of this.#touched) {
      this.#touched.delete(partition)
      if (!partition.advance()) continue
      this.produces.check(partition)
      this.fetches.check(partition)
    }
  }

  /** Starts retention and checkpoints. */
  startHousekeeping(): void {
    const { settings, directory } = this.#options
    this.#every(settings.value('log.retention.check.interval.ms'), () => this.#retain())
    this.#every(settings.value('log.flush.offset.checkpoint.interval.ms'), () =>
      directory.checkpoint((error) => error && directory.tolerate(error)),
    )
    this.#every(settings.value('replica.high.watermark.checkpoint.interval.ms'), () => {
      this.#highWatermarks.write((error) => error && directory.tolerate(error))
      this.#makeUnmade()
    })
  }

  stopHousekeeping(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  /** Puts the high watermarks on record before a clean stop. */
  checkpointHighWatermarks(done: (error: Error | undefined) => void): void {
    this.#highWatermarks.write(done)
  }

  #make(topic: TopicImage, index: number): void {
    const { directory, settings } = this.#options
    try {
      const config = logConfigOf(settings, topic.settings)
      this.#add(topic, index, directory.create(`${topic.name}-${index}`, topic.id, config))
    } catch (error) {
      directory.tolerate(asDiskError(error))
      this.#unmade.push({ topic, index })
    }
  }

  #makeUnmade(): void {
    const unmade = this.#unmade
    this.#unmade = []
    for (const { topic, index } of unmade) this.#make(topic, index)
  }

  #add(topic: TopicImage, index: number, log: PartitionLog): void {
    const { rules, observer } = this.#options
    const leaderEpoch = topic.partitions[index]!.leaderEpoch
    const partition = new Partition({ topic: topic.name, topicId: topic.id, index, leaderEpoch, log, rules, observer })
    const siblings = this.#byTopic.get(topic.name)
    if (siblings === undefined) this.#byTopic.set(topic.name, new Map([[index, partition]]))
    else siblings.set(index, partition)
    this.#names.set(topic.id, topic.name)
    log.onFlushed(() => {
      this.touch(partition)
      this.settle()
    })
  }

  #retain(): void {
    const { world, settings } = this.#options
    const nowMs = world.clock.wallMs()
    // While files wait to be removed no start moves: they would go with them.
    if (this.#flushesDue === 0) this.#moveStarts(nowMs)
    for (const { log } of this.all()) log.producers.expire(nowMs, settings.value('producer.id.expiration.ms'))
  }

  /**
   * Deletes what has expired and is durable. What is not is flushed first, and goes in a later pass: a start on record
   * above what a power loss leaves would make the log begin without a trace of the producers that wrote to it. For the
   * same reason no file goes before the snapshot of the producers at the new start is durable.
   */
  #moveStarts(nowMs: number): void {
    const { directory } = this.#options
    const moved: PartitionLog[] = []
    for (const { log, highWatermark } of this.all()) {
      if (log.retainedStart(nowMs, highWatermark) > log.recoveryPoint) log.flush()
      const start = log.retainedStart(nowMs, Math.min(highWatermark, log.recoveryPoint))
      if (start <= log.startOffset) continue
      try {
        log.moveStart(start)
        moved.push(log)
      } catch (error) {
        directory.tolerate(asDiskError(error))
      }
    }
    if (moved.length === 0) return
    const undurable = moved.filter((log) => log.recoveryPoint < log.startOffset)
    this.#flushesDue = undurable.length
    for (const log of undurable) {
      log.flush(() => {
        this.#flushesDue--
        if (this.#flushesDue === 0) directory.removeDeleted()
      })
    }
    if (undurable.length === 0) directory.removeDeleted()
  }

  #every(intervalMs: number, act: () => void): void {
    const { clock } = this.#options.world
    const arm = (): void => {
      const timer = clock.setTimer(intervalMs * 1000, () => {
        this.#timers.delete(timer)
        arm()
        act()
      })
      this.#timers.add(timer)
    }
    arm()
  }
}
