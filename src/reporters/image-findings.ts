/** What a benchmark of images found, in sentences: the first is the headline of its page. Nothing is claimed that was not seen. */

import type { ImageBenchmark, ImageResult } from '../bench/image/image-benchmark.ts'
import { imageSteps } from '../bench/image/image-benchmark.ts'
import { digits } from './bench-words.ts'
import { duration, grouped } from './figures.ts'

/** An active controller's loop is to be held no longer at a stretch, in ms. */
export const HOLD_MS_MAX = 50
/** Growth that is told as linear: a power of the number of partitions, with what repeats of the same differ by. */
const LINEAR_MAX = 1.05

/** The findings, the most telling first; at least one. */
export function imageFindings(benchmark: ImageBenchmark): readonly string[] {
  const [setup] = benchmark.setups
  const own = benchmark.results.filter((result) => result.setup === setup?.name)
  const largest = own.at(-1)
  if (largest === undefined) return [`No figure: ${benchmark.failures[0] ?? 'nothing was measured'}.`]
  return [
    `${grouped(largest.partitions)} partitions in one image: ${memoryClause(largest)}${holdClause([largest])}.`,
    `${stepClauses(largest)}.`,
    ...growthFinding(benchmark),
    ...benchmark.setups.slice(1).flatMap(({ name }) => {
      const others = benchmark.results.filter((result) => result.setup === name && result.partitions > 0)
      const last = others.at(-1)
      return last === undefined
        ? []
        : [`${capitalized(name)}, ${grouped(last.partitions)} partitions: ${holdClause([last])}.`]
    }),
    ...busyFinding(benchmark),
    ...(benchmark.failures.length > 0 ? [`${benchmark.failures.length} runs have no figure.`] : []),
  ]
}

function memoryClause({ memory }: ImageResult): string {
  return memory === undefined ? '' : `${digits(memory.image.median)} bytes each, `
}

/** The longest of all runs, not a median: a loop that was held once too long was held too long. */
function holdClause(results: readonly ImageResult[]): string {
  const steps = results.flatMap((result) => imageSteps.map((step) => result.steps[step]))
  const wall = Math.max(...steps.map(({ longestMs }) => longestMs.high))
  const cpu = steps.flatMap(({ longestCpuMs }) => longestCpuMs?.high ?? [])
  if (cpu.length === 0) return `the event loop held for ${digits(wall)} ms at most`
  const most = Math.max(...cpu)
  const verdict = most <= HOLD_MS_MAX ? 'at most' : `up to, over the ${HOLD_MS_MAX} ms it may be,`
  return `the event loop held for ${verdict} ${digits(most)} ms of processor time (${digits(wall)} ms by the wall)`
}

function stepClauses({ steps, snapshotBytesEach }: ImageResult): string {
  const took = imageSteps.map((step) => `to ${step} ${duration(steps[step].ms.median)}`)
  return `In the median they take ${took.join(', ')}; the snapshot has ${digits(snapshotBytesEach.median)} bytes each`
}

function growthFinding({ growth, settings }: ImageBenchmark): readonly string[] {
  if (growth.length === 0) return []
  const worse = growth.filter(({ exponent }) => exponent.median > LINEAR_MAX)
  const span = `from ${grouped(settings.sizes[0]!)} to ${grouped(settings.sizes.at(-1)!)} partitions`
  const most = Math.max(...growth.map(({ exponent }) => exponent.median))
  if (worse.length === 0) {
    return [
      `Nothing grows faster than linearly ${span}: as the number of partitions to the power of ${most.toFixed(2)} at most.`,
    ]
  }
  const names = worse.map(({ setup, what, exponent }) => `${what} (${setup}, power ${exponent.median.toFixed(2)})`)
  return [`Faster than linearly ${span} grow: ${names.join(', ')}.`]
}

/** Load averages from which on other programs are in the way. */
const BUSY_LOAD = 1

function busyFinding({ machine: { loadBefore } }: ImageBenchmark): readonly string[] {
  if (loadBefore < BUSY_LOAD) return []
  const load = loadBefore.toFixed(1)
  return [`The machine was busy with other things (load average ${load}): times by the wall are theirs, too.`]
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
