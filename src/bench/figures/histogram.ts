/**
 * A histogram of durations in whole microseconds, in the manner of HdrHistogram: buckets whose width doubles with every
 * power of two, each cut into 128, so that a value is known to better than one percent whatever its size, in a fixed
 * amount of memory. Not here: deciding which percentiles the samples can carry (`percentilesOf` cuts them).
 */

import { assert } from '../../world/assert.ts'

/** Buckets per power of two. */
const SUB_BUCKETS = 128
const SUB_BUCKET_BITS = 7
/** Values up to 2^36 µs, nineteen hours; what is longer counts as that long. */
const VALUE_BITS_MAX = 36
const VALUE_MAX = 2 ** VALUE_BITS_MAX - 1
const BUCKETS = (VALUE_BITS_MAX - SUB_BUCKET_BITS + 1) * SUB_BUCKETS
/** A percentile is told where at least so many samples lie beyond it. */
const SAMPLES_BEYOND_MIN = 10

/** A histogram as it travels between processes: `[bucket, count]` of those that are not empty. */
export interface HistogramData {
  readonly count: number
  readonly sumUs: number
  readonly maxUs: number
  readonly buckets: readonly (readonly [bucket: number, count: number])[]
}

/** The percentiles that are asked for, as shares in parts of ten thousand. */
const SHARES = [5_000, 7_500, 9_500, 9_900, 9_990, 9_999] as const
const NAMES = ['p50', 'p75', 'p95', 'p99', 'p99.9', 'p99.99'] as const

/** A percentile that the samples can carry, in µs. */
export interface Percentile {
  readonly name: (typeof NAMES)[number]
  readonly us: number
}

/** See the head of this file. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #sumUs = 0
  #maxUs = 0

  get count(): number {
    return this.#count
  }

  get maxUs(): number {
    return this.#maxUs
  }

  /** The mean of the values as they were recorded, in µs; 0 where there are none. */
  get meanUs(): number {
    return this.#count === 0 ? 0 : this.#sumUs / this.#count
  }

  /** Adds a duration, an integer of microseconds; a negative one is a bug. */
  record(us: number): void {
    assert(us >= 0, 'a duration is not negative')
    const value = Math.min(us, VALUE_MAX)
    this.#counts[bucketOf(value)]! += 1
    this.#count++
    this.#sumUs += value
    if (value > this.#maxUs) this.#maxUs = value
  }

  /** Adds all that another one recorded. */
  add(data: HistogramData): void {
    for (const [bucket, count] of data.buckets) this.#counts[bucket]! += count
    this.#count += data.count
    this.#sumUs += data.sumUs
    if (data.maxUs > this.#maxUs) this.#maxUs = data.maxUs
  }

  /** The value that `share` ten-thousandths of the samples do not exceed, in µs; 0 where there are none. */
  valueAt(share: number): number {
    const rank = Math.max(1, Math.ceil((this.#count * share) / 10_000))
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!
      if (seen >= rank) return Math.min(highestIn(bucket), this.#maxUs)
    }
    return 0
  }

  /** The usual percentiles, as far as ten samples at least lie beyond each: the rest would be chance. */
  percentiles(): readonly Percentile[] {
    return SHARES.flatMap((share, index) =>
      this.#count * (10_000 - share) >= SAMPLES_BEYOND_MIN * 10_000
        ? [{ name: NAMES[index]!, us: this.valueAt(share) }]
        : [],
    )
  }

  /** What another process needs to `add` this one. */
  data(): HistogramData {
    const buckets = Array.from(this.#counts.entries()).filter(([, count]) => count > 0)
    return { count: this.#count, sumUs: this.#sumUs, maxUs: this.#maxUs, buckets }
  }
}

/** Values below 256 have a bucket each; from there the seven bits below the highest decide. */
function bucketOf(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value
  const highestBit = Math.floor(Math.log2(value))
  const shift = 2 ** (highestBit - SUB_BUCKET_BITS)
  return (highestBit - SUB_BUCKET_BITS) * SUB_BUCKETS + Math.floor(value / shift)
}

function highestIn(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket
  const power = Math.floor(bucket / SUB_BUCKETS) - 1
  return ((bucket % SUB_BUCKETS) + SUB_BUCKETS + 1) * 2 ** power - 1
}
