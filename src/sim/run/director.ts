/**
 * What happens in a run, in order: start, topics, the safety phase (faults strike while the actors act), the liveness
 * phase (everything is healed, nothing new strikes, all must finish within bounds), the last reading, the end, the
 * judgement of the history.
 *
 * With one broker the core that is healed is everything. Bounds are generous multiples of the timeouts that are
 * configured, and of what a sync of the plan's disk takes: they tell what never comes from what comes late.
 */

import { History } from '../../workloads/history/history.ts'
import { judgeHistory } from '../../workloads/judge-history.ts'
import { workloadNamed } from '../../workloads/table.ts'
import type { ActorSession, Workload } from '../../workloads/workload.ts'
import { WorkloadStuck } from '../../workloads/workload-errors.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { nobody } from '../loop/event-queue.ts'
import { actorsOf } from './clients.ts'
import { BROKER_NODE, type Run } from './run.ts'

const SECOND_US = 1_000_000
/** From the start of a process to ready, with restarts in between, or to its stop; syncs come on top. */
const READY_US = 60 * SECOND_US
/** More syncs than a start or a stop makes, one after the other, with all the logs of a plan. */
const SYNCS_MAX = 2000
/** After the last operation was due, the safety phase lasts so long at most. */
const SAFETY_US = 20 * SECOND_US
/** After healing: the delivery timeout of producers (120 s) and some. */
const FINISH_US = 200 * SECOND_US
const READ_ALL_US = 180 * SECOND_US
/** After the last client closed, everything it held is given back. */
const REST_US = 5 * SECOND_US

/** Damage may take what was written. It makes nobody read what was not. */
const neverExcused: ReadonlySet<string> = new Set(['unwritten-read', 'G1a'])

/** Progress that did not come in time. */
class NoProgress extends Error {}

export class Director {
  readonly #run: Run
  readonly #workload: Workload
  readonly #actors: readonly string[]
  readonly #readyUs: number
  readonly history: History

  constructor(run: Run) {
    const workload = workloadNamed(run.plan.workload)
    if (workload === undefined) throw new Error(`no workload is named ${run.plan.workload}`)
    this.#run = run
    this.#workload = workload
    this.#actors = actorsOf(run.plan.operations)
    const { syncMinUs, syncMeanUs } = run.machines.node(BROKER_NODE).disk.profile
    this.#readyUs = READY_US + SYNCS_MAX * Math.max(syncMinUs, syncMeanUs)
    this.history = new History({
      concurrency: this.#actors.length + 2,
      nowUs: () => run.machines.loop.nowUs,
    })
  }

  /** Goes through the run. Broken promises are noted in the run; only bugs of the simulator reject. */
  async direct(): Promise<void> {
    const { broker, faults, clients, watch } = this.#run
    try {
      broker.start()
      await this.#within(this.#readyUs, broker.whenReady(), 'the broker is not ready after its first start')
      await this.#createTopics()
      faults.arm()
      const acting = Promise.all(this.#startActors())
      await Promise.race([acting, this.#sleep(this.#lastOperationUs() + SAFETY_US)])
      this.#heal()
      await this.#within(this.#readyUs, broker.whenReady(), 'the broker is not ready though nothing is in its way')
      await this.#within(FINISH_US, acting, 'operations have not ended though nothing is in their way')
      const reader = clients.session('final-reader', this.#actors.length + 1, this.history)
      await this.#within(READ_ALL_US, this.#workload.readAll(reader), 'the logs cannot be read to their ends')
      clients.closeAll()
      await this.#sleep(REST_US)
      this.#checkLeaks()
      await this.#restartCleanly()
      watch.recomputeAll()
    } catch (error) {
      if (error instanceof NoProgress || error instanceof WorkloadStuck) {
        // Who asks for what is lost, or does not pass its checksum, may ask for ever.
        if (!this.#run.ghost.damage.hasStruck) {
          this.#run.violated('liveness', 'L2 everything is answered', error.message)
          return
        }
      } else throw error
    }
    this.#judge()
  }

  async #createTopics(): Promise<void> {
    const { plan, clients } = this.#run
    const { client } = clients.session('first-topics', this.#actors.length, this.history)
    if (plan.topics.length === 0) return
    const topics = plan.topics.map(({ name, partitions, settings }) => ({
      ...{ name, numPartitions: partitions, configs: settings },
    }))
    const outcomes = await this.#within(this.#readyUs, client.createTopics(topics), 'the first topics are not created')
    const failed = outcomes.find(({ kind }) => kind !== 'created')
    if (failed !== undefined) throw new Error(`the plan's topics cannot be created: ${JSON.stringify(failed)}`)
  }

  #startActors(): Promise<void>[] {
    const { plan, clients } = this.#run
    return this.#actors.map((actor, slot) => {
      const session: ActorSession = clients.session(actor, slot, this.history)
      return this.#workload.act(
        session,
        plan.operations.filter((operation) => operation.actor === actor),
      )
    })
  }

