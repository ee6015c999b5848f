/**
 * Ghost state: what was appended, reported flushed, and answered, and what crashes were allowed to take of it.
 *
 * Fed by trace events and by the wire; nothing of it is read from the broker's own state. A partition's batches are
 * those of its present log; what a crash took is cut off when the log is loaded again, and remembered as a loss that
 * excuses the history where design §5 allows it: the unflushed suffix, at a power loss (or after a failed sync), of a
 * log that does not vouch for flushed records only.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import type { BrokerEvent } from '../../broker/observe/events.ts'
import { type BatchHeader, readBatchHeader } from '../../protocol/record-batch.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { RestoredPrefix } from '../../workloads/checker/deleted-prefix.ts'
import type { LostSuffix } from '../../workloads/checker/lost-suffix.ts'
import { Damage } from './damage.ts'
import { addToHeaders, addToProducers, type GhostProducer, headersOf, producersOf } from './producers.ts'

/** A batch as it was appended. */
export interface GhostBatch {
  readonly header: BatchHeader
  readonly bytes: Uint8Array
}

export interface GhostPartition {
  readonly name: string
  /** The batches of the log, ascending, with those that retention has deleted. */
  batches: GhostBatch[]
  startOffset: number
  endOffset: number
  /** The highest end the broker ever reported as flushed, never above the end. */
  flushedEnd: number
  /** Below this offset records were acknowledged, or shown, in the present log. */
  answeredEnd: number
  highWatermark: number
  /** Whether the log promises that a power loss takes nothing answered. */
  readonly isFlushedBeforeAnswer: () => boolean
  /** The end of the batches that are known; below `endOffset` where a crash left more than was told. */
  knownEnd: number
  /** The base offset of the segment that is written to, as far as it was told. */
  activeBase: number
  /** Segments below this base offset have been compared with the disk in this life, and do not change any more. */
  verifiedFrom: number
  /** Whether it was cut, or begun anew, and nothing appended since: what is derived from it may speak of what was cut off. */
  isCut: boolean
  /** The leader-epoch checkpoint on the disk was written when the log began here, or further up. */
  epochsFrom: number
  /** Where the log began when a flush was last over: the next one writes the epochs from there, or further up. */
  epochsFromNext: number
  /** What its producers have written. */
  producers: Map<number, GhostProducer>
  /** The headers of each producer's batches, ascending. */
  headersOf: Map<number, BatchHeader[]>
}

/** How the life before ended, as far as the durability of what it wrote goes. */
export type LastEnd = 'none' | 'clean' | 'process-kill' | 'power-loss' | 'failed-sync'

/** The index of the first batch that ends at the offset or above it; their number where there is none. */
export function firstBatchFrom(batches: readonly GhostBatch[], offset: number): number {
  let low = 0
  let high = batches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (batches[middle]!.header.lastOffset < offset) low = middle + 1
    else high = middle
  }
  return low
}

export interface Loss {
  readonly partition: string
  readonly fromOffset: number
  readonly endOffset: number
  readonly atUs: number
}

export class Ghost {
  readonly partitions = new Map<string, GhostPartition>()
  readonly losses: Loss[] = []
  /** What struck beyond the promise. */
  readonly damage = new Damage()
  /** What retention had deleted and a crash brought back, for the start was not on record yet. */
  readonly restored: RestoredPrefix[] = []
  /** Names by topic id, as far as responses told them. */
  readonly topicNames = new Map<Uuid, string>()
  readonly #isFlushedBeforeAnswer: (partition: string) => boolean
  readonly #isReplicated: boolean
  #lastEnd: LastEnd = 'none'
  #lastEndUs = 0

  /**
   * The function says which partitions vouch for flushed records only, from the plan alone. `isReplicated`: other nodes
   * have the metadata log too, so that what this one holds need not be committed. Default: no.
   */
  constructor(
    isFlushedBeforeAnswer: (partition: string) => boolean,
    options: { readonly isReplicated?: boolean } = {},
  ) {
    this.#isFlushedBeforeAnswer = isFlushedBeforeAnswer
    this.#isReplicated = options.isReplicated ?? false
  }

