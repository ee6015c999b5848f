/**
 * The partitions of which this broker has a replica, as the metadata image has them, and the operations that wait.
 *
 * `load` makes what the image has at a start; from then on each step of the image is followed, in events of its own where
 * it is large: logs are made, kept differently, or removed with their files.
 *
 * After a step that appended or flushed, `settle` moves high watermarks and lets waiting operations try to complete:
 * never inside the append. What timers do is in `housekeeping.ts`.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../config/topic-settings.ts'
import { Purgatory } from '../delayed/purgatory.ts'
import { nextEvent } from '../delayed/slices.ts'
import { asDiskError } from '../log/files.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { BROKER_RESOURCE, TOPIC_RESOURCE } from '../metadata/config-table.ts'
import type { MetadataDelta, PartitionDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { TopicImage } from '../metadata/topic-table.ts'
import type { Observer } from '../observe/observer.ts'
import { Housekeeping } from './housekeeping.ts'
import { ImageFollower } from './image-follower.ts'
import { Partition } from './partition.ts'
import { PartitionTable } from './partition-table.ts'
import { loadManyAtOnce, presentLogs } from './present-logs.ts'
import { type DeletionDone, deleteRecords } from './record-deletion.ts'
import type { ReplicationRules } from './rules.ts'

export interface PartitionsOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly rules: ReplicationRules
  readonly directory: LogDirectory
  readonly image: MetadataImage
}

/** Logs made in one event at a start. */
const EVENT_LOGS = 40

export class Partitions {
  /** Produce requests waiting for their records to be vouched for. */
  readonly produces: Purgatory<Partition>
  /** Fetch requests waiting for records. */
  readonly fetches: Purgatory<Partition>
  readonly #options: PartitionsOptions
  readonly #made = new PartitionTable()
  readonly #touched = new Set<Partition>()
  readonly #housekeeping: Housekeeping
  readonly #follower: ImageFollower
  /**
   * Partitions whose log could not be made, by directory: the disk was full, or an older one of the name is still
   * leaving.
   */
  readonly #unmade = new Map<string, { readonly topicId: Uuid; readonly index: number }>()

  constructor(options: PartitionsOptions) {
    this.#options = options
    this.produces = new Purgatory(options.world.clock)
    this.fetches = new Purgatory(options.world.clock)
    this.#housekeeping = new Housekeeping({ ...options, partitions: this })
    this.#follower = new ImageFollower({ clock: options.world.clock, follow: (delta) => this.#follow(delta) })
  }

  /** The partition, where its log is made; never that of a topic that is gone and whose name another has now. */
  get(topic: string, index: number): Partition | undefined {
    const partition = this.#made.get(topic, index)
    return partition?.topicId === this.#options.image.topic(topic)?.id ? partition : undefined
  }

  /** The partition where this broker leads it, else why it does not. */
  led(topic: string, index: number): Partition | ErrorCode {
    const partition = this.get(topic, index)
    if (partition?.isLeader === true) return partition
    const isElsewhere = this.#options.image.topic(topic)?.partitions[index] !== undefined
    return isElsewhere ? errorCode.NOT_LEADER_OR_FOLLOWER : errorCode.UNKNOWN_TOPIC_OR_PARTITION
  }

  all(): IterableIterator<Partition> {
    return this.#made.all()
  }

