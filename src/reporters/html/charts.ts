/**
 * Charts as SVG text, drawn with d3 on a document that exists only here. d3-node is not installed with the package; where
 * it is absent there are no charts, and the report says so.
 */

/// <reference path="./d3-node.d.ts" />

import type { D3Node } from 'd3-node'

export interface Charts {
  /** Horizontal bars, one to a name, longest name first in the given order. */
  bars(title: string, counts: readonly (readonly [name: string, count: number])[]): string
  /** Vertical bars over a logarithmic scale of values. */
  histogram(title: string, bars: readonly HistogramBar[]): string
}

interface HistogramBar {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** The charts, or undefined where d3-node is not installed. */
export async function loadCharts(): Promise<Charts | undefined> {
  try {
    const { D3Node } = await import('d3-node')
    return { bars: drawBars(() => new D3Node()), histogram: drawHistogram(() => new D3Node()) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const WIDTH = 720
const ROW_HEIGHT = 22
const MARGIN = { top: 4, right: 70, bottom: 28, left: 190 }

function drawBars(newNode: () => D3Node): Charts['bars'] {
  return (title, counts) => {
    const node = newNode()
    const height = counts.length * ROW_HEIGHT + MARGIN.top + MARGIN.bottom
    const svg = node.createSVG(WIDTH, height, { role: 'img', 'aria-label': title, viewBox: `0 0 ${WIDTH} ${height}` })
    const most = Math.max(1, ...counts.map(([, count]) => count))
    const x = node.d3
      .scaleLinear()
      .domain([0, most])
      .range([MARGIN.left, WIDTH - MARGIN.right])
    const names = counts.map(([name]) => name)
    const y = node.d3
      .scaleBand()
      .domain(names)
      .range([MARGIN.top, height - MARGIN.bottom])
      .padding(0.25)
    for (const [name, count] of counts) {
      const top = y(name) ?? 0
      const bar = svg.append('rect').attr('class', 'bar').attr('x', x(0)).attr('y', top)
      bar.attr('width', x(count) - x(0)).attr('height', y.bandwidth())
      const label = svg
        .append('text')
        .attr('class', 'value')
        .attr('x', x(count) + 6)
        .attr('y', top + y.bandwidth() - 4)
      label.text(String(count))
    }
    svg.append('g').attr('transform', `translate(${MARGIN.left},0)`).call(node.d3.axisLeft(y).tickSize(0))
    const bottom = svg.append('g').attr('transform', `translate(0,${height - MARGIN.bottom})`)
    bottom.call(node.d3.axisBottom(x).ticks(5, 'd'))
    return node.svgString()
  }
}

const HISTOGRAM_HEIGHT = 220

function drawHistogram(newNode: () => D3Node): Charts['histogram'] {
  return (title, bars) => {
    const node = newNode()
    const height = HISTOGRAM_HEIGHT
    const svg = node.createSVG(WIDTH, height, { role: 'img', 'aria-label': title, viewBox: `0 0 ${WIDTH} ${height}` })
    const names = bars.map(({ from }) => String(from))
    const x = node.d3
      .scaleBand()
      .domain(names)
      .range([60, WIDTH - 20])
      .padding(0.08)
    const most = Math.max(1, ...bars.map(({ count }) => count))
    const y = node.d3
      .scaleLinear()
      .domain([0, most])
      .range([height - MARGIN.bottom, 10])
      .nice()
    for (const { from, to, count } of bars) {
      const bar = svg
        .append('rect')
        .attr('class', 'bar')
        .attr('x', x(String(from)) ?? 0)
        .attr('y', y(count))
      bar.attr('width', x.bandwidth()).attr('height', y(0) - y(count))
      bar.append('title').text(`${count} runs of ${from} to ${to - 1} events`)
    }
    svg.append('g').attr('transform', 'translate(60,0)').call(node.d3.axisLeft(y).ticks(5, 'd'))
    const step = Math.max(1, Math.ceil(names.length / 8))
    const shown = node.d3
      .scaleBand()
      .domain(names)
      .range([60, WIDTH - 20])
      .padding(0.08)
    const axis = node.d3.axisBottom(shown)
    let tick = 0
    axis.tickFormat((from) => (tick++ % step === 0 ? String(from) : ''))
    svg
      .append('g')
      .attr('transform', `translate(0,${height - MARGIN.bottom})`)
      .call(axis)
    return node.svgString()
  }
}
