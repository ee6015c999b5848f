/** Runs a workload from its plan to its last reading, with a broker and its clients on simulated machines. */

import { expect } from 'vitest'
import { Broker } from '../../../src/broker/broker.ts'
import { Client } from '../../../src/client/client.ts'
import { createSimulatedMachines } from '../../../src/sim/devices/simulated-machines.ts'
import { EventKind } from '../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../src/sim/loop/event-queue.ts'
import { History } from '../../../src/workloads/history/history.ts'
import type { Operation } from '../../../src/workloads/history/operation.ts'
import type { ActorSession, PlannedOperation, PlannedTopic, Workload } from '../../../src/workloads/workload.ts'
import { immediateHost } from '../sim/loop/immediate-host.ts'

export interface PlanOfTest {
  readonly topics: readonly PlannedTopic[]
  readonly operations: readonly PlannedOperation[]
}

/** What befalls the broker. Default: nothing. */
export interface Harm {
  /** Ends the broker's life at these times of the run; it is started again half a second later. */
  readonly crashes?: readonly { readonly atMs: number; readonly how: 'kill' | 'powerLoss' }[]
  /** The broker is gone for good when everything is to be read. */
  readonly isGoneAtTheEnd?: boolean
}

const listen = { host: 'broker', port: 9092 }
/** What expires is deleted while the run lasts. */
const options = { listen, settings: { 'log.retention.check.interval.ms': '100' } }

/** The history of the run. */
export async function simulate(
  workload: Workload,
  plan: PlanOfTest,
  seed: number,
  harm: Harm = {},
): Promise<readonly Operation[]> {
  const host = immediateHost()
  const errors: unknown[] = []
  const machines = createSimulatedMachines({
    seed,
    onNodeError: (_node, error) => errors.push(error),
    onHalt: (_node, reason) => errors.push(reason),
  })
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    const outcome = await machines.loop.runUntil(() => isSettled || errors.length > 0, host)
    expect(errors).toEqual([])
    expect(outcome).toBe('stopped')
    return promise
  }
  const node = machines.addNode({ id: 0, hostName: listen.host })
  await settled(Broker.start(node.startLife(), options))
  const actors = [...new Set(plan.operations.map(({ actor }) => actor))]
  const history = new History({ concurrency: actors.length + 1, nowUs: () => machines.loop.nowUs })
  const session = (name: string, process: number): ActorSession => {
    const world = machines.addNode({ id: 1 + process, hostName: name }).startLife()
    const client = new Client(world, { bootstrap: [listen], clientId: name })
    return { world, client, history, process, topics: plan.topics, startUs: world.clock.monotonicUs() }
  }
  const admin = session('last', actors.length)
  const topics = plan.topics.map(({ name, partitions, settings }) => ({
    ...{ name, numPartitions: partitions, configs: settings },
  }))
  const created = await settled(admin.client.createTopics(topics))
  expect(created.map(({ kind }) => kind)).toEqual(topics.map(() => 'created'))
  const at = (atMs: number, act: () => void) =>
    machines.loop.scheduleAt(machines.loop.nowUs + atMs * 1000, EventKind.harness, nobody, act)
  for (const { atMs, how } of harm.crashes ?? []) {
    at(atMs, () => node[how]())
    at(atMs + 500, () => {
      machines.loop.mark()
      Broker.start(node.startLife(), options).catch((error: unknown) => errors.push(error))
    })
  }
  const acting = actors.map((actor, process) =>
    workload.act(
      session(actor, process),
      plan.operations.filter((operation) => operation.actor === actor),
    ),
  )
  await settled(Promise.all(acting))
  if (harm.isGoneAtTheEnd === true) node.kill()
  await settled(workload.readAll(admin))
  return history.operations
}
