/** The charts of a benchmark of images, and what each shows in a sentence. */

import type { Summary } from '../../bench/figures/statistics.ts'
import type { ImageBenchmark, ImageResult } from '../../bench/image/image-benchmark.ts'
import { imageSteps } from '../../bench/image/image-benchmark.ts'
import { digits } from '../bench-words.ts'
import { grouped } from '../figures.ts'
import { HOLD_MS_MAX } from '../image-findings.ts'
import type { BenchChart } from './bench-charts.ts'
import type { ChartSeries } from './line-chart.ts'

/** Those that there are figures for. */
export function imageCharts(benchmark: ImageBenchmark): readonly BenchChart[] {
  return [holdChart(benchmark), timeChart(benchmark), memoryChart(benchmark)].filter(
    ({ chart }) => chart.series.length > 0,
  )
}

function holdChart(benchmark: ImageBenchmark): BenchChart {
  const series = bySetup(benchmark, (result) => worst(result))
  const most = Math.max(0, ...series.flatMap(({ points }) => points.map(({ high = 0 }) => high)))
  const where = most <= HOLD_MS_MAX ? 'below' : 'above'
  return {
    title: `How long the event loop was held: ${digits(most)} ms of processor time at most`,
    chart: {
      alt: `The longest stretch in any step, of any run, is ${digits(most)} ms of processor time, ${where} the ${HOLD_MS_MAX} ms that are allowed (dotted).`,
      ...{ xLabel: 'partitions', yLabel: 'longest hold in any step, CPU ms, median and spread', series },
      reference: HOLD_MS_MAX,
    },
  }
}

/** The step of a result in which the loop was held longest. */
function worst({ steps }: ImageResult): Summary | undefined {
  const held = imageSteps.flatMap((step) => steps[step].longestCpuMs ?? [])
  return held.length === 0 ? undefined : held.reduce((one, other) => (other.high > one.high ? other : one))
}

function timeChart(benchmark: ImageBenchmark): BenchChart {
  const [setup] = benchmark.setups
  const own = benchmark.results.filter((result) => result.setup === setup?.name)
  const series = imageSteps.flatMap((step): ChartSeries[] => {
    const points = own.map((result) => pointOf(result, result.steps[step].ms, 1_000 / result.partitions))
    return points.length === 0 ? [] : [{ name: step, points }]
  })
  return {
    title: `Time for each partition, ${setup?.name ?? ''}: a line that does not rise is linear growth or less`,
    chart: {
      alt: series.map((each) => rangeSentence(each, 'µs a partition')).join(' '),
      ...{ xLabel: 'partitions', yLabel: 'µs a partition, median and spread', series },
    },
  }
}

function memoryChart(benchmark: ImageBenchmark): BenchChart {
  const series = bySetup(benchmark, ({ memory }) => memory?.image)
  return {
    title: 'Memory of an image for each partition',
    chart: {
      alt: series.map((each) => rangeSentence(each, 'bytes a partition')).join(' '),
      ...{ xLabel: 'partitions', yLabel: 'bytes a partition, median and spread', series },
    },
  }
}

function bySetup(
  { setups, results }: ImageBenchmark,
  figureOf: (result: ImageResult) => Summary | undefined,
): readonly ChartSeries[] {
  return setups.flatMap(({ name }): ChartSeries[] => {
    const points = results.flatMap((result) => {
      const figure = result.setup === name ? figureOf(result) : undefined
      return figure === undefined ? [] : [pointOf(result, figure)]
    })
    return points.length === 0 ? [] : [{ name, points }]
  })
}

function pointOf({ partitions }: ImageResult, { median, low, high }: Summary, factor = 1) {
  return { x: partitions, y: median * factor, low: low * factor, high: high * factor }
}

function rangeSentence({ name, points }: ChartSeries, unit: string): string {
  const [first, last] = [points[0]!, points.at(-1)!]
  return `${name}: ${digits(first.y)} ${unit} at ${grouped(Number(first.x))} partitions, ${digits(last.y)} at ${grouped(Number(last.x))}.`
}
