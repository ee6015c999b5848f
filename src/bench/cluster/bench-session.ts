/**
 * What all measurements of a benchmark share: the targets, the load generator, the topics, and what is said to whoever
 * waits. A measurement has a topic of its own; a run whose records do not come back as they were acknowledged fails.
 */

import type { World } from '../../world/world.ts'
import type { LoadGenerator } from '../load/load-generator.ts'
import type { LoadJob, LoadOutcome, LoadPlace, Tally } from '../load/load-jobs.ts'
import { tallyProblem } from '../load/tally-keeper.ts'
import type { Target } from '../targets/target.ts'
import { BenchTopics } from '../targets/topics.ts'
import type { BenchSettings } from './cluster-benchmark.ts'
import type { SweepPoint } from './sweep-points.ts'

/** Who waits for a benchmark. */
export interface BenchWatcher {
  /** `done` of `total` steps are done; `label` says what is under way. */
  progress(done: number, total: number, label: string): void
  /** True ends the benchmark after the run that is under way. */
  isInterrupted(): boolean
}

/** A run of one job: what came out, and what the target used for it. */
export interface Run<Outcome> {
  readonly outcome: Outcome
  /** Undefined where it cannot be seen. */
  readonly cpuMs: number | undefined
  readonly residentBytes: number | undefined
}

/** See the head of this file. */
export class BenchSession {
  readonly settings: BenchSettings
  readonly targets: readonly Target[]
  readonly watcher: BenchWatcher
  readonly failures: string[] = []
  readonly #generator: LoadGenerator
  readonly #topics: ReadonlyMap<Target, BenchTopics>
  readonly #prefix: string
  #topicNumber = 0
  #done = 0
  #total = 0

  constructor(
    world: World,
    settings: BenchSettings,
    targets: readonly Target[],
    generator: LoadGenerator,
    watcher: BenchWatcher,
  ) {
    this.settings = settings
    this.targets = targets
    this.watcher = watcher
    this.#generator = generator
    this.#topics = new Map(targets.map((target) => [target, new BenchTopics(world, target.address)]))
    this.#prefix = `samsa-bench-${world.clock.wallMs().toString(36)}`
  }

  /** So many more steps will be done. */
  expect(steps: number): void {
    this.#total += steps
  }

  /** A step begins. */
  step(label: string): void {
    this.watcher.progress(this.#done++, this.#total, label)
  }

  /** Does `measure` with a topic that is there for it alone; undefined, and a failure noted, where anything fails. */
  async withTopic<T>(
    target: Target,
    { partitions, acks }: SweepPoint,
    label: string,
    measure: (place: LoadPlace) => Promise<T>,
  ): Promise<T | undefined> {
    const topics = this.#topics.get(target)
    const topic = `${this.#prefix}-${this.#topicNumber++}`
    try {
      await topics?.create(topic, partitions)
      const leaders = Array.from({ length: partitions }, () => target.address)
      return await measure({ leaders, topic, acks: acks === '1' ? 1 : -1 })
    } catch (error) {
      this.failures.push(`${target.name}, ${label}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    } finally {
      await topics?.delete(topic)
    }
  }

  /** Has a job done. Rejects where it failed. */
  async run<Outcome extends LoadOutcome>(target: Target, job: LoadJob): Promise<Run<Outcome>> {
    const before = target.usage()
    const outcome = await this.#generator.run(job)
    const after = target.usage()
    if (outcome.kind === 'failed') throw new Error(outcome.reason)
    const cpuMs = before && after && after.cpuMs - before.cpuMs
    return { outcome: outcome as Outcome, cpuMs, residentBytes: after?.residentBytes }
  }

  close(): void {
    for (const topics of this.#topics.values()) topics.close()
  }
}

/** @throws {Error} where what was read is not what was acknowledged. */
export function mustAgree(acknowledged: Tally, read: Tally): void {
  const problem = tallyProblem(acknowledged, read)
  if (problem !== undefined) throw new Error(problem)
}
