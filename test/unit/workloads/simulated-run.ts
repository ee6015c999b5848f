/** Runs a workload from its plan to its last reading, with a broker and its clients on simulated machines, unharmed. */

import { expect } from 'vitest'
import { Broker } from '../../../src/broker/broker.ts'
import { Client } from '../../../src/client/client.ts'
import { createSimulatedMachines } from '../../../src/sim/devices/simulated-machines.ts'
import { History } from '../../../src/workloads/history/history.ts'
import type { Operation } from '../../../src/workloads/history/operation.ts'
import type { ActorSession, PlannedOperation, PlannedTopic, Workload } from '../../../src/workloads/workload.ts'
import { immediateHost } from '../sim/loop/immediate-host.ts'

export interface PlanOfTest {
  readonly topics: readonly PlannedTopic[]
  readonly operations: readonly PlannedOperation[]
}

/** A hook into the run, for tests that break something. */
export interface Interference {
  readonly beforeReadAll?: (machines: ReturnType<typeof createSimulatedMachines>) => void
}

/** The history of the run. */
export async function simulate(
  workload: Workload,
  plan: PlanOfTest,
  seed: number,
  interference: Interference = {},
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
  const broker = machines.addNode({ id: 0, hostName: 'broker' }).startLife()
  await settled(Broker.start(broker, { listen: { host: 'broker', port: 9092 } }))
  const actors = [...new Set(plan.operations.map(({ actor }) => actor))]
  const history = new History({ concurrency: actors.length + 1, nowUs: () => machines.loop.nowUs })
  const session = (name: string, process: number): ActorSession => {
    const world = machines.addNode({ id: 1 + process, hostName: name }).startLife()
    const client = new Client(world, { bootstrap: [{ host: 'broker', port: 9092 }], clientId: name })
    return { world, client, history, process, topics: plan.topics, startUs: world.clock.monotonicUs() }
  }
  const admin = session('last', actors.length)
  const topics = plan.topics.map(({ name, partitions, settings }) => ({
    ...{ name, numPartitions: partitions, configs: settings },
  }))
  const created = await settled(admin.client.createTopics(topics))
  expect(created.map(({ kind }) => kind)).toEqual(topics.map(() => 'created'))
  const acting = actors.map((actor, process) =>
    workload.act(
      session(actor, process),
      plan.operations.filter((operation) => operation.actor === actor),
    ),
  )
  await settled(Promise.all(acting))
  interference.beforeReadAll?.(machines)
  await settled(workload.readAll(admin))
  return history.operations
}
