/**
 * Where replicas of new partitions go: striped over racks, and over the brokers of each rack, so that leaders and
 * replicas are spread; racks count more than brokers. Unfenced brokers come first, and the leader is one of them. The
 * stripes begin at a random place, and after as many partitions as there are unfenced brokers everything is shuffled,
 * so that replicas of one partition are not always neighbours of the same others. Source: Kafka's
 * `StripedReplicaPlacer`.
 */

import { assert } from '../../world/assert.ts'
import { drawBelow, type Random } from '../../world/random.ts'
import type { ClusterState } from './cluster-state.ts'

/** A broker that may get replicas. */
export interface UsableBroker {
  readonly brokerId: number
  readonly rack: string | null
  readonly fenced: boolean
}

/** Brokers that may get replicas: all but those that are about to stop. */
export function usableBrokers(state: ClusterState): UsableBroker[] {
  return [...state.brokers()].filter(({ fenced, inControlledShutdown }) => fenced || !inControlledShutdown)
}

/**
 * What gives the replicas of one new partition after the other, the preferred leader first; or a clause that says why there
 * are none.
 */
export function replicaPlacer(
  random: Random,
  brokers: readonly UsableBroker[],
  replicas: number,
): (() => readonly number[]) | string {
  const unfenced = brokers.filter(({ fenced }) => !fenced).length
  if (unfenced === 0) return 'All brokers are currently fenced.'
  if (replicas > brokers.length) {
    return `The target replication factor of ${replicas} cannot be reached because only ${brokers.length} broker(s) are registered.`
  }
  const racks = new Racks(random, brokers, unfenced)
  return () => racks.place(replicas)
}

/** Gives out its brokers in turn, each once per round; every round begins with the next one. */
class Ring {
  readonly #brokers: number[] = []
  #start = 0
  #given = 0
  #round = 0

  add(brokerId: number): void {
    this.#brokers.push(brokerId)
  }

  begin(random: Random): void {
    this.#brokers.sort((a, b) => a - b)
    if (this.#brokers.length > 0) this.#start = drawBelow(random, this.#brokers.length)
  }

  shuffle(random: Random): void {
    shuffle(random, this.#brokers)
  }

  next(round: number): number | undefined {
    const count = this.#brokers.length
    if (this.#round !== round && count > 0) {
      this.#round = round
      this.#given = 0
      this.#start = (this.#start + 1) % count
    }
    if (this.#given >= count) return undefined
    return this.#brokers[(this.#start + this.#given++) % count]
  }
}

interface Rack {
  readonly unfenced: Ring
  readonly fenced: Ring
}

class Racks {
  readonly #random: Random
  readonly #racks: Rack[]
  readonly #unfenced: number
  #start: number
  #round = 0

  constructor(random: Random, brokers: readonly UsableBroker[], unfenced: number) {
    this.#random = random
    this.#unfenced = unfenced
    const byName = new Map<string, Rack>()
    for (const { brokerId, rack, fenced } of brokers) {
      // A rack of no name is one of its own, before all others.
      const name = rack === null ? '' : `=${rack}`
      const found = byName.get(name) ?? { unfenced: new Ring(), fenced: new Ring() }
      byName.set(name, found)
      found[fenced ? 'fenced' : 'unfenced'].add(brokerId)
    }
    this.#racks = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rack]) => rack)
    for (const rack of this.#racks) {
      rack.fenced.begin(random)
      rack.unfenced.begin(random)
    }
    this.#start = drawBelow(random, this.#racks.length)
  }

  /** The replicas of the next partition; there are at least as many brokers, and one is not fenced. */
  place(replicas: number): number[] {
    if (this.#round === this.#unfenced && this.#unfenced > 1) this.#shuffle()
    const leaderRack = this.#leaderRack()
    const placed = [leaderRack.brokerId]
    // The leader's rack has had its turn in the first walk over the racks.
    let isFirstWalk = true
    for (let at = this.#start; placed.length < replicas; at = (at + 1) % this.#racks.length) {
      if (isFirstWalk && at === leaderRack.at) {
        isFirstWalk = false
        continue
      }
      const { unfenced, fenced } = this.#racks[at]!
      const brokerId = unfenced.next(this.#round) ?? fenced.next(this.#round)
      if (brokerId !== undefined) placed.push(brokerId)
    }
    this.#round++
    this.#start = (this.#start + 1) % this.#racks.length
    return placed
  }

  #leaderRack(): { readonly at: number; readonly brokerId: number } {
    const count = this.#racks.length
    for (let step = 0; step < count; step++) {
      const at = (this.#start + step) % count
      const brokerId = this.#racks[at]!.unfenced.next(this.#round)
      if (brokerId !== undefined) return { at, brokerId }
    }
    assert(false, 'some broker is not fenced')
  }

  #shuffle(): void {
    shuffle(this.#random, this.#racks)
    for (const { unfenced, fenced } of this.#racks) {
      fenced.shuffle(this.#random)
      unfenced.shuffle(this.#random)
    }
    this.#round = 0
  }
}

function shuffle<T>(random: Random, items: T[]): void {
  for (let left = items.length; left > 1; left--) {
    const drawn = drawBelow(random, left)
    const last = items[left - 1]!
    items[left - 1] = items[drawn]!
    items[drawn] = last
  }
}
