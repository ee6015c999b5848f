import { expect, it } from 'vitest'
import { Broker } from '../../../src/broker/broker.ts'
import { Client } from '../../../src/client/client.ts'
import { createRealWorld } from '../../../src/real/world.ts'
import { History } from '../../../src/workloads/history/history.ts'
import { judgeHistory } from '../../../src/workloads/judge-history.ts'
import { workloads } from '../../../src/workloads/table.ts'
import type { ActorSession } from '../../../src/workloads/workload.ts'
import { chooseBy } from './choose.ts'

/** Operations that change something, each of some workload. */
const CHANGES = new Set(['send', 'create-topic', 'delete-topic', 'set-config'])

it.each(workloads)('the workload $name finds nothing wrong with a broker on real sockets', async (workload) => {
  const worlds = Array.from({ length: 2 }, () =>
    createRealWorld({
      directory: 'memory',
      onHalt: (reason) => {
        throw reason
      },
    }),
  )
  const [brokerWorld, world] = [worlds[0]!, worlds[1]!]
  try {
    const broker = await Broker.start(brokerWorld, { listen: { host: '127.0.0.1', port: 0 } })
    const plan = workload.generate(chooseBy(3), 16)
    // Real time is dear: everything comes sooner, and nobody waits long for records that may not come.
    const operations = plan.operations.map((operation) => ({
      ...operation,
      atMs: Math.floor(operation.atMs / 40),
      count: operation.kind.startsWith('send') ? operation.count : 1,
    }))
    const actors = [...new Set(operations.map(({ actor }) => actor))]
    const startUs = world.clock.monotonicUs()
    const nowUs = () => world.clock.monotonicUs() - startUs
    const history = new History({ concurrency: actors.length + 1, nowUs })
    const session = (clientId: string, process: number): ActorSession => {
      const client = new Client(world, { bootstrap: [broker.address], clientId })
      return { world, client, history, process, topics: plan.topics, startUs }
    }
    const last = session('last', actors.length)
    const topics = plan.topics.map(({ name, partitions, settings }) => ({
      ...{ name, numPartitions: partitions, configs: settings },
    }))
    await last.client.createTopics(topics)
    await Promise.all(
      actors.map((actor, process) =>
        workload.act(
          session(actor, process),
          operations.filter((operation) => operation.actor === actor),
        ),
      ),
    )
    await workload.readAll(last)
    expect(judgeHistory(workload, history.operations)).toEqual([])
    const changes = history.operations.filter(({ f, type }) => CHANGES.has(f) && type === 'ok')
    expect(changes.length).toBeGreaterThan(3)
  } finally {
    for (const each of worlds) each.close()
  }
})
