/** A benchmark of images as rows of cells: those of the terminal and of the page are the same. */

import type { Summary } from '../bench/figures/statistics.ts'
import type { ImageBenchmark, ImageResult } from '../bench/image/image-benchmark.ts'
import { imageSteps } from '../bench/image/image-benchmark.ts'
import { aligned } from './bench-table.ts'
import { digits } from './bench-words.ts'
import { grouped } from './figures.ts'

/** Titles of `stepRows`. */
export const STEP_TITLES = [
  '',
  'partitions',
  'step',
  'ms',
  'lowest–highest',
  'held, CPU ms',
  'most',
  'held, ms',
  'most',
] as const
/** Titles of `memoryRows`. */
export const MEMORY_TITLES = [
  '',
  'partitions',
  'image, bytes each',
  'lowest–highest',
  'controller, bytes each',
  'snapshot, bytes each',
] as const
/** Titles of `growthRows`. */
export const GROWTH_TITLES = ['', 'what', 'grows as n to the', 'lowest–highest'] as const

export function stepRows({ results }: ImageBenchmark): readonly (readonly string[])[] {
  return results.flatMap((result) =>
    imageSteps.map((step) => {
      const { ms, longestMs, longestCpuMs } = result.steps[step]
      const cpu = longestCpuMs === undefined ? ['–', '–'] : [digits(longestCpuMs.median), digits(longestCpuMs.high)]
      return [
        ...place(result),
        step,
        digits(ms.median),
        spread(ms),
        ...cpu,
        digits(longestMs.median),
        digits(longestMs.high),
      ]
    }),
  )
}

export function memoryRows({ results }: ImageBenchmark): readonly (readonly string[])[] {
  return results.map((result) => {
    const { memory, snapshotBytesEach } = result
    const cells = memory && [digits(memory.image.median), spread(memory.image), digits(memory.node.median)]
    return [...place(result), ...(cells ?? ['–', '–', '–']), digits(snapshotBytesEach.median)]
  })
}

export function growthRows({ growth }: ImageBenchmark): readonly (readonly string[])[] {
  return growth.map(({ setup, what, exponent }) => [
    ...[setup, what, exponent.median.toFixed(2)],
    `${exponent.low.toFixed(2)}–${exponent.high.toFixed(2)}`,
  ])
}

/** The lines for a terminal, without line ends. */
export function imageTableLines(benchmark: ImageBenchmark): readonly string[] {
  return [
    ...aligned([STEP_TITLES, ...stepRows(benchmark)]),
    '',
    ...aligned([MEMORY_TITLES, ...memoryRows(benchmark)]),
    '',
    ...aligned([GROWTH_TITLES, ...growthRows(benchmark)]),
  ]
}

function place({ setup, partitions }: ImageResult): readonly string[] {
  return [setup, grouped(partitions)]
}

function spread({ low, high }: Summary): string {
  return `${digits(low)}–${digits(high)}`
}
