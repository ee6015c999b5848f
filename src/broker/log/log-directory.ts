/**
 * The log directory of a broker: its lock and identity, the logs in it, its checkpoints, and how it is started and
 * stopped so that the next life knows what to trust.
 *
 * Start: lock, `meta.properties`, then the ordered steps of the rules. Stop: flush every log, put on record what a next
 * life needs, write the checkpoints, and last the clean-shutdown marker. After an operating failure of the disk that
 * leaves it unknown what is durable, the life ends (`onFailed`); nothing goes on with half a log.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import type { Observer } from '../observe/observer.ts'
import { readMarker, removeMarker, writeMarker } from './clean-shutdown.ts'
import { takeDirectory } from './directory-lock.ts'
import { asDiskError, syncDirectory } from './files.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { loadLog } from './log-loader.ts'
import { LogRemoval } from './log-removal.ts'
import { type Belonging, type MetaProperties, openMetaProperties } from './meta-properties.ts'
import { OffsetCheckpoint } from './offset-checkpoint.ts'
import { PartitionLog } from './partition-log.ts'
import { readTopicId, writeTopicId } from './partition-metadata.ts'
import { ProducerState } from './producer-state.ts'
import type { LogRules } from './rules.ts'
import { Segment } from './segment.ts'

export interface LogDirectoryOptions extends Belonging {
  readonly world: World
  readonly observer: Observer
  readonly rules: LogRules
}

/** The directory of the metadata log; it keeps its own account of what is durable and is always recovered. */
export const METADATA_DIRECTORY = '__cluster_metadata-0'

/** Small files that are read at the same time at a start. */
const READS_AT_ONCE = 16

export class LogDirectory {
  readonly meta: MetaProperties
  /** The broker epoch that a clean stop left on record; -1 where the life before left none. */
  readonly previousBrokerEpoch: number
  readonly #options: LogDirectoryOptions
  readonly #logs = new Map<string, PartitionLog>()
  readonly #isClean: boolean
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #startOffsets: OffsetCheckpoint
  readonly #removal: LogRemoval
  /** What the life before put on record of logs that are not loaded yet. */
  #knownRecoveryPoints = new Map<string, number>()
  #knownStartOffsets = new Map<string, number>()

