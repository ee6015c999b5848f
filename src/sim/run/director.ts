/**
 * What happens in a run, in order: start, topics, the safety phase (faults strike while the actors act), the liveness
 * phase (a core is healed, nothing new strikes, all must finish within bounds), the last reading, the end, the judgement
 * of the history.
 *
 * The core is everything but what is lost and what the plan leaves broken (`core.ts`). Bounds are generous multiples of
 * the timeouts that are configured, and of what a sync of the plan's disks takes: they tell what never comes from what
 * comes late.
 */

import { History } from '../../workloads/history/history.ts'
import { judgeHistory } from '../../workloads/judge-history.ts'
import { workloadNamed } from '../../workloads/table.ts'
import type { ActorSession, Workload } from '../../workloads/workload.ts'
import { WorkloadStuck } from '../../workloads/workload-errors.ts'
import { LEADS } from '../invariants/cluster/l3-leadership.ts'
import { CONVERGES } from '../invariants/cluster/l4-convergence.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { nobody } from '../loop/event-queue.ts'
import { nodesIn } from '../plan/topology.ts'
import { actorsOf } from './clients.ts'
import { aftermathUs, healCore } from './core.ts'
import type { Run } from './run.ts'
import type { Server } from './server.ts'

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
/** After healing: a few elections, each of some election timeouts. */
const LEADER_US = 60 * SECOND_US
/** After there is a leader: registration, catching up, unfencing. */
const CONVERGED_US = 60 * SECOND_US
/** How long the peace is watched, and how many changes of epoch it may have. */
const PEACE_US = 20 * SECOND_US
const PEACE_EPOCHS_MAX = 1
/** Between two looks at whether something has come about. */
const LOOK_US = 100_000

const ANSWERED = 'L2 everything is answered'

/** Damage may take what was written. It makes nobody read what was not. */
const neverExcused: ReadonlySet<string> = new Set(['unwritten-read', 'G1a'])

/** Progress that did not come in time. */
class NoProgress extends Error {
  /** The name of the promise. */
  readonly invariant: string

