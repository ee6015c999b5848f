/**
 * The closed loop: each connection keeps so many requests of one batch in flight and sends the next when one is answered.
 * It measures what a broker can take, not how long a record waits: a slow answer makes the next one late and goes
 * unseen. For that there is the open loop of `offered-load.ts`. Readers at the tail may go along: then both share what the
 * broker has.
 */

import type { World } from '../../world/world.ts'
import type { LoadBatch } from './batch-pool.ts'
import { walkBatches } from './batch-walk.ts'
import { type LoadConnection, openConnections, openProducers } from './load-connection.ts'
import type { MeasuredPart, ProduceJob, ProduceOutcome } from './load-jobs.ts'
import { TallyKeeper } from './tally-keeper.ts'

const TAIL_WAIT_MS = 100

/** Does the job; rejects where anything fails. */
export async function produceInTurn(
  world: World,
  job: ProduceJob,
  pool: readonly LoadBatch[],
): Promise<ProduceOutcome> {
  let fail: (reason: string) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = (reason) => reject(new Error(reason))
  })
  // Connections that are closed at the end report it too; by then nobody waits for this.
  failed.catch(() => undefined)
  const onFailure = (reason: string): void => fail(reason)
  const options = { inFlight: job.inFlight, queued: job.inFlight }
  const producers = await openProducers(world, job, job.producers, options, onFailure)
  const readers = job.tails ? await openConnections(world, job, { inFlight: 1, queued: 1 }, onFailure) : []
  try {
    return await Promise.race([failed, new Loop(world, job, pool, onFailure).run(producers, readers)])
  } finally {
    for (const connection of [...producers, ...readers]) connection.close()
  }
}

class Loop {
  readonly #world: World
  readonly #job: ProduceJob
  readonly #pool: readonly LoadBatch[]
  readonly #onFailure: (reason: string) => void
  readonly #produced: Counted
  readonly #read: Counted
  readonly #beginUs: number
  readonly #endUs: number
  #sentBatches = 0
  #sentBytes = 0
  #unanswered = 0
  #finish: (outcome: ProduceOutcome) => void = () => undefined

  constructor(world: World, job: ProduceJob, pool: readonly LoadBatch[], onFailure: (reason: string) => void) {
    this.#world = world
    this.#job = job
    this.#pool = pool
    this.#onFailure = onFailure
    this.#produced = new Counted(job.leaders.length)
    this.#read = new Counted(job.leaders.length)
    this.#beginUs = world.clock.monotonicUs() + job.warmUpMs * 1_000
    this.#endUs = this.#beginUs + job.measureMs * 1_000
  }

  run(producers: readonly LoadConnection[], readers: readonly LoadConnection[]): Promise<ProduceOutcome> {
    return new Promise((resolve) => {
      this.#finish = resolve
      for (const reader of readers) this.#readTail(reader)
      for (const producer of producers) {
        for (let sent = 0; sent < this.#job.inFlight; sent++) this.#send(producer)
      }
    })
  }

  #send(connection: LoadConnection): void {
    const batch = this.#pool[this.#sentBatches++ % this.#pool.length]!
    this.#sentBytes += batch.bytes.length
    this.#unanswered++
    connection.produce(batch.bytes, (baseOffset, partition) => this.#answered(connection, batch, baseOffset, partition))
  }

  #answered(
    connection: LoadConnection,
    { bytes, crc, records }: LoadBatch,
    baseOffset: number,
    partition: number,
  ): void {
    this.#unanswered--
    this.#produced.tally.count(partition, baseOffset, crc, records, bytes.length)
    const nowUs = this.#world.clock.monotonicUs()
    const isFull = this.#sentBytes >= this.#job.bytesMax
    // Once nothing is sent any more the rest only drains: that is no throughput.
    this.#mark(this.#produced, nowUs, isFull)
    // On a machine that is very busy hardly anything may come in the measured time: two answers are waited for.
    if ((nowUs < this.#endUs || !this.#produced.hasMeasured) && !isFull) this.#send(connection)
    else this.#finishIfDone()
  }

  #readTail(reader: LoadConnection): void {
    const { partition } = reader
    reader.fetch(this.#read.tally.endOffset(partition), TAIL_WAIT_MS, (bytes) => {
      const problem = walkBatches(bytes, (baseOffset, crc, records, size) => {
        this.#read.tally.count(partition, baseOffset, crc, records, size)
      })
      if (problem !== undefined) return this.#onFailure(problem)
      if (bytes.length > 0) this.#mark(this.#read, this.#world.clock.monotonicUs(), this.#unanswered === 0)
      if (!this.#finishIfDone()) this.#readTail(reader)
    })
  }

  #mark(counted: Counted, nowUs: number, onlyDrains: boolean): void {
    if (nowUs >= this.#beginUs && (nowUs < this.#endUs || !counted.hasMeasured)) counted.mark(nowUs, onlyDrains)
  }

  #finishIfDone(): boolean {
    const nowUs = this.#world.clock.monotonicUs()
    const isOver = nowUs >= this.#endUs && this.#produced.hasMeasured
    const isSent = isOver || this.#sentBytes >= this.#job.bytesMax
    const isRead = !this.#job.tails || this.#read.tally.batches >= this.#produced.tally.batches
    if (!isSent || this.#unanswered > 0 || !isRead) return false
    const [plain, travelling] = this.#pool.reduce(
      ([before, after], batch) => [before + batch.plainBytes, after + batch.bytes.length],
      [0, 0],
    )
    const tail = { tally: this.#read.tally.tally(), measured: this.#read.measured() }
    this.#finish({
      ...{ kind: 'produced', tally: this.#produced.tally.tally(), measured: this.#produced.measured() },
      ...{ compressionRatio: plain / travelling, tail: this.#job.tails ? tail : undefined },
    })
    return true
  }
}

/** What was counted, when the measured time began and when the last of it came. */
class Counted {
  readonly tally: TallyKeeper
  #first: MeasuredPart | undefined
  #last: MeasuredPart | undefined

  constructor(partitions: number) {
    this.tally = new TallyKeeper(partitions)
  }

  get hasMeasured(): boolean {
    return this.#first !== undefined && this.#last !== undefined && this.#last.us > this.#first.us
  }

  mark(us: number, onlyDrains: boolean): void {
    const { batches, records, bytes } = this.tally
    const mark = { us, batches, records, bytes }
    this.#first ??= mark
    if (!onlyDrains || !this.hasMeasured) this.#last = mark
  }

  measured(): MeasuredPart {
    const nothing: MeasuredPart = { us: 0, batches: 0, records: 0, bytes: 0 }
    const first = this.#first ?? nothing
    const last = this.#last ?? first
    return {
      batches: last.batches - first.batches,
      records: last.records - first.records,
      bytes: last.bytes - first.bytes,
      us: last.us - first.us,
    }
  }
}
