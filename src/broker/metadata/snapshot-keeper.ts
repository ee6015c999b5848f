/**
 * Sees to it that this node has a snapshot of its image from time to time, and that the metadata log forgets what one
 * stands for: after so many bytes of records, or so much time with any (KIP-630); and after a start that had to apply many
 * (docs/decisions/0016). One is written at a time.
 */

import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import type { Observer } from '../observe/observer.ts'
import type { QuorumNode } from '../quorum/quorum-node.ts'
import type { SnapshotRules } from '../quorum/snapshots/rules.ts'
import type { MetadataImage } from './image.ts'
import { takeSnapshot } from './take-snapshot.ts'

export interface SnapshotKeeperOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly rules: SnapshotRules
  readonly directory: LogDirectory
  readonly quorum: QuorumNode
  readonly image: MetadataImage
}

/** Fewer records than these take a start some 20 ms. */
const REPLAYED_RECORDS_MAX = 1000

export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions
  #bytesSince = 0
  #recordsSince = 0
  #timestamp = -1
  #lastUs: number
  #isWriting = false

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options
    this.#lastUs = options.world.clock.monotonicUs()
    options.quorum.listen({
      committed: ({ bytes, records, timestamp }) => {
        this.#bytesSince += bytes
        this.#recordsSince += records.length
        this.#timestamp = Math.max(this.#timestamp, timestamp)
        this.#takeIfDue()
      },
      snapshotBegun: () => ({
        records: () => undefined,
        complete: (timestamp) => {
          this.#bytesSince = 0
          this.#recordsSince = 0
          this.#timestamp = Math.max(this.#timestamp, timestamp)
        },
      }),
    })
  }

  /**
   * The node has started: where the next start would apply more records than the image consists of, and many, a snapshot is
   * taken now. A node that is killed again and again writes some in each life, and lives too short for the settings.
   */
  started(): void {
    const { image } = this.#options
    let partitions = 0
    for (const topic of image.topics()) partitions += topic.partitions.length
    const isDue = this.#recordsSince > Math.max(REPLAYED_RECORDS_MAX, partitions)
    if (isDue && !this.#isWriting && image.endOffset > 0) this.#take()
  }

  /** Called behind each batch that the image has applied: only then is there news to write. */
  #takeIfDue(): void {
    const { settings, world, image } = this.#options
    const sinceMs = Math.floor((world.clock.monotonicUs() - this.#lastUs) / 1000)
    const isDue =
      this.#bytesSince >= settings.value('metadata.log.max.record.bytes.between.snapshots') ||
      sinceMs >= settings.value('metadata.log.max.snapshot.interval.ms')
    if (isDue && !this.#isWriting && image.endOffset > 0) this.#take()
  }

  #take(): void {
    const { world, observer, rules, directory, quorum, image, settings } = this.#options
    this.#isWriting = true
    this.#bytesSince = 0
    this.#recordsSince = 0
    this.#lastUs = world.clock.monotonicUs()
    const options = { world, observer, rules, directory: METADATA_DIRECTORY, lastContainedTimestamp: this.#timestamp }
    const id = takeSnapshot(options, image, (error) => {
      this.#isWriting = false
      if (error === undefined) quorum.snapshotTaken(id, settings.value('metadata.max.retention.bytes'))
      else directory.tolerate(error)
    })
  }
}
