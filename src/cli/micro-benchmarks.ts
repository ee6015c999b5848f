/**
 * `npm run bench:micro`: every micro-benchmark, and those of the simulator, as one table with the machine they ran on.
 *
 * An entry point of its own, not a command of `samsa`: it is for those who work on the source. The simulator's are here
 * because `bench` and `sim` do not see one another.
 */

import type { Benchmark } from '../bench/benchmark.ts'
import { imageCostLines, measureImages } from '../bench/image-benchmarks.ts'
import { protocolBenchmarks } from '../bench/protocol-benchmarks.ts'
import { machineLine, resultLines, runBenchmarks } from '../bench/run-benchmarks.ts'
import { realSimulator } from '../campaign/real-simulator.ts'
import { EventKind } from '../sim/loop/event-kinds.ts'
import { EventLoop } from '../sim/loop/event-loop.ts'
import { nobody } from '../sim/loop/event-queue.ts'
import { print } from './chaos.ts'

const TIMERS = 100
const LOOP_EVENTS = 100_000
/** Plans differ in size and in what strikes; the rate is that of all of them together. */
const PLANS = 10

/** Nothing but the queue, the hash and the call: what an event costs before anything happens in it. */
function bareLoop(): Benchmark {
  return {
    ...{ name: `simulator, bare loop with ${TIMERS} timers`, unit: 'events', unitsPerRun: LOOP_EVENTS },
    run(keep) {
      const loop = new EventLoop()
      const arm = (timer: number): void => {
        loop.schedule(1 + ((timer * 7919) % 1000), EventKind.timer, nobody, () => arm(timer))
      }
      for (let timer = 0; timer < TIMERS; timer++) arm(timer)
      while (loop.events < LOOP_EVENTS) loop.step()
      keep(loop.hash.digest)
    },
  }
}

/** Whole runs: brokers, clients, devices, hashing and invariants. */
async function defaultPlans(): Promise<Benchmark> {
  const simulator = realSimulator()
  const plans = Array.from({ length: PLANS }, (_, seed) => simulator.plan(seed, null))
  let events = 0
  for (const plan of plans) events += (await simulator.run(plan)).events
  return {
    ...{ name: `simulator, default plans of seeds 0 to ${PLANS - 1}`, unit: 'events', unitsPerRun: events },
    async run(keep) {
      for (const plan of plans) keep(await simulator.run(plan))
    },
  }
}

print(`${machineLine()}; medians`)
const benchmarks = [...protocolBenchmarks(), bareLoop(), await defaultPlans()]
for (const line of resultLines(await runBenchmarks(benchmarks, { timeMs: 500 }))) print(line)

print('')
print('a metadata image, by its partitions; times in all')
for (const line of imageCostLines(await measureImages([1_000, 10_000], 7))) print(line)
