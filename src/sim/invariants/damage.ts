/**
 * Ghost facts beyond the promise: what rotted on the disk, and whether the disk was ever replaced by an empty one.
 *
 * Rot excuses what is told of the partition in whose directory it struck; rot of the metadata log excuses all, for
 * every partition hangs on it. It never excuses silence (`loss-is-noticed.ts`), nor a consumer that is given what
 * nobody wrote. A wiped disk excuses nothing: a new broker begins on it, and is judged as one.
 */

const METADATA = '__cluster_metadata-0'

export class Damage {
  readonly #rotten = new Set<string>()
  #hasStruck = false

  /** Something was damaged in this run. */
  get hasStruck(): boolean {
    return this.#hasStruck
  }

  /** A bit of the file at `path` has flipped. */
  rotted(path: string): void {
    this.#hasStruck = true
    this.#rotten.add(path.includes('/') ? path.slice(0, path.indexOf('/')) : '')
  }

  /** Another disk, without rot and without anything else. */
  wiped(): void {
    this.#hasStruck = true
    this.#rotten.clear()
  }

  /** Whether what is found wrong with a partition may come of rot; undefined for what is not one partition's. */
  excuses(partition: string | undefined): boolean {
    return this.#rotten.has(METADATA) || (partition !== undefined && this.#rotten.has(partition))
  }
}
