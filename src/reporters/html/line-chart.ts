/**
 * Lines over named or numbered places, with a whisker for the spread at each point, as SVG text drawn with d3 on a document
 * that exists only here. Series differ in colour (Okabe and Ito's, told apart by the colour-blind), dashes and the shape of
 * their points. Where d3-node is absent there are no charts, and the report says so.
 */

/// <reference path="./d3-node.d.ts" />

import type { D3Node, LinearScale, Selection } from 'd3-node'

/** A point; `low` and `high` are the ends of its whisker. */
export interface ChartPoint {
  /** A name where the chart has `places`, else a number. */
  readonly x: string | number
  readonly y: number
  readonly low?: number
  readonly high?: number
}

export interface ChartSeries {
  readonly name: string
  readonly points: readonly ChartPoint[]
}

/** What is drawn. */
export interface LineChart {
  /** The conclusion in words, for who does not see the picture. */
  readonly alt: string
  readonly xLabel: string
  readonly yLabel: string
  /** The names on the horizontal axis, in their order; without them it is of numbers, from zero. */
  readonly places?: readonly string[]
  readonly isLogarithmic?: boolean
  /** A level to compare with. */
  readonly reference?: number
  readonly series: readonly ChartSeries[]
}

/** Draws a chart as SVG text. */
export type DrawLines = (chart: LineChart) => string

/** What draws, or undefined where d3-node is not installed. */
export async function loadLineCharts(): Promise<DrawLines | undefined> {
  try {
    const { D3Node } = await import('d3-node')
    return (chart) => draw(new D3Node(), chart)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const WIDTH = 760
const PLOT_HEIGHT = 290
const LEGEND_ROW = 20
const MARGIN = { top: 26, right: 24, bottom: 48, left: 70 }
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#7a6a00'] as const
const DASHES = ['', '7 3', '2 3', '9 3 2 3'] as const

interface Plot {
  readonly svg: Selection
  readonly x: (place: string | number) => number
  readonly y: LinearScale
}

function draw(node: D3Node, chart: LineChart): string {
  const bottom = MARGIN.top + PLOT_HEIGHT
  const height = bottom + MARGIN.bottom + chart.series.length * LEGEND_ROW
  const svg = node.createSVG(WIDTH, height, { role: 'img', 'aria-label': chart.alt, viewBox: `0 0 ${WIDTH} ${height}` })
  const y = verticalScale(node, chart).range([bottom, MARGIN.top])
  const x = horizontalAxis(node, svg, chart, bottom)
  const axis = node.d3.axisLeft(y)
  svg
    .append('g')
    .attr('transform', `translate(${MARGIN.left},0)`)
    .call(chart.isLogarithmic ? axis.ticks(5, '~g') : axis.ticks(6, '~s'))
  label(svg, chart.yLabel, 8, 14)
  label(svg, chart.xLabel, WIDTH - MARGIN.right, bottom + 38).attr('text-anchor', 'end')
  const plot = { svg, x, y }
  if (chart.reference !== undefined) drawReference(plot, chart.reference)
  for (const [index, series] of chart.series.entries()) {
    drawSeries(plot, series, index)
    drawLegend(svg, series.name, index, bottom + MARGIN.bottom + 12 + index * LEGEND_ROW)
  }
  return node.svgString()
}

function verticalScale(node: D3Node, chart: LineChart): LinearScale {
  const values = chart.series.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [y, low, high]))
  const all = chart.reference === undefined ? values : [...values, chart.reference]
  const most = Math.max(...all, Number.MIN_VALUE)
  if (!chart.isLogarithmic) return node.d3.scaleLinear().domain([0, most]).nice()
  const least = Math.min(...all.filter((value) => value > 0), most)
  return node.d3.scaleLog().domain([least / 1.5, most * 1.5])
}

function horizontalAxis(node: D3Node, svg: Selection, chart: LineChart, bottom: number): Plot['x'] {
  const group = svg.append('g').attr('transform', `translate(0,${bottom})`)
  const range = [MARGIN.left, WIDTH - MARGIN.right] as const
  if (chart.places !== undefined) {
    const scale = node.d3.scalePoint().domain(chart.places).range(range).padding(0.4)
    group.call(node.d3.axisBottom(scale))
    return (place) => scale(String(place)) ?? MARGIN.left
  }
  const most = Math.max(1, ...chart.series.flatMap(({ points }) => points.map(({ x }) => Number(x))))
  const scale = node.d3.scaleLinear().domain([0, most]).range(range).nice()
  group.call(node.d3.axisBottom(scale).ticks(8, '~s'))
  return (place) => scale(Number(place))
}

function label(svg: Selection, text: string, x: number, y: number): Selection {
  const element = svg.append('text').attr('x', x).attr('y', y)
  element.text(text)
  return element
}

function drawReference({ svg, y }: Plot, level: number): void {
  const line = svg
    .append('line')
    .attr('x1', MARGIN.left)
    .attr('x2', WIDTH - MARGIN.right)
  line.attr('y1', y(level)).attr('y2', y(level)).attr('stroke', '#666').attr('stroke-dasharray', '3 3')
}

function drawSeries({ svg, x, y }: Plot, { name, points }: ChartSeries, index: number): void {
  const colour = COLOURS[index % COLOURS.length]!
  const path = points
    .map((point, at) => `${at === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`)
    .join('')
  drawStroke(svg, path, index)
  for (const point of points) {
    const { low = point.y, high = point.y } = point
    const whisker = svg.append('line').attr('x1', x(point.x)).attr('x2', x(point.x))
    whisker
      .attr('y1', y(low))
      .attr('y2', y(high))
      .attr('stroke', colour)
      .attr('stroke-opacity', '0.5')
      .attr('stroke-width', '3')
    const mark = drawMark(svg, x(point.x), y(point.y), index)
    mark.append('title').text(`${name}, ${point.x}: ${point.y.toPrecision(4)}`)
  }
}

function drawStroke(svg: Selection, path: string, index: number): void {
  const line = svg
    .append('path')
    .attr('d', path)
    .attr('fill', 'none')
    .attr('stroke', COLOURS[index % COLOURS.length]!)
  line.attr('stroke-width', '2').attr('stroke-dasharray', DASHES[Math.floor(index / 2) % DASHES.length]!)
}

/** A circle, a square or a triangle. */
function drawMark(svg: Selection, x: number, y: number, index: number): Selection {
  const shapes = [
    `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
    `M${x - 4} ${y - 4}h8v8h-8z`,
    `M${x} ${y - 5}l5 9h-10z`,
  ]
  return svg
    .append('path')
    .attr('d', shapes[index % shapes.length]!)
    .attr('fill', COLOURS[index % COLOURS.length]!)
}

function drawLegend(svg: Selection, name: string, index: number, y: number): void {
  drawStroke(svg, `M${MARGIN.left} ${y}h34`, index)
  drawMark(svg, MARGIN.left + 17, y, index)
  label(svg, name, MARGIN.left + 44, y + 4)
}
