import { expect, it } from 'vitest'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import type { QuorumNode } from '../../../../src/broker/quorum/quorum-node.ts'
import type { MetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { soleVoter, startQuorum } from '../sole-voter.ts'

const BATCHES = 6
const BATCH_RECORDS = 300

const noOps: readonly MetadataRecord[] = Array.from({ length: BATCH_RECORDS }, () => ({
  ...{ type: 'NoOpRecord', version: 0 },
}))

interface Delivered {
  /** The event of the simulated world in which it came. */
  readonly event: number
  readonly baseOffset: number
  readonly records: number
}

/** Starts the node on what lies on its disk. */
async function start(machine: SimulatedMachine): Promise<{ quorum: QuorumNode; delivered: Delivered[] }> {
  const { world } = machine
  const observer = new Observer(world.trace)
  const directory = await machine.run(LogDirectory.open({ world, observer, rules: logRules, nodeId: 1 }))
  const quorum = soleVoter(world, observer, directory)
  const delivered: Delivered[] = []
  quorum.listen({
    committed: ({ baseOffset, records }) =>
      delivered.push({ event: machine.machines.loop.events, baseOffset, records: records.length }),
  })
  await machine.run(directory.start(() => startQuorum(world, quorum)))
  return { quorum, delivered }
}

it('a node that has much to catch up on is delivered it in order, in several events', async () => {
  const machine = new SimulatedMachine()
  const first = await start(machine)
  const { epoch } = first.quorum.leader
  for (let batch = 0; batch < BATCHES; batch++) first.quorum.append(noOps, epoch)
  await machine.runEvents(2_000)
  const written = first.delivered.filter(({ records }) => records > 0)
  expect(written).toHaveLength(BATCHES)
  machine.crash('kill')
  machine.startLife()
  const { delivered } = await start(machine)
  const again = delivered.filter(({ records }) => records > 0)
  expect(again.map(({ baseOffset }) => baseOffset)).toEqual(written.map(({ baseOffset }) => baseOffset))
  const byEvent = new Map<number, number>()
  for (const { event, records } of again) byEvent.set(event, (byEvent.get(event) ?? 0) + records)
  expect(byEvent.size).toBeGreaterThan(1)
  // What was delivered before the last batch of an event is below the limit.
  expect(Math.max(...byEvent.values())).toBeLessThan(500 + BATCH_RECORDS)
})
