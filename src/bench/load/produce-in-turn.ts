/**
 * The closed loop: each connection keeps so many requests of one batch in flight and sends the next when one is answered.
 * It measures what a broker can take, not how long a record waits: a slow answer makes the next one late and goes
 * unseen. For that there is the open loop of `offered-load.ts`.
 */

import type { World } from '../../world/world.ts'
import type { LoadBatch } from './batch-pool.ts'
import { type LoadConnection, openConnections } from './load-connection.ts'
import type { ProduceJob, ProduceOutcome } from './load-jobs.ts'
import { TallyKeeper } from './tally-keeper.ts'

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
  const options = { inFlight: job.inFlight, queued: job.inFlight }
  const connections = await openConnections(world, job, options, (reason) => fail(reason))
  try {
    return await Promise.race([failed, new Loop(world, job, pool).run(connections)])
  } finally {
    for (const connection of connections) connection.close()
  }
}

class Loop {
  readonly #world: World
  readonly #job: ProduceJob
  readonly #pool: readonly LoadBatch[]
  readonly #tally: TallyKeeper
  readonly #beginUs: number
  readonly #endUs: number
  #sentBatches = 0
  #sentBytes = 0
  #unanswered = 0
  /** The tally when the measured time began, and when the last answer within it came. */
  #first: Mark | undefined
  #last: Mark | undefined
  #finish: (outcome: ProduceOutcome) => void = () => undefined

  constructor(world: World, job: ProduceJob, pool: readonly LoadBatch[]) {
    this.#world = world
    this.#job = job
    this.#pool = pool
    this.#tally = new TallyKeeper(job.leaders.length)
    this.#beginUs = world.clock.monotonicUs() + job.warmUpMs * 1_000
    this.#endUs = this.#beginUs + job.measureMs * 1_000
  }

  run(connections: readonly LoadConnection[]): Promise<ProduceOutcome> {
    return new Promise((resolve) => {
      this.#finish = resolve
      for (const connection of connections) {
        for (let sent = 0; sent < this.#job.inFlight; sent++) this.#send(connection)
      }
    })
  }

  #send(connection: LoadConnection): void {
    const batch = this.#pool[this.#sentBatches++ % this.#pool.length]!
    this.#sentBytes += batch.bytes.length
    this.#unanswered++
    connection.produce(batch.bytes, (baseOffset) => this.#answered(connection, batch, baseOffset))
  }

  #answered(connection: LoadConnection, { bytes, crc, records }: LoadBatch, baseOffset: number): void {
    this.#unanswered--
    this.#tally.count(connection.partition, baseOffset, crc, records, bytes.length)
    const nowUs = this.#world.clock.monotonicUs()
    const isFull = this.#sentBytes >= this.#job.bytesMax
    if (nowUs >= this.#beginUs && (nowUs < this.#endUs || this.#last === undefined)) {
      this.#first ??= this.#mark(nowUs)
      // Once nothing is sent any more the rest only drains: that is no throughput.
      if (!isFull || this.#last === undefined) this.#last = this.#mark(nowUs)
    }
    if (nowUs < this.#endUs && !isFull) this.#send(connection)
    else if (this.#unanswered === 0) this.#finish(this.#outcome())
  }

  #mark(us: number): Mark {
    return { us, batches: this.#tally.batches, records: this.#tally.records, bytes: this.#tally.bytes }
  }

  #outcome(): ProduceOutcome {
    const nothing: Mark = { us: 0, batches: 0, records: 0, bytes: 0 }
    const first = this.#first ?? nothing
    const last = this.#last ?? first
    const measured = {
      batches: last.batches - first.batches,
      records: last.records - first.records,
      bytes: last.bytes - first.bytes,
      us: last.us - first.us,
    }
    return { kind: 'produced', tally: this.#tally.tally(), measured }
  }
}

interface Mark {
  readonly us: number
  readonly batches: number
  readonly records: number
  readonly bytes: number
}
