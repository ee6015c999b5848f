/** A histogram of positive integers in bounded memory: four bars to each doubling. */

/** `count` values in `[from, to)`. */
export interface HistogramBar {
  readonly from: number
  readonly to: number
  readonly count: number
}

const BARS_PER_DOUBLING = 4

export class Histogram {
  readonly #counts = new Map<number, number>()

  add(value: number): void {
    const bar = Math.floor(Math.log2(Math.max(1, value)) * BARS_PER_DOUBLING)
    this.#counts.set(bar, (this.#counts.get(bar) ?? 0) + 1)
  }

  /** From the lowest bar that has a value to the highest, empty ones between them included. */
  bars(): readonly HistogramBar[] {
    const taken = [...this.#counts.keys()]
    if (taken.length === 0) return []
    const bars: HistogramBar[] = []
    for (let bar = Math.min(...taken); bar <= Math.max(...taken); bar++) {
      const count = this.#counts.get(bar) ?? 0
      bars.push({ from: lowerBound(bar), to: lowerBound(bar + 1), count })
    }
    return bars
  }
}

function lowerBound(bar: number): number {
  return Math.ceil(2 ** (bar / BARS_PER_DOUBLING))
}