  /**
   * Loads the logs of the image's partitions at a start, and follows the image from then on; directories that belong to
   * no partition are put aside.
   */
  async load(): Promise<void> {
    // What the image becomes while logs are being read is followed once they are.
    this.#options.image.onPublished((delta) => this.#follower.add(delta))
    await this.#loadLogs()
    this.#follower.start()
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

  /**
   * Deletes the records of a partition that is led here below `offset`, at most the high watermark; `done` when they are
   * deleted for good, or why they are not.
   */
  deleteRecords(partition: Partition, offset: number, done: DeletionDone): void {
    const { rules, directory } = this.#options
    deleteRecords({ partition, offset, directory, steps: rules.deletionSteps }, done)
  }

  /** Starts retention and checkpoints. */
  startHousekeeping(): void {
    this.#housekeeping.start()
  }

  /** Before a clean stop: what timers do ends, and the image is followed no longer. */
  stop(): void {
    this.#housekeeping.stop()
    this.#follower.stop()
  }

  /** Applies retention as of now; `done` when it has been. */
  retainNow(done: () => void): void {
    this.#housekeeping.retainNow(done)
  }

  /** Puts the high watermarks on record before a clean stop. */
  checkpointHighWatermarks(done: (error: Error | undefined) => void): void {
    this.#housekeeping.checkpointHighWatermarks(done)
  }

  /** Tries again to make the partitions whose log could not be made. */
  makeUnmade(): void {
    for (const directory of [...this.#unmade.keys()]) this.#makeAgain(directory)
  }

  async #loadLogs(): Promise<void> {
    this.#adoptSettings()
    const { directory, image, world } = this.#options
    const wanted = [...image.topics()].flatMap((topic) => {
      return this.#indexesHere(topic).map((index) => ({ name: `${topic.name}-${index}`, topic, index }))
    })
    const present = await presentLogs(directory, new Map(wanted.map(({ name, topic }) => [name, topic.id])))
    const absent = wanted.filter(({ name }) => !present.has(name))
    for (const [made, { topic, index }] of absent.entries()) {
      this.#make(topic, index)
      if ((made + 1) % EVENT_LOGS === 0) await nextEvent(world)
    }
    const there = wanted.filter(({ name }) => present.has(name))
    const load = ({ name, topic }: (typeof there)[number]) => directory.load(name, this.#configOf(topic))
    await loadManyAtOnce(there, load, ({ topic, index }, log) => this.#add(topic, index, log))
  }

  /** Does what a step of the image asks of this broker, a partition a step; the image may have gone on since. */
  *#follow(delta: MetadataDelta): Generator<void, void> {
    for (const topic of delta.removedTopics) {
      for (const partition of this.#made.of(topic.name)) {
        if (partition.topicId === topic.id) this.#remove(partition)
        yield
      }
    }
    for (const topic of delta.createdTopics) yield* this.#create(topic)
    for (const changed of delta.changedPartitions) {
      this.#change(changed)
      yield
    }
    for (const { type, name } of delta.changedConfigs) {
      if (type === TOPIC_RESOURCE) this.#configure(name)
      else if (type === BROKER_RESOURCE && (name === '' || name === String(this.#nodeId))) this.#configureAll()
    }
  }

  /** Dynamic settings of this broker, or of all, changed: the defaults of its topics among them. */
  #configureAll(): void {
    this.#adoptSettings()
    for (const name of this.#made.topics()) this.#configure(name)
  }

  #adoptSettings(): void {
    const { settings, image } = this.#options
    settings.changeDynamic(image.settings(BROKER_RESOURCE, ''), image.settings(BROKER_RESOURCE, String(this.#nodeId)))
  }

  *#create(topic: TopicImage): Generator<void, void> {
    for (const index of this.#indexesHere(topic)) {
      if (this.#options.image.topicById(topic.id) === undefined) return
      if (this.#made.get(topic.name, index) === undefined) this.#make(topic, index)
      yield
    }
    if (this.#options.image.topicById(topic.id) === undefined) return
    const { observer } = this.#options
    if (observer.watching) {
      observer.tell({ type: 'TopicPublished', topic: topic.name, partitions: topic.partitions.length })
    }
  }

  #change({ topic, partition: { index } }: PartitionDelta): void {
    if (this.#options.image.topicById(topic.id) === undefined) return
    const here = this.#made.get(topic.name, index)
    const { leader, leaderEpoch } = topic.partitions[index]!
    const isHere = this.#isHere(topic, index)
    if (here === undefined) {
      if (isHere) this.#make(topic, index)
    } else if (isHere) {
      here.follow(leader === this.#nodeId, leaderEpoch)
      this.#check(here)
    } else {
      this.#remove(here)
    }
  }

  #configure(name: string): void {
    const topic = this.#options.image.topic(name)
    if (topic === undefined) return
    for (const { log } of this.#made.of(name)) log.configure(this.#configOf(topic))
  }

  /** Takes a partition away, with its log; what waits for it is answered. */
  #remove(partition: Partition): void {
    const { log } = partition
    this.#made.remove(partition)
    this.#touched.delete(partition)
    partition.remove()
    log.onFlushed(() => undefined)
    this.#options.directory.remove(log, log.config.fileDeleteDelayMs, () => this.#makeAgain(log.directory))
    this.#check(partition)
  }

  /** Lets what waits for a partition look at it again. */
  #check(partition: Partition): void {
    this.produces.check(partition)
    this.fetches.check(partition)
  }

  #make(topic: TopicImage, index: number): void {
    const { directory } = this.#options
    const name = `${topic.name}-${index}`
    this.#unmade.set(name, { topicId: topic.id, index })
    if (directory.isLeaving(name)) return
    try {
      this.#add(topic, index, directory.create(name, topic.id, this.#configOf(topic)))
      this.#unmade.delete(name)
    } catch (error) {
      directory.tolerate(asDiskError(error))
    }
  }

  /** Makes what could not be made in that directory, where it is still wanted. */
  #makeAgain(directory: string): void {
    const unmade = this.#unmade.get(directory)
    if (unmade === undefined) return
    this.#unmade.delete(directory)
    const topic = this.#options.image.topicById(unmade.topicId)
    // It may have been asked for again meanwhile: by its creation and by each change since.
    if (topic === undefined || !this.#isHere(topic, unmade.index)) return
    if (this.#made.get(topic.name, unmade.index) === undefined) this.#make(topic, unmade.index)
  }

  #add(topic: TopicImage, index: number, log: PartitionLog): void {
    const { rules, observer } = this.#options
    const { leader, leaderEpoch } = topic.partitions[index]!
    const isLeader = leader === this.#nodeId
    const about = { topic: topic.name, topicId: topic.id, index, isLeader, leaderEpoch }
    const partition = new Partition({ ...about, log, rules, observer })
    this.#made.add(partition)
    log.onFlushed(() => {
      this.touch(partition)
      this.settle()
    })
  }

  /** Indexes of the topic's partitions of which this broker has a replica. */
  #indexesHere(topic: TopicImage): number[] {
    return topic.partitions.map(({ index }) => index).filter((index) => this.#isHere(topic, index))
  }

  #isHere(topic: TopicImage, index: number): boolean {
    return topic.partitions[index]?.replicas.includes(this.#nodeId) === true
  }

  get #nodeId(): number {
    return this.#options.directory.meta.nodeId
  }

  #configOf({ name }: TopicImage): LogConfig {
    return logConfigOf(this.#options.settings, this.#options.image.topicSettings(name))
  }
}