  constructor(invariant: string, message: string) {
    super(message)
    this.invariant = invariant
  }
}

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
    const syncsUs = run.servers.map(({ node }) => Math.max(node.disk.profile.syncMinUs, node.disk.profile.syncMeanUs))
    this.#readyUs = READY_US + SYNCS_MAX * Math.max(...syncsUs)
    this.history = new History({
      concurrency: this.#actors.length + 2,
      nowUs: () => run.machines.loop.nowUs,
    })
  }

  /** Goes through the run. Broken promises are noted in the run; only bugs of the simulator reject. */
  async direct(): Promise<void> {
    try {
      await this.#live()
    } catch (error) {
      if (!(error instanceof NoProgress || error instanceof WorkloadStuck)) throw error
      // Who asks for what is lost, or does not pass its checksum, may ask for ever.
      if (!this.#run.isDamaged) {
        const invariant = error instanceof NoProgress ? error.invariant : ANSWERED
        this.#run.violated('liveness', invariant, error.message)
        return
      }
    }
    this.#judge()
  }

  async #live(): Promise<void> {
    const { servers, faults, clients, cluster } = this.#run
    for (const { process } of servers) process.start()
    await this.#allReady(servers, 'after its first start')
    await this.#createTopics()
    faults.arm()
    const acting = Promise.all(this.#startActors())
    await Promise.race([this.#busy(acting), this.#sleep(this.#lastOperationUs() + SAFETY_US)])
    const core = healCore(this.#run)
    await this.#allReady(core, 'though nothing is in its way')
    if (cluster !== undefined) await this.#settle(core)
    await this.#within(FINISH_US, acting, 'operations have not ended though nothing is in their way')
    if (this.#hasBrokers) {
      const reader = clients.session('final-reader', this.#actors.length + 1, this.history)
      await this.#within(READ_ALL_US, this.#workload.readAll(reader), 'the logs cannot be read to their ends')
    }
    clients.closeAll()
    await this.#sleep(REST_US)
    if (cluster !== undefined) await this.#decisionsEnd(core)
    for (const server of core) this.#checkLeaks(server)
    await this.#restartCleanly(core)
    for (const { watch } of core) watch.recomputeAll()
  }

  get #hasBrokers(): boolean {
    return nodesIn(this.#run.plan, 'broker').length > 0
  }

  /** With nobody to act for, the faults have the time that they were planned for. */
  #busy(acting: Promise<unknown>): Promise<unknown> {
    if (this.#actors.length > 0) return acting
    return Promise.all([acting, this.#sleep(this.#lastFaultUs() + REST_US)])
  }

  async #allReady(servers: readonly Server[], when: string): Promise<void> {
    const ready = servers.map(({ process, name }) => {
      const who = name === 'broker' ? 'the broker' : name
      return this.#within(this.#readyUs, process.whenReady(), `${who} is not ready ${when}`)
    })
    await Promise.all(ready)
  }

  /** L3 and L4: the core finds a leader, keeps it, and every node of it takes its part again. */
  async #settle(core: readonly Server[]): Promise<void> {
    const cluster = this.#run.cluster!
    const ids = core.map(({ id }) => id)
    await this.#sleep(aftermathUs(this.#run.plan))
    await this.#until(LEADER_US, LEADS, () => cluster.leaderProblem(ids))
    const brokers = core.filter(({ planned }) => planned.roles.includes('broker')).map(({ id }) => id)
    const target = { core: ids, brokers, endOffset: cluster.committedEnd }
    await this.#until(CONVERGED_US, CONVERGES, () => cluster.convergenceProblem(target))
    const before = cluster.epochOf(ids)
    await this.#sleep(PEACE_US)
    const outside = this.#run.servers.filter(({ id, process }) => !ids.includes(id) && !process.isGone)
    const stale = cluster.leaderOutside(outside.map(({ id }) => id))
    if (stale !== undefined) {
      throw new NoProgress(LEADS, `node ${stale} takes itself for the leader, and no majority has reached it for long`)
    }
    const changes = cluster.epochOf(ids) - before
    if (changes > PEACE_EPOCHS_MAX) {
      throw new NoProgress(
        LEADS,
        `the epoch rose from ${before} by ${changes} in ${PEACE_US / SECOND_US} s though nothing is in the way`,
      )
    }
  }

  async #createTopics(): Promise<void> {
    const { plan, clients } = this.#run
    // The machine is there all the same, so that leaving topics out changes nothing else.
    if (!this.#hasBrokers) return
    const { client } = clients.session('first-topics', this.#actors.length, this.history)
    if (plan.topics.length === 0) return
    const topics = plan.topics.map(({ name, partitions, settings }) => ({
      ...{ name, numPartitions: partitions, configs: settings },
    }))
    const outcomes = await this.#within(this.#readyUs, client.createTopics(topics), 'the first topics are not created')
    for (const outcome of outcomes) {
      if (outcome.kind === 'created') continue
      if (outcome.certainty === 'definite') {
        throw new Error(`the plan's topics cannot be created: ${JSON.stringify(outcome)}`)
      }
      // An earlier attempt of the same call may have created it.
      if (outcome.error !== 'TOPIC_ALREADY_EXISTS') {
        throw new NoProgress(ANSWERED, `topic ${outcome.name} could not be created: ${outcome.message}`)
      }
    }
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

  #lastFaultUs(): number {
    const { faults } = this.#run.plan
    return faults.reduce((last, { trigger }) => Math.max(last, trigger.on === 'time' ? trigger.atMs * 1000 : 0), 0)
  }

  /** L8: nodes of a cluster go on deciding things, but none of them for ever. */
  async #decisionsEnd(servers: readonly Server[]): Promise<void> {
    for (const { process, name } of servers) {
      const problem = (): string | undefined => {
        const count = process.load?.waitingDecisions ?? 0
        return count === 0 ? undefined : `${count} decisions wait at ${name}`
      }
      await this.#until(REST_US, 'L8 nothing leaks', problem)
    }
  }

  /** L8: what clients held is given back. Nodes of a cluster stay connected with each other. */
  #checkLeaks({ process, name }: Server): void {
    const { load } = process
    if (load === undefined) return
    for (const [what, count] of Object.entries(load)) {
      if (this.#run.cluster !== undefined && (what === 'connections' || what === 'waitingDecisions')) continue
      // Fetch sessions outlive connections, within the bound of their slots.
      if (what === 'fetchSessions' ? count > 1000 : count > 0) {
        const where = name === 'broker' ? '' : ` at ${name}`
        this.#run.violated('liveness', 'L8 nothing leaks', `${count} ${what} are left${where} when no client is`)
      }
    }
  }

  /** A clean stop and a start on what it left, one node after the other: tests the trust in the marker. */
  async #restartCleanly(servers: readonly Server[]): Promise<void> {
    for (const { process, name } of servers) {
      const who = name === 'broker' ? 'the broker' : name
      await this.#within(this.#readyUs, process.stop(), `${who} does not stop`)
      await this.#within(this.#readyUs, process.whenReady(), `${who} is not ready after a clean stop`)
    }
  }

  #judge(): void {
    const run = this.#run
    if (run.violations.length > 0) return
    const findings = judgeHistory(this.#workload, this.history.operations, run.excuses())
    const first = findings.find(({ anomaly }) => !run.isDamaged || neverExcused.has(anomaly))
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

  /** Resolves once `problem` finds none. */
  async #until(us: number, invariant: string, problem: () => string | undefined): Promise<void> {
    const { loop } = this.#run.machines
    const deadlineUs = loop.nowUs + us
    for (let found = problem(); found !== undefined; found = problem()) {
      if (loop.nowUs >= deadlineUs) {
        throw new NoProgress(invariant, `${found}, ${us / SECOND_US} s after nothing was in the way any more`)
      }
      await this.#sleep(LOOK_US)
    }
  }

  /** The promise's value, or no progress after so long. */
  async #within<T>(us: number, promise: Promise<T>, complaint: string): Promise<T> {
    const { loop } = this.#run.machines
    let expire = (): void => undefined
    const deadline = new Promise<never>((_resolve, reject) => {
      expire = () => {
        loop.mark()
        reject(new NoProgress(ANSWERED, `${complaint}, after ${us / SECOND_US} s`))
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
