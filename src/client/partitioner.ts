/**
 * Which partition a record goes to.
 *
 * A record with a key goes to `murmur2(key) mod partitions`, so that equal keys share a partition whichever client wrote
 * them. A record without one goes where the topic presently sticks: a partition drawn at random and kept until its batch
 * is closed, so that batches fill. Not here: partitions without a leader are not avoided for keyed records.
 *
 * Source: MurmurHash 2 (32 bits, seed 0x9747b28c) as in Kafka's default partitioner; KIP-480, KIP-794 (sticky).
 */

import type { Random } from '../world/random.ts'
import { drawBelow } from '../world/random.ts'

const seed = 0x9747b28c | 0
const multiplier = 0x5bd1e995

/** The 32-bit MurmurHash 2 of the bytes, as a signed integer, as Kafka's clients compute it. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  let hash = seed ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const left = length - at
  if (left === 3) hash ^= bytes[at + 2]! << 16
  if (left >= 2) hash ^= bytes[at + 1]! << 8
  if (left >= 1) hash = Math.imul(hash ^ bytes[at]!, multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

/** The partition of a key, in `[0, partitionCount)`; the hash's sign bit is dropped, not negated. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount
}

/** Where keyless records of each topic presently go. Owns nothing else. */
export class StickyPartitions {
  readonly #random: Random
  readonly #chosen = new Map<string, number>()

  constructor(random: Random) {
    this.#random = random
  }

  /**
   * The partition a keyless record of the topic goes to now. Drawn anew after `release`: from the partitions with a
   * leader where there are any, else from all. `partitions` are by number; there is at least one.
   */
  choose(topic: string, partitions: readonly { readonly leader: number }[]): number {
    const kept = this.#chosen.get(topic)
    if (kept !== undefined && kept < partitions.length) return kept
    const led = [...partitions.keys()].filter((partition) => partitions[partition]!.leader >= 0)
    const drawn =
      led.length > 0 ? led[drawBelow(this.#random, led.length)]! : drawBelow(this.#random, partitions.length)
    this.#chosen.set(topic, drawn)
    return drawn
  }

  /** The batch of this partition is closed: the topic's next keyless record may go elsewhere. */
  release(topic: string, partition: number): void {
    if (this.#chosen.get(topic) === partition) this.#chosen.delete(topic)
  }
}
