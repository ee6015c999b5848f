/**
 * The open loop: batches are due at even intervals, whether earlier ones were answered or not, and every latency counts
 * from the time at which its batch was due, so that a stall is seen by all whom it made wait (what is called coordinated
 * omission is left out by construction). Readers at the tail measure the way to a consumer.
 *
 * Between batches that are due soon the loop of events is kept turning instead of a timer of whole milliseconds. What the
 * generator itself is late is recorded beside.
 */

import type { World } from '../../world/world.ts'
import { Histogram } from '../figures/histogram.ts'
import type { LoadBatch } from './batch-pool.ts'
import { walkBatches } from './batch-walk.ts'
import { type LoadConnection, openConnections } from './load-connection.ts'
import type { OfferedLoadJob, OfferedLoadOutcome } from './load-jobs.ts'
import { TallyKeeper } from './tally-keeper.ts'

/** Unanswered batches per connection; what is due beyond it counts as not sent. */
const UNANSWERED_MAX = 2_000
/** Nearer than that, timers are too coarse. */
const SPIN_US = 2_500
const TAIL_WAIT_MS = 100

/** Does the job; rejects where anything fails. */
export async function offerLoad(
  world: World,
  job: OfferedLoadJob,
  pool: readonly LoadBatch[],
): Promise<OfferedLoadOutcome> {
  let fail: (reason: string) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = (reason) => reject(new Error(reason))
  })
  failed.catch(() => undefined)
  const onFailure = (reason: string) => fail(reason)
  const producing = { inFlight: UNANSWERED_MAX, queued: UNANSWERED_MAX }
  const producers = await openConnections(world, job, producing, onFailure)
  const readers = await openConnections(world, job, { inFlight: 1, queued: 1 }, onFailure)
  const loop = new OpenLoop(world, job, pool, onFailure)
  try {
    return await Promise.race([failed, loop.run(producers, readers)])
  } finally {
    for (const connection of [...producers, ...readers]) connection.close()
  }
}

class OpenLoop {
  readonly #world: World
  readonly #job: OfferedLoadJob
  readonly #pool: readonly LoadBatch[]
  readonly #onFailure: (reason: string) => void
  readonly #acknowledged: TallyKeeper
  readonly #read: TallyKeeper
  /** When each batch of a partition was due, in the order of their offsets; -1 in the warm-up. */
  readonly #dueUs: number[][]
  readonly #publish = new Histogram()
  readonly #endToEnd = new Histogram()
  readonly #delay = new Histogram()
  readonly #beganUs: number
  readonly #batches: number
  readonly #warmUpBatches: number
  #next = 0
  #unanswered = 0
  #unsent = 0
  #lastAnswerUs = 0
  #finish: (outcome: OfferedLoadOutcome) => void = () => undefined

  constructor(world: World, job: OfferedLoadJob, pool: readonly LoadBatch[], onFailure: (reason: string) => void) {
    this.#world = world
    this.#job = job
    this.#pool = pool
    this.#onFailure = onFailure
    const { batchesPerSecond, warmUpMs, measureMs, leaders } = job
    this.#warmUpBatches = Math.floor((batchesPerSecond * warmUpMs) / 1_000)
    this.#batches = this.#warmUpBatches + Math.floor((batchesPerSecond * measureMs) / 1_000)
    this.#acknowledged = new TallyKeeper(leaders.length)
    this.#read = new TallyKeeper(leaders.length)
    this.#dueUs = leaders.map(() => [])
    this.#beganUs = world.clock.monotonicUs()
  }

  run(producers: readonly LoadConnection[], readers: readonly LoadConnection[]): Promise<OfferedLoadOutcome> {
    return new Promise((resolve) => {
      this.#finish = resolve
      for (const reader of readers) this.#readTail(reader)
      this.#pump(producers)
    })
  }

  #pump(producers: readonly LoadConnection[]): void {
    while (this.#next < this.#batches) {
      const dueUs = this.#beganUs + Math.floor((this.#next * 1_000_000) / this.#job.batchesPerSecond)
      const aheadUs = dueUs - this.#world.clock.monotonicUs()
      if (aheadUs > SPIN_US) return void this.#world.clock.setTimer(aheadUs - SPIN_US, () => this.#pump(producers))
      if (aheadUs > 0) return void setImmediate(() => this.#pump(producers))
      const number = this.#next++
      this.#send(producers[number % producers.length]!, this.#pool[number % this.#pool.length]!, number, dueUs)
    }
    this.#finishIfDone()
  }

  #send(producer: LoadConnection, batch: LoadBatch, number: number, dueUs: number): void {
    if (producer.pending >= UNANSWERED_MAX) {
      this.#unsent++
      return
    }
    const isMeasured = number >= this.#warmUpBatches
    const { partition } = producer
    this.#dueUs[partition]!.push(isMeasured ? dueUs : -1)
    if (isMeasured) this.#delay.record(this.#world.clock.monotonicUs() - dueUs)
    this.#unanswered++
    producer.produce(batch.bytes, (baseOffset) => {
      this.#unanswered--
      this.#lastAnswerUs = this.#world.clock.monotonicUs()
      this.#acknowledged.count(partition, baseOffset, batch.crc, batch.records, batch.bytes.length)
      if (isMeasured) this.#publish.record(this.#lastAnswerUs - dueUs)
      this.#finishIfDone()
    })
  }

  #readTail(reader: LoadConnection): void {
    const { partition } = reader
    reader.fetch(this.#read.endOffset(partition), TAIL_WAIT_MS, (bytes) => {
      const nowUs = this.#world.clock.monotonicUs()
      const problem = walkBatches(bytes, (baseOffset, crc, records, size) => {
        this.#read.count(partition, baseOffset, crc, records, size)
        const dueUs = this.#dueUs[partition]![baseOffset / records] ?? -1
        if (dueUs >= 0) this.#endToEnd.record(nowUs - dueUs)
      })
      if (problem !== undefined) return this.#onFailure(problem)
      this.#finishIfDone()
      this.#readTail(reader)
    })
  }

  #finishIfDone(): void {
    const { batches } = this.#acknowledged
    if (this.#next < this.#batches || this.#unanswered > 0 || this.#read.batches < batches) return
    const scheduleUs = Math.floor((this.#batches * 1_000_000) / this.#job.batchesPerSecond)
    const drainUs = Math.max(0, this.#lastAnswerUs - this.#beganUs - scheduleUs)
    this.#finish({
      kind: 'offered',
      ...{ tally: this.#acknowledged.tally(), read: this.#read.tally() },
      ...{ publish: this.#publish.data(), endToEnd: this.#endToEnd.data(), delay: this.#delay.data() },
      ...{
        due: this.#batches,
        unsent: this.#unsent,
        answeredPerSecond: (batches * 1_000_000) / (scheduleUs + drainUs),
        drainUs,
      },
    })
  }
}
