/** What is used of d3-node 4 and of the d3 that it brings, which have no types of their own here. */
declare module 'd3-node' {
  export interface Selection {
    append(name: string): Selection
    attr(name: string, value: string | number): Selection
    text(text: string): Selection
    call(draw: Axis): Selection
  }
  export interface Axis {
    (selection: Selection): void
    ticks(count: number, format?: string): Axis
    tickSize(size: number): Axis
    tickFormat(format: (value: number) => string): Axis
  }
  export interface LinearScale {
    (value: number): number
    domain(bounds: readonly number[]): LinearScale
    range(bounds: readonly number[]): LinearScale
    nice(): LinearScale
  }
  export interface BandScale {
    (name: string): number | undefined
    domain(names: readonly string[]): BandScale
    range(bounds: readonly number[]): BandScale
    padding(share: number): BandScale
    bandwidth(): number
  }
  export interface D3 {
    scaleLinear(): LinearScale
    scaleLog(): LinearScale
    scalePoint(): BandScale
    scaleBand(): BandScale
    axisLeft(scale: LinearScale | BandScale): Axis
    axisBottom(scale: LinearScale | BandScale): Axis
  }
  export class D3Node {
    readonly d3: D3
    createSVG(width: number, height: number, attributes?: Readonly<Record<string, string>>): Selection
    svgString(): string
  }
}