  /** Whether other nodes have that log too. */
  isReplicated(partition: string): boolean {
    return this.#isReplicated && partition === METADATA_DIRECTORY
  }

  get lastEnd(): LastEnd {
    return this.#lastEnd
  }

  partition(name: string): GhostPartition {
    let partition = this.partitions.get(name)
    if (partition === undefined) {
      partition = {
        ...{
          name,
          batches: [],
          startOffset: 0,
          endOffset: 0,
          flushedEnd: 0,
          answeredEnd: 0,
          highWatermark: 0,
          knownEnd: 0,
          verifiedFrom: 0,
          isCut: false,
          activeBase: 0,
          epochsFrom: 0,
          epochsFromNext: 0,
        },
        producers: new Map(),
        headersOf: new Map(),
        isFlushedBeforeAnswer: () => this.#isFlushedBeforeAnswer(name),
      }
      this.partitions.set(name, partition)
    }
    return partition
  }

  /** A life ended. A power loss also spoils what an earlier end had spared. */
  lifeEnded(how: Exclude<LastEnd, 'none'>, atUs: number): void {
    const isWorse = how === 'power-loss' || (how === 'failed-sync' && this.#lastEnd !== 'power-loss')
    if (isWorse || this.#lastEnd === 'none' || this.#lastEnd === 'clean') this.#lastEnd = how
    if (isWorse) this.#lastEndUs = atUs
  }

  /** The disk was replaced by an empty one: nothing of what was on it is expected any more. */
  diskWiped(): void {
    this.damage.wiped()
    this.partitions.clear()
    this.#lastEnd = 'none'
  }

  /** Every log that exists has been loaded again: the end before is dealt with. */
  ready(): void {
    this.#lastEnd = 'none'
  }

  observe(event: BrokerEvent): void {
    switch (event.type) {
      case 'BatchAppended':
        return this.#appended(this.partition(event.partition), event.batch)
      case 'LogFlushed': {
        const partition = this.partition(event.partition)
        partition.flushedEnd = Math.max(partition.flushedEnd, event.endOffset)
        partition.epochsFrom = partition.epochsFromNext
        partition.epochsFromNext = partition.startOffset
        return
      }
      case 'SegmentRolled':
        this.partition(event.partition).activeBase = event.baseOffset
        return
      case 'HighWatermarkMoved':
        this.partition(event.partition).highWatermark = event.highWatermark
        return
      case 'LogStartMoved': {
        const partition = this.partition(event.partition)
        partition.startOffset = Math.max(partition.startOffset, event.startOffset)
        return
      }
      case 'LogTruncated':
        return this.#truncated(this.partition(event.partition), event.endOffset)
      case 'LogBegunAnew':
        return this.#begunAnew(this.partition(event.partition), event.offset)
      case 'LogLoaded':
        return this.#loaded(this.partition(event.partition), event.startOffset, event.endOffset)
      default:
        return
    }
  }

  /** What the producers of a partition have written. */
  producers(partition: string): ReadonlyMap<number, GhostProducer> {
    return this.partition(partition).producers
  }

  /** Batches that a crash let into the log without the broker living to tell. */
  adopt(partition: string, batches: readonly Uint8Array[]): void {
    for (const batch of batches) this.#appended(this.partition(partition), batch)
  }

  /** Something below `offset` was acknowledged or shown. */
  answered(partition: string, offset: number): void {
    const ghost = this.partition(partition)
    ghost.answeredEnd = Math.max(ghost.answeredEnd, offset)
  }

  /** Everything on the disk was found right: finished segments need no second look in this life. */
  verified(name: string): void {
    const partition = this.partition(name)
    partition.verifiedFrom = partition.activeBase
  }

  /** What the history is excused: the losses of user partitions. */
  excuses(): LostSuffix[] {
    return this.losses
      .filter(({ partition }) => !this.isReplicated(partition))
      .map(({ partition, fromOffset, endOffset, atUs }) => ({
        ...{ key: partition, fromOffset, endOffset, atTimeUs: atUs },
      }))
  }

  /** The batch that holds an offset. */
  batchAt(partition: string, offset: number): GhostBatch | undefined {
    const { batches } = this.partition(partition)
    const found = batches[firstBatchFrom(batches, offset)]
    return found !== undefined && found.header.baseOffset <= offset ? found : undefined
  }

  #appended(partition: GhostPartition, batch: Uint8Array): void {
    const header = readBatchHeader(batch, 0)
    const appended = { header, bytes: batch.slice() }
    partition.batches.push(appended)
    partition.isCut = false
    addToProducers(partition.producers, appended, true)
    addToHeaders(partition.headersOf, header)
    partition.knownEnd = header.lastOffset + 1
    partition.endOffset = Math.max(partition.endOffset, partition.knownEnd)
  }

  /** Nothing of the log is left; what comes goes on behind a snapshot, whatever lay below. */
  #begunAnew(partition: GhostPartition, offset: number): void {
    partition.batches = []
    partition.producers = new Map()
    partition.headersOf = new Map()
    partition.startOffset = offset
    partition.epochsFrom = 0
    partition.epochsFromNext = 0
    partition.endOffset = offset
    partition.knownEnd = offset
    partition.flushedEnd = offset
    partition.answeredEnd = Math.min(partition.answeredEnd, offset)
    partition.verifiedFrom = 0
    partition.activeBase = offset
    partition.isCut = true
  }

