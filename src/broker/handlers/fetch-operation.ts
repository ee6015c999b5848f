/**
 * One fetch while it is under way: reads partition after partition, and waits until there is enough or time is up.
 *
 * States: gathering (one read at a time) → enough, an error, or no time left → answered; else waiting in the purgatory
 * until a partition's high watermark moves → gathering anew. Each gathering starts from the beginning, so that what is
 * answered was read in one go, and keeps nothing while it waits.
 *
 * What is read counts against a budget of the broker until it is handed over. A fetch that finds it exhausted is
 * answered with what it has, or waits for its turn if that is nothing, and then reads no more than its share: a few that
 * ask for everything must not keep many waiting.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import { NONE } from '../../protocol/record-batch.ts'
import { assert } from '../../world/assert.ts'
import type { DelayedOperation } from '../delayed/purgatory.ts'
import type { Partition } from '../replication/partition.ts'
import type { FetchTarget } from './fetch-sessions.ts'
import type { Services } from './services.ts'

/** What is answered for one partition. */
export interface Fetched {
  readonly target: FetchTarget
  readonly errorCode: ErrorCode
  readonly highWatermark: number
  readonly logStartOffset: number
  /** There are records, and the first batch was too large for what was left of a limit. */
  readonly isTooLarge?: boolean
  readonly divergingEpoch?: { readonly epoch: number; readonly endOffset: number }
  readonly records: Uint8Array
}

export interface FetchLimits {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  /** Whether topics are named by their ids. */
  readonly usesTopicIds: boolean
}

/** What a fetch reads at once, at most, that had to wait for its turn, or while answers lie about that nobody takes. */
const SHARE_BYTES = 1_048_576

const nothing = new Uint8Array(0)

export class FetchOperation implements DelayedOperation {
  readonly #services: Services
  readonly #targets: readonly FetchTarget[]
  readonly #limits: FetchLimits
  readonly #done: (fetched: readonly Fetched[]) => void
  readonly #deadlineUs: number
  #gathered: Fetched[] = []
  #bytes = 0
  #gathering = false
  #timeIsUp: boolean
  /** Bytes of the budget that this fetch has. */
  #taken = 0
  /** Bytes that it has waited for, for the next read. */
  #share = 0
  #isAbandoned = false
  /** How to leave what it waits in. */
  #leave: (() => void) | undefined

  constructor(
    services: Services,
    targets: readonly FetchTarget[],
    limits: FetchLimits,
    done: (fetched: readonly Fetched[]) => void,
  ) {
    this.#services = services
    this.#targets = targets
    this.#limits = limits
    this.#done = done
    this.#deadlineUs = services.world.clock.monotonicUs() + Math.max(limits.maxWaitMs, 0) * 1000
    this.#timeIsUp = limits.maxWaitMs <= 0
  }

  start(): void {
    this.#gather()
  }

  /** Nobody waits for the answer any more. Harmless when it was answered. */
  abandon(): void {
    this.#isAbandoned = true
    this.#leave?.()
    this.#leave = undefined
  }

