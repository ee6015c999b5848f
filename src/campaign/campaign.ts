/**
 * A campaign: many seeds on many cores, one result. The result is a function of the seeds alone, however many jobs there
 * were and in whatever order their outcomes came.
 *
 * Seeds are handed out in batches, in ascending order; a batch that was begun is finished, so that whatever ends a
 * campaign early (its time, an interruption) leaves the result of a shorter campaign. A batch that takes its worker down
 * is done again seed by seed: what fails then is a finding about the simulator, and the campaign goes on.
 */

import type { Topology } from '../sim/plan/topology-draw.ts'
import { CampaignFold, type CampaignTotals } from './campaign-fold.ts'
import { crashedOutcome, type SeedOutcome } from './outcome.ts'
import type { SeedBatch } from './run-seeds.ts'
import type { WorkPool } from './work-pool.ts'

export interface CampaignOptions {
  readonly from: number
  /** How many seeds; `Number.MAX_SAFE_INTEGER` for as many as time allows. */
  readonly seeds: number
  /** Null for the correct book. */
  readonly mutant: string | null
  /** Plans are of clusters, where given. */
  readonly topology?: Topology | undefined
  /** Run each seed twice and compare. */
  readonly twice: boolean
  readonly pool: WorkPool
  /** Real time in milliseconds from any origin; for the size of batches only. */
  readonly nowMs: () => number
  /** Asked before each batch; true hands out no more. Default: never. */
  readonly shouldStop?: () => boolean
  readonly onProgress?: (progress: CampaignProgress) => void
}

interface CampaignProgress {
  readonly seeds: number
  readonly events: number
  readonly failures: number
  readonly differences: number
}

/** Real time that a batch should take: long beside the cost of a message, short beside a person's patience. */
const BATCH_MS = 200
const BATCH_SEEDS_MAX = 128

/** Runs the campaign. Rejects only where workers cannot be had at all. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignTotals> {
  const campaign = new Campaign(options)
  // One batch more than workers lies ready, so that none of them ever waits for a message.
  await Promise.all(Array.from({ length: options.pool.jobs + 1 }, () => campaign.work()))
  return campaign.fold.totals()
}

class Campaign {
  readonly fold: CampaignFold
  readonly #options: CampaignOptions
  #next: number
  readonly #end: number
  #seedMs = BATCH_MS

  constructor(options: CampaignOptions) {
    this.fold = new CampaignFold(options.from)
    this.#options = options
    this.#next = options.from
    this.#end = Math.min(options.from + options.seeds, Number.MAX_SAFE_INTEGER)
  }

  /** Takes batches until there are none. */
  async work(): Promise<void> {
    const { mutant, topology, twice, nowMs, shouldStop } = this.#options
    while (this.#next < this.#end && shouldStop?.() !== true) {
      const batch = { from: this.#next, count: this.#batchSize(), mutant, topology, twice }
      this.#next += batch.count
      const startedMs = nowMs()
      const outcomes = await this.#run(batch)
      this.#seedMs = (nowMs() - startedMs) / batch.count
      for (const outcome of outcomes) this.fold.add(outcome)
      const { seeds, events, failures, differences } = this.fold
      this.#options.onProgress?.({ seeds, events, failures, differences })
    }
  }

  /** Batches get smaller towards the end, so that all workers end at about the same time. */
  #batchSize(): number {
    const left = this.#end - this.#next
    const fairShare = Math.ceil(left / (3 * this.#options.pool.jobs))
    const byTime = Math.floor(BATCH_MS / Math.max(this.#seedMs, 0.01))
    return Math.max(1, Math.min(byTime, fairShare, left, BATCH_SEEDS_MAX))
  }

  async #run(batch: SeedBatch): Promise<SeedOutcome[]> {
    try {
      return await this.#options.pool.runSeeds(batch)
    } catch (error) {
      if (batch.count === 1) return [crashedOutcome(batch.from, error)]
      const outcomes: SeedOutcome[] = []
      for (let seed = batch.from; seed < batch.from + batch.count; seed++) {
        outcomes.push(...(await this.#run({ ...batch, from: seed, count: 1 })))
      }
      return outcomes
    }
  }
}