  #lastOperationUs(): number {
    return this.#run.plan.operations.reduce((last, { atMs }) => Math.max(last, atMs * 1000), 0)
  }

  #heal(): void {
    const { faults, machines, timeline } = this.#run
    timeline?.add('fault', 'everything is healed; nothing new strikes')
    faults.disarm()
    machines.network.heal({})
    machines.node(BROKER_NODE).disk.mend()
    machines.node(BROKER_NODE).disk.capacityBytes = Number.MAX_SAFE_INTEGER
    machines.loop.resumeNode(BROKER_NODE)
  }

  /** L8: what clients held is given back. */
  #checkLeaks(): void {
    const { load } = this.#run.broker
    if (load === undefined) return
    for (const [what, count] of Object.entries(load)) {
      // Fetch sessions outlive connections, within the bound of their slots.
      if (what === 'fetchSessions' ? count > 1000 : count > 0) {
        this.#run.violated('liveness', 'L8 nothing leaks', `${count} ${what} are left when no client is`)
      }
    }
  }

  /** A clean stop and a start on what it left: the last life of every run tests the trust in the marker. */
  async #restartCleanly(): Promise<void> {
    const { broker } = this.#run
    await this.#within(this.#readyUs, broker.stop(), 'the broker does not stop')
    await this.#within(this.#readyUs, broker.whenReady(), 'the broker is not ready after a clean stop')
  }

  #judge(): void {
    const run = this.#run
    if (run.violations.length > 0) return
    const { ghost } = run
    const excuses = { lost: ghost.excuses(), restored: ghost.restored }
    const findings = judgeHistory(this.#workload, this.history.operations, excuses)
    const first = findings.find(({ anomaly }) => !ghost.damage.hasStruck || neverExcused.has(anomaly))
    if (first === undefined) return
    const offset = first.offsets[0]
    run.violated('safety', first.anomaly, first.message, {
      ...(first.key === undefined ? {} : { partition: first.key }),
      ...(offset === undefined ? {} : { offset }),
    })
  }

  #sleep(us: number): Promise<void> {
    const { loop } = this.#run.machines
    return new Promise((resolve) => {
      loop.scheduleAt(loop.nowUs + us, EventKind.harness, nobody, () => {
        loop.mark()
        resolve()
      })
    })
  }

  /** The promise's value, or no progress after so long. */
  async #within<T>(us: number, promise: Promise<T>, complaint: string): Promise<T> {
    const { loop } = this.#run.machines
    let expire = (): void => undefined
    const deadline = new Promise<never>((_resolve, reject) => {
      expire = () => {
        loop.mark()
        reject(new NoProgress(`${complaint}, after ${us / SECOND_US} s`))
      }
    })
    const timer = loop.scheduleAt(loop.nowUs + us, EventKind.harness, nobody, expire)
    try {
      return await Promise.race([promise, deadline])
    } finally {
      timer.cancel()
    }
  }
}