  /** Called by the purgatory when a partition has new records, or is led here no longer: leaves it, to read. */
  tryComplete(): boolean {
    const hasNews = this.#targets.some((target) => {
      const partition = this.#partitionOf(target)
      return typeof partition === 'number' || partition.highWatermark > target.fetchOffset
    })
    if (!hasNews) return false
    this.#gather()
    return true
  }

  expire(): void {
    this.#timeIsUp = true
    this.#gather()
  }

  #gather(): void {
    assert(!this.#gathering, 'a fetch gathers once at a time')
    assert(this.#taken === 0, 'a fetch begins with nothing')
    this.#leave = undefined
    this.#gathering = true
    this.#bytes = 0
    this.#readOn()
  }

  /** Goes through the targets, without a detour where nothing must be read from the disk. */
  #readOn(): void {
    while (this.#gathered.length < this.#targets.length) {
      const target = this.#targets[this.#gathered.length]!
      const partition = this.#partitionOf(target)
      if (typeof partition === 'number') {
        this.#gathered.push(failed(target, partition))
        continue
      }
      const refused = refusal(target, partition)
      if (refused !== undefined) {
        this.#gathered.push(refused)
      } else if (target.fetchOffset >= partition.highWatermark || this.#isFull) {
        this.#gathered.push(fetchedFrom(target, partition, nothing))
      } else {
        const maxBytes = this.#takeForRead(target)
        if (maxBytes !== undefined) return this.#read(target, partition, maxBytes)
        if (this.#bytes === 0) return this.#waitToRead(target)
        this.#gathered.push(fetchedFrom(target, partition, nothing))
      }
    }
    this.#gatheredAll()
  }

  /** However little is asked for, one batch is read. */
  get #isFull(): boolean {
    return this.#bytes > 0 && this.#bytes >= this.#limits.maxBytes
  }

  #bytesToRead(target: FetchTarget): number {
    const wanted = Math.max(Math.min(target.maxBytes, this.#limits.maxBytes - this.#bytes), 0)
    return this.#services.fetchBytes.isScarce ? Math.min(wanted, SHARE_BYTES) : wanted
  }

  /** How much may be read now; undefined where there is too little left. */
  #takeForRead(target: FetchTarget): number | undefined {
    const share = this.#share
    this.#share = 0
    if (share > 0) return Math.min(share, this.#bytesToRead(target))
    const taken = this.#services.fetchBytes.tryTake(this.#bytesToRead(target))
    this.#taken += taken ?? 0
    return taken
  }

  /** Goes on when it is this fetch's turn, and then looks anew: the partition may have changed meanwhile. */
  #waitToRead(target: FetchTarget): void {
    const share = Math.max(1, Math.min(this.#bytesToRead(target), SHARE_BYTES))
    this.#leave = this.#services.fetchBytes.takeLater(share, (bytes) => {
      this.#leave = undefined
      this.#taken += bytes
      this.#share = bytes
      // Not inside the call of whoever gave back.
      this.#services.world.clock.setTimer(0, () => (this.#isAbandoned ? this.#drop() : this.#readOn()))
    })
  }

  /** A read may bring less than was taken for it; that it brings one batch more is not counted. */
  #keepTaken(bytes: number): void {
    const spare = this.#taken - bytes
    if (spare <= 0) return
    this.#taken = bytes
    this.#services.fetchBytes.give(spare)
  }

  /** What was read is of no use. */
  #drop(): void {
    for (const { records } of this.#gathered) this.#services.buffers.give(records)
    this.#giveBack()
  }

  /** What was read is handed over; the connection gives its buffers back. */
  #giveBack(): void {
    const taken = this.#taken
    this.#taken = 0
    this.#gathered = []
    if (taken > 0) this.#services.fetchBytes.give(taken)
  }

  #read(target: FetchTarget, partition: Partition, maxBytes: number): void {
    const read = {
      offset: target.fetchOffset,
      upTo: partition.highWatermark,
      maxBytes,
      atLeastOne: this.#bytes === 0,
      buffers: this.#services.buffers,
    }
    const before = this.#taken - maxBytes
    partition.log.read(read, (error, records) => {
      if (this.#isAbandoned) {
        this.#services.buffers.give(records)
        return this.#drop()
      }
      this.#keepTaken(Math.max(before, 0) + records.buffer.byteLength)
      if (error === undefined && target.fetchOffset >= partition.log.startOffset) {
        this.#bytes += records.length
        const isTooLarge = records.length === 0 && maxBytes > 0
        this.#gathered.push({ ...fetchedFrom(target, partition, records), isTooLarge })
      } else {
        this.#gathered.push(failed(target, readProblem(target, partition)))
      }
      this.#readOn()
    })
  }

  #gatheredAll(): void {
    this.#gathering = false
    const isEnough = this.#bytes >= this.#limits.minBytes || this.#targets.length === 0
    const leftUs = this.#deadlineUs - this.#services.world.clock.monotonicUs()
    const isFinal = this.#timeIsUp || leftUs <= 0 || this.#gathered.some(({ errorCode: code }) => code !== 0)
    if (isEnough || isFinal) {
      this.#done(this.#gathered)
      return this.#giveBack()
    }
    const partitions = new Set<Partition>()
    const gathered = this.#gathered
    this.#drop()
    for (const { target, highWatermark } of gathered) {
      const partition = this.#partitionOf(target)
      // What arrived while this gathering read must not be waited for, nor what is led here no longer.
      if (typeof partition === 'number' || partition.highWatermark > highWatermark) return this.#gather()
      partitions.add(partition)
    }
    this.#leave = this.#services.partitions.fetches.watch(this, [...partitions], Math.ceil(leftUs / 1000))
  }

  #partitionOf({ topic, topicId, partition }: FetchTarget): Partition | ErrorCode {
    const { partitions, image } = this.#services
    const name = this.#limits.usesTopicIds ? image.topicById(topicId)?.name : topic
    return name === undefined ? errorCode.UNKNOWN_TOPIC_ID : partitions.led(name, partition)
  }
}

