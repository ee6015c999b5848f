/**
 * What a broker does for its partitions from time to time: retention, the checkpoints of offsets, forgetting producers
 * that are long gone, and another try at logs that could not be made.
 */

import type { Timer } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { asDiskError } from '../log/files.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import { OffsetCheckpoint } from '../log/offset-checkpoint.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Partition } from './partition.ts'

export interface HousekeepingOptions {
  readonly world: World
  readonly settings: BrokerSettings
  readonly directory: LogDirectory
  readonly partitions: KeptPartitions
}

/** The partitions of a broker, as far as housekeeping goes. */
interface KeptPartitions {
  all(): Iterable<Partition>
  /** Tries again to make the partitions whose log could not be made. */
  makeUnmade(): void
}

export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #highWatermarks: OffsetCheckpoint
  readonly #timers = new Set<Timer>()
  /** Flushes that must be done before the last pass of retention may remove files. */
  #flushesDue = 0
  readonly #removalAwaited: (() => void)[] = []

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#highWatermarks = new OffsetCheckpoint(options.world, 'replication-offset-checkpoint', () => {
      const offsets = new Map<string, number>()
      for (const { log, highWatermark } of options.partitions.all()) offsets.set(log.directory, highWatermark)
      return offsets
    })
  }

  start(): void {
    const { settings, directory, partitions } = this.#options
    directory.removeLeftovers(settings.value('log.segment.delete.delay.ms'))
    this.#every(settings.value('log.retention.check.interval.ms'), () => this.#retain())
    this.#every(settings.value('log.flush.offset.checkpoint.interval.ms'), () =>
      directory.checkpoint((error) => error && directory.tolerate(error)),
    )
    this.#every(settings.value('replica.high.watermark.checkpoint.interval.ms'), () => {
      this.#highWatermarks.write((error) => error && directory.tolerate(error))
      partitions.makeUnmade()
    })
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  /** Puts the high watermarks on record. */
  checkpointHighWatermarks(done: (error: Error | undefined) => void): void {
    this.#highWatermarks.write(done)
  }

  /** Applies retention as of now; `done` when it has been, in this life. What is not durable yet is flushed first. */
  retainNow(done: () => void): void {
    const nowMs = this.#options.world.clock.wallMs()
    const undurable = [...this.#options.partitions.all()].filter(
      ({ log, highWatermark }) => log.retainedStart(nowMs, highWatermark) > log.recoveryPoint,
    )
    let flushesDue = undurable.length + 1
    const flushed = (): void => {
      flushesDue--
      if (flushesDue === 0) this.#afterRemoval(() => this.#retain(done))
    }
    for (const { log } of undurable) log.flush(flushed)
    this.#options.world.clock.setTimer(0, flushed)
  }

  /** At once, unless files still wait to be removed. */
  #afterRemoval(act: () => void): void {
    if (this.#flushesDue === 0) act()
    else this.#removalAwaited.push(act)
  }

  #retain(done: () => void = () => undefined): void {
    const { world, settings } = this.#options
    const nowMs = world.clock.wallMs()
    // While files wait to be removed no start moves: they would go with them.
    if (this.#flushesDue === 0) this.#moveStarts(nowMs)
    for (const { log } of this.#options.partitions.all())
      log.producers.expire(nowMs, settings.value('producer.id.expiration.ms'))
    done()
  }

  /**
   * Deletes what has expired and is durable. What is not is flushed first, and goes in a later pass: a start on record
   * above what a power loss leaves would make the log begin without a trace of the producers that wrote to it. For the
   * same reason no file goes before the snapshot of the producers at the new start is durable.
   */
  #moveStarts(nowMs: number): void {
    const { directory } = this.#options
    const due: PartitionLog[] = []
    for (const { log, highWatermark } of this.#options.partitions.all()) {
      if (log.retainedStart(nowMs, highWatermark) > log.recoveryPoint) log.flush()
      const start = log.retainedStart(nowMs, Math.min(highWatermark, log.recoveryPoint))
      try {
        if (start > log.startOffset) log.moveStart(start)
        // A client may have moved the start too.
        if (log.hasRemovable) due.push(log)
      } catch (error) {
        directory.tolerate(asDiskError(error))
      }
    }
    if (due.length === 0) return
    const undurable = due.filter((log) => log.recoveryPoint < log.startOffset)
    this.#flushesDue = undurable.length
    for (const log of undurable) {
      log.flush(() => {
        this.#flushesDue--
        if (this.#flushesDue > 0) return
        directory.removeDeleted()
        for (const act of this.#removalAwaited.splice(0)) this.#afterRemoval(act)
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
