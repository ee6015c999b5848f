/**
 * The one metadata log of the cluster: the batches that some node told to be committed, in order.
 *
 * Not here: whether they were rightly committed (S1), whether all nodes mean the same ones (S2), what they say
 * (`cluster-state.ts`).
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import type { Ghost, GhostBatch } from '../ghost.ts'

export class CommittedLog {
  readonly #batches: GhostBatch[] = []
  /** Up to where each node's present life was compared. */
  readonly #comparedTo = new Map<number, number>()

  /** Exclusive. */
  get endOffset(): number {
    const last = this.#batches.at(-1)
    return last === undefined ? 0 : last.header.lastOffset + 1
  }

  get batches(): readonly GhostBatch[] {
    return this.#batches
  }

  /** The batch that holds an offset. */
  batchAt(offset: number): GhostBatch | undefined {
    const at = this.#indexAt(offset)
    return at < 0 ? undefined : this.#batches[at]
  }

  /** A node's new life tells everything anew. */
  begin(node: number): void {
    this.#comparedTo.delete(node)
  }

  /** Up to where the present life of a node told the log to be committed. */
  comparedTo(node: number): number {
    return this.#comparedTo.get(node) ?? 0
  }

  /**
   * The node says that everything it has below `endOffset` is committed: gives back what is so for the first time. That it
   * has what was committed before is judged elsewhere (S2).
   */
  learn(node: number, ghost: Ghost, endOffset: number): readonly GhostBatch[] {
    const from = this.comparedTo(node)
    const fresh = batchesIn(ghost, from, endOffset).filter(({ header }) => header.baseOffset >= this.endOffset)
    this.#batches.push(...fresh)
    this.#comparedTo.set(node, Math.max(from, endOffset))
    return fresh
  }

  #indexAt(offset: number): number {
    let low = 0
    let high = this.#batches.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const { header } = this.#batches[middle]!
      if (header.lastOffset < offset) low = middle + 1
      else if (header.baseOffset > offset) high = middle - 1
      else return middle
    }
    return -1
  }
}

/** A node's batches of the metadata log in `[from, to)`, as far as it has them: a snapshot may stand for the first ones. */
function batchesIn(ghost: Ghost, from: number, to: number): readonly GhostBatch[] {
  const { batches } = ghost.partition(METADATA_DIRECTORY)
  const found: GhostBatch[] = []
  for (let at = batches.length - 1; at >= 0; at--) {
    const { header } = batches[at]!
    if (header.baseOffset < from) break
    if (header.lastOffset < to) found.unshift(batches[at]!)
  }
  return found
}
