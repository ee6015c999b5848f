/**
 * The active controller. A decision is a batch of metadata records: appended, applied at once to the timeline state, so
 * that the next decision sees it, and answered when it is committed.
 *
 * Not here yet: brokers and their sessions, elections, resignation.
 */

import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import type { CommittedRecords, Quorum } from '../quorum/quorum.ts'
import { TimelineMap } from '../timeline/timeline-map.ts'

/** Producer ids are given to brokers in blocks of so many (Kafka's `ProducerIdsBlock`). */
const PRODUCER_ID_BLOCK = 1000

/** A block of producer ids, `[first, end)`. */
export interface ProducerIdBlock {
  readonly first: number
  readonly end: number
}

interface Waiting {
  /** Exclusive: the answer waits for everything below. */
  readonly offset: number
  readonly answer: () => void
}

export class Controller {
  readonly #quorum: Quorum
  readonly #nodeId: number
  readonly #topics = new TimelineMap<string, Uuid>()
  readonly #collisions = new TimelineMap<string, string>()
  readonly #nextProducerIds = new TimelineMap<'next', number>()
  readonly #waiting: Waiting[] = []
  /** Everything below this offset is applied to the timeline state. */
  #appliedEnd = 0
  #epoch = -1

  constructor(quorum: Quorum, nodeId: number) {
    this.#quorum = quorum
    this.#nodeId = nodeId
  }

  get nodeId(): number {
    return this.#nodeId
  }

  hasTopic(name: string): boolean {
    return this.#topics.has(name)
  }

  /** A topic whose name collides with `key` (see `collisionKey`). */
  topicLike(key: string): string | undefined {
    return this.#collisions.get(key)
  }

  /** Answers still waiting for their records to be committed. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Appends records, applies them, and calls `answer` once they are committed. Where they could not be appended nothing
   * is applied and the error is returned.
   */
  decide(records: readonly MetadataRecordInput[], answer: () => void): DiskError | undefined {
    const appended = this.#quorum.append(records, this.#epoch)
    assert(appended.kind !== 'not-leader', 'a quorum of one has one leader')
    if (appended.kind === 'failed') return appended.error
    records.forEach((record, index) => {
      this.#apply(record, appended.baseOffset + index)
    })
    this.#appliedEnd = appended.endOffset
    this.#waiting.push({ offset: appended.endOffset, answer })
    return undefined
  }

  /** Calls `answer` once everything decided so far is committed; at once, where it is. */
  whenCommitted(answer: () => void): void {
    if (this.#quorum.highWatermark >= this.#appliedEnd) answer()
    else this.#waiting.push({ offset: this.#appliedEnd, answer })
  }

  /** Hands out the next block of producer ids, once that is committed. KIP-730. */
  allocateProducerIds(done: (error: DiskError | undefined, block: ProducerIdBlock) => void): void {
    const first = this.#nextProducerIds.get('next') ?? 0
    const block = { first, end: first + PRODUCER_ID_BLOCK }
    const record: MetadataRecordInput = {
      ...{ type: 'ProducerIdsRecord', version: 0, brokerId: this.#nodeId, brokerEpoch: -1 },
      nextProducerId: block.end,
    }
    const error = this.decide([record], () => done(undefined, block))
    if (error !== undefined) done(error, block)
  }

  /** This node leads from now on. */
  elected(epoch: number): void {
    this.#epoch = epoch
  }

  /** Takes note of what is committed: applies what came before this life's decisions, and answers. */
  committed(batch: CommittedRecords): void {
    if (batch.baseOffset >= this.#appliedEnd) {
      batch.records.forEach((record, index) => {
        this.#apply(record, batch.baseOffset + index)
      })
      this.#appliedEnd = batch.endOffset
    }
    for (const map of [this.#topics, this.#collisions, this.#nextProducerIds]) map.commitTo(batch.endOffset - 1)
    while (this.#waiting.length > 0 && this.#waiting[0]!.offset <= batch.endOffset) this.#waiting.shift()!.answer()
  }

  #apply(record: MetadataRecordInput, offset: number): void {
    if (record.type === 'TopicRecord') {
      this.#topics.set(offset, record.name, record.topicId)
      this.#collisions.set(offset, record.name.replaceAll('.', '_'), record.name)
    } else if (record.type === 'ProducerIdsRecord') {
      this.#nextProducerIds.set(offset, 'next', record.nextProducerId)
    }
  }
}