  private constructor(options: LogDirectoryOptions, meta: MetaProperties, marker: number | undefined) {
    const { world } = options
    this.meta = meta
    this.#options = options
    this.#isClean = marker !== undefined
    this.previousBrokerEpoch = marker ?? -1
    this.#recoveryPoints = new OffsetCheckpoint(world, 'recovery-point-offset-checkpoint', () =>
      this.#offsets((log) => log.recoveryPoint),
    )
    this.#startOffsets = new OffsetCheckpoint(world, 'log-start-offset-checkpoint', () =>
      this.#offsets((log) => log.startOffset),
    )
    this.#removal = new LogRemoval({
      world,
      checkpoint: (done) => this.checkpoint(done),
      tolerate: (error) => this.tolerate(error),
    })
  }

  /** Takes the directory. @throws {DirectoryError | DiskError} with what to do about it. */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const { world } = options
    await takeDirectory(world)
    const meta = await openMetaProperties(world, options)
    return new LogDirectory(options, meta, await readMarker(world))
  }

  /** Whether the life before ended cleanly. */
  get isClean(): boolean {
    return this.#isClean
  }

  /** Goes through the steps of a start; `loadLogs` is expected to load every log there is. */
  async start(loadLogs: () => Promise<void>): Promise<void> {
    const { world, observer, rules } = this.#options
    observer.tell({ type: 'BrokerStarting', clean: this.#isClean })
    this.#knownRecoveryPoints = await this.#recoveryPoints.read()
    this.#knownStartOffsets = await this.#startOffsets.read()
    for (const step of rules.startSteps) {
      if (step === 'remove-marker') removeMarker(world)
      else if (step === 'sync-log-directory') await syncDirectory(world, '')
      else await loadLogs()
    }
    // What is on record of a log that is gone must not be believed of a new one in a directory of the same name.
    if (this.#knownRecoveryPoints.size + this.#knownStartOffsets.size > 0) {
      await promised<void>(world.promises, (done) => this.checkpoint((error) => done(error, undefined)))
    }
    // Entries of partition directories made by a life that was killed may not be durable yet.
    if (!this.#isClean) await syncDirectory(world, '')
  }

  /** Directories of partitions that lie here, with the topic they say they belong to. */
  async partitionDirectories(): Promise<{ readonly directory: string; readonly topicId: Uuid | undefined }[]> {
    const { world } = this.#options
    const names = world.disk
      .list('')
      .filter(({ name, kind }) => kind === 'directory' && /^.+-\d+$/.test(name) && name !== METADATA_DIRECTORY)
      .map(({ name }) => name)
    const found: { directory: string; topicId: Uuid | undefined }[] = []
    // One after the other they would mostly wait for the disk.
    for (let from = 0; from < names.length; from += READS_AT_ONCE) {
      const some = names.slice(from, from + READS_AT_ONCE).map(async (directory) => {
        return { directory, topicId: await readTopicId(world, directory) }
      })
      found.push(...(await Promise.all(some)))
    }
    return found
  }

  /** Loads the log in a directory that exists. That of the metadata begins at `metadataStart`, its first snapshot. */
  async load(directory: string, config: LogConfig, metadataStart = 0): Promise<PartitionLog> {
    const { world, observer, rules } = this.#options
    const isMetadata = directory === METADATA_DIRECTORY
    const log = await loadLog({
      ...{ world, observer, rules, directory, config },
      onFailed: (error) => this.fail(error),
      checkpoint: (done) => this.checkpoint(done),
      recoveryPoint: isMetadata ? 0 : (this.#knownRecoveryPoints.get(directory) ?? 0),
      startOffset: isMetadata ? metadataStart : (this.#knownStartOffsets.get(directory) ?? 0),
      isClean: this.#isClean && !isMetadata,
    })
    for (const known of [this.#knownRecoveryPoints, this.#knownStartOffsets]) known.delete(directory)
    return this.#hold(log)
  }

  /** Makes the directory and the empty log of a partition. @throws {DiskError} */
  create(directory: string, topicId: Uuid, config: LogConfig): PartitionLog {
    const { world, observer, rules } = this.#options
    assert(!this.#logs.has(directory) && !this.isLeaving(directory), 'a partition has one log')
    world.disk.makeDirectory(directory)
    const metadata = writeTopicId(world, directory, topicId)
    const log = new PartitionLog({
      ...{ world, observer, rules, directory, config },
      segments: [new Segment(world, directory, 0, config.indexIntervalBytes)],
      startOffset: 0,
      producers: new ProducerState(rules),
      epochs: new LeaderEpochs(),
      isDurable: false,
      unsynced: [metadata],
      onFailed: (error) => this.fail(error),
      checkpoint: (done) => this.checkpoint(done),
    })
    return this.#hold(log)
  }

  /** Whether a log of that directory is on its way out, so that another cannot be created yet. */
  isLeaving(directory: string): boolean {
    return this.#removal.isLeaving(directory)
  }

  /** Takes away the log of a partition that is gone; its files go `delayMs` later. `done` when its name is free. */
  remove(log: PartitionLog, delayMs: number, done: () => void): void {
    assert(this.#logs.get(log.directory) === log, 'a log is removed once')
    this.#logs.delete(log.directory)
    this.#removal.remove(log, delayMs, done)
  }

  /** Sees to directories of logs that an earlier life took away and did not get to delete. */
  removeLeftovers(delayMs: number): void {
    this.#removal.removeLeftovers(delayMs)
  }

  /** Puts a directory aside that belongs to no known partition: `<name>.<n>-stray`. Nothing is deleted. */
  setAside(directory: string): void {
    const { world, observer } = this.#options
    const taken = new Set(world.disk.list('').map(({ name }) => name))
    let count = 0
    while (taken.has(`${directory}.${count}-stray`)) count++
    world.disk.rename(directory, `${directory}.${count}-stray`)
    observer.warn(`${directory} belongs to no known partition; renamed to ${directory}.${count}-stray`)
  }

  /** Puts the recovery points and log start offsets on record, for good. */
  checkpoint(done: (error: DiskError | undefined) => void): void {
    // The start goes first: a recovery point never lies below it.
    this.#startOffsets.write((error) => (error === undefined ? this.#recoveryPoints.write(done) : done(error)))
  }

  /** Puts the log start offsets on record, for good. */
  checkpointStarts(done: (error: DiskError | undefined) => void): void {
    this.#startOffsets.write(done)
  }

  /** The log's start that is on record for good; 0 where none is yet. */
  startOnRecord({ directory }: PartitionLog): number {
    return this.#startOffsets.onRecord(directory) ?? 0
  }

  /** Removes segments below the logs' starts, once the starts are on record for good. */
  removeDeleted(): void {
    this.#startOffsets.write((error) => {
      if (error !== undefined) return this.tolerate(error)
      try {
        for (const [directory, log] of this.#logs) {
          // A start that has moved since the write began is not on record yet; nor may the snapshot of the producers at
          // the first segment that stays be durable yet, where that was begun since the last flush.
          const start = this.#startOffsets.onRecord(directory)
          if (start !== undefined && log.recoveryPoint >= start) log.removeBelow(start)
        }
      } catch (failed) {
        this.tolerate(asDiskError(failed))
      }
    })
  }

  /**
   * Flushes and closes every log and leaves the clean-shutdown marker, with the epoch of the broker that stops (default:
   * -1, none). Nothing may be appended any more.
   */
  async stop(brokerEpoch = -1): Promise<void> {
    const { world, observer } = this.#options
    observer.tell({ type: 'LogsClosing' })
    for (const log of this.#logs.values()) {
      log.prepareClose()
      await promised<void>(world.promises, (done) => log.flush(() => done(undefined, undefined)))
    }
    await promised<void>(world.promises, (done) => this.checkpoint((error) => done(error, undefined)))
    for (const log of this.#logs.values()) log.close()
    await promised<void>(world.promises, (done) => writeMarker(world, brokerEpoch, (error) => done(error, undefined)))
  }

  /** A full disk is lived with (the next try comes); after any other failure this life ends. */
  tolerate(error: DiskError): void {
    if (error.code !== 'FULL') this.fail(error)
    else this.#options.observer.warn(`${error.path}: ${error.message}`)
  }

  /** Ends this life: it is unknown what the disk holds. */
  fail(error: DiskError): void {
    const { observer, world } = this.#options
    if (observer.watching) observer.tell({ type: 'DiskFailed', path: error.path, code: error.code })
    observer.error(`${error.path}: ${error.message}; the broker stops, for it is unknown what is on the disk`)
    world.halt(error)
  }

  #hold(log: PartitionLog): PartitionLog {
    this.#logs.set(log.directory, log)
    return log
  }

  #offsets(of: (log: PartitionLog) => number): Map<string, number> {
    const offsets = new Map<string, number>()
    for (const [directory, log] of this.#logs) if (directory !== METADATA_DIRECTORY) offsets.set(directory, of(log))
    return offsets
  }
}