  /** The log is cut at `endOffset` to be like its leader's. */
  #truncated(partition: GhostPartition, endOffset: number): void {
    partition.batches = partition.batches.filter(({ header }) => header.lastOffset < endOffset)
    if (endOffset > partition.endOffset) partition.startOffset = endOffset
    partition.isCut = true
    partition.producers = producersOf(partition.batches, partition.startOffset)
    partition.headersOf = headersOf(partition.batches)
    partition.endOffset = endOffset
    partition.knownEnd = Math.min(partition.knownEnd, endOffset)
    partition.flushedEnd = Math.min(partition.flushedEnd, endOffset)
    // The cut may leave any segment to be written to: all are looked at until the next one is begun.
    if (endOffset <= partition.activeBase) partition.activeBase = 0
    if (endOffset <= partition.verifiedFrom) partition.verifiedFrom = 0
  }

  /** The log begins its new life at `endOffset`: what it had beyond is a loss. */
  #loaded(partition: GhostPartition, startOffset: number, endOffset: number): void {
    if (startOffset < partition.startOffset) {
      this.restored.push({ key: partition.name, fromOffset: startOffset, endOffset: partition.startOffset })
    }
    partition.startOffset = startOffset
    partition.epochsFrom = startOffset
    partition.epochsFromNext = startOffset
    if (endOffset < partition.endOffset) {
      const [fromOffset, lostEnd] = [endOffset, partition.endOffset]
      this.losses.push({ partition: partition.name, fromOffset, endOffset: lostEnd, atUs: this.#lastEndUs })
      partition.batches = partition.batches.filter(({ header }) => header.lastOffset < endOffset)
    }
    partition.knownEnd = Math.min(partition.knownEnd, endOffset)
    partition.verifiedFrom = 0
    partition.activeBase = 0
    partition.producers = producersOf(partition.batches, startOffset)
    partition.headersOf = headersOf(partition.batches)
    partition.endOffset = endOffset
    partition.flushedEnd = endOffset
    partition.answeredEnd = Math.min(partition.answeredEnd, endOffset)
    // The only replica vouches for all it loads, and no event tells of it.
    partition.highWatermark = this.isReplicated(partition.name) ? 0 : endOffset
  }
}
