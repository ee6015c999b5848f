/** What a micro-benchmark is: a piece of work of known size, done again and again. */

export interface Benchmark {
  readonly name: string
  /** What is counted: `bytes`, `records`, `events`, `messages`. */
  readonly unit: string
  /** How many of them one run does. */
  readonly unitsPerRun: number
  /** One run. What it computes must be kept from being optimised away, by giving it to `keep`. */
  run(keep: (value: unknown) => void): void | Promise<void>
}