/** Why a target is not read, in Kafka's order of checks; undefined where it may be. */
function refusal(target: FetchTarget, partition: Partition): Fetched | undefined {
  const { log, leaderEpoch } = partition
  // Any negative epoch says that the fetcher knows none.
  const epochProblem = leaderEpochProblem(Math.max(target.currentLeaderEpoch, NONE), leaderEpoch)
  if (epochProblem !== undefined) return failed(target, epochProblem)
  if (target.lastFetchedEpoch >= 0) {
    const end = endOfEpoch(partition, target.lastFetchedEpoch)
    if (end === undefined) return failed(target, errorCode.OFFSET_OUT_OF_RANGE)
    if (end.epoch < target.lastFetchedEpoch || end.endOffset < target.fetchOffset) {
      return { ...fetchedFrom(target, partition, nothing), divergingEpoch: end }
    }
  }
  const isInLog = target.fetchOffset >= log.startOffset && target.fetchOffset <= log.endOffset
  return isInLog ? undefined : failed(target, errorCode.OFFSET_OUT_OF_RANGE)
}

/** Where an epoch ends. That of the leader is there before it has written anything. */
function endOfEpoch({ log, leaderEpoch }: Partition, epoch: number) {
  return epoch === leaderEpoch ? { epoch, endOffset: log.endOffset } : log.epochs.endOf(epoch, log.endOffset)
}

/** Fencing by leader epoch: an older one is fenced, a newer one is not known here yet. KIP-320. */
export function leaderEpochProblem(current: number, leaderEpoch: number): ErrorCode | undefined {
  if (current === NONE || current === leaderEpoch) return undefined
  return current < leaderEpoch ? errorCode.FENCED_LEADER_EPOCH : errorCode.UNKNOWN_LEADER_EPOCH
}

function fetchedFrom(target: FetchTarget, partition: Partition, records: Uint8Array): Fetched {
  const { highWatermark, log } = partition
  return { target, errorCode: errorCode.NONE, highWatermark, logStartOffset: log.startOffset, records }
}

/** What a read that failed is told: retention, or the end of the topic, may have closed the segment under it. */
function readProblem(target: FetchTarget, partition: Partition): ErrorCode {
  if (partition.isRemoved) return errorCode.UNKNOWN_TOPIC_OR_PARTITION
  return target.fetchOffset < partition.log.startOffset ? errorCode.OFFSET_OUT_OF_RANGE : errorCode.KAFKA_STORAGE_ERROR
}

function failed(target: FetchTarget, code: ErrorCode): Fetched {
  return { target, errorCode: code, highWatermark: -1, logStartOffset: -1, records: nothing }
}
