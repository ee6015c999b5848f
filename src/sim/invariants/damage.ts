/**
 * Ghost facts beyond the promise: what rotted on the disk, and whether the disk was ever replaced by an empty one.
 *
 * Rot excuses what is told of the partition in whose directory it struck; rot of the metadata log excuses all, for
 * every partition hangs on it. It never excuses silence (`loss-is-noticed.ts`), nor a consumer that is given what
 * nobody wrote. A wiped disk excuses nothing of the node's own: a new broker
 * begins on it, and is judged as one. Both excuse what nodes of a quorum no longer agree on.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'

export class Damage {
  readonly #rotten = new Set<string>()
  #hasStruck = false
  #harmsQuorum = false

  /** Something was damaged in this run. */
  get hasStruck(): boolean {
    return this.#hasStruck
  }

  /**
   * What the node promised to others may be forgotten: its vote, or records it had acknowledged. With static voters even a
   * new broker on an empty disk votes under its old name.
   */
  get harmsQuorum(): boolean {
    return this.#harmsQuorum
  }

  /** A bit of the file at `path` has flipped. */
  rotted(path: string): void {
    this.#hasStruck = true
    const directory = path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
    this.#rotten.add(directory)
    if (directory === METADATA_DIRECTORY) this.#harmsQuorum = true
  }

  /** Another disk, without rot and without anything else. */
  wiped(): void {
    this.#hasStruck = true
    this.#harmsQuorum = true
    this.#rotten.clear()
  }

  /** Whether what is found wrong with a partition may come of rot; undefined for what is not one partition's. */
  excuses(partition: string | undefined): boolean {
    return this.#rotten.has(METADATA_DIRECTORY) || (partition !== undefined && this.#rotten.has(partition))
  }
}
