/**
 * What is kept of an event-hash chain, and how two are compared. States of the chain are kept every `interval` events;
 * when there are too many, every second is dropped and the interval doubles, so that the cost is bounded however long
 * the run. Where two runs part, the first checkpoint that differs bounds the first event that does.
 */

import { assert } from '../../world/assert.ts'

/** A chain as data; survives JSON. */
export interface HashChain {
  /** Events in the chain. */
  readonly events: number
  /** State after the last event, 16 hexadecimal digits. */
  readonly digest: string
  /** Events between two checkpoints: a power of two. */
  readonly interval: number
  /** States after `interval`, `2 * interval`, … events, two 32-bit words each. */
  readonly checkpoints: readonly number[]
}

/** The first event in which two runs differ is one of `[from, to)`, counted from 0. */
export interface DifferenceInterval {
  readonly from: number
  readonly to: number
}

const INTERVAL_AT_FIRST = 256
const CHECKPOINTS_MAX = 4096

/** The checkpoints of a chain that is growing. */
export class Checkpoints {
  #interval = INTERVAL_AT_FIRST
  #words: number[] = []

  /** Must a checkpoint be kept after this many events? */
  due(events: number): boolean {
    return (events & (this.#interval - 1)) === 0
  }

  /** Keeps the state after the event for which `due` was asked. */
  add(a: number, b: number): void {
    this.#words.push(a >>> 0, b >>> 0)
    if (this.#words.length === 2 * CHECKPOINTS_MAX) {
      this.#words = everySecond(this.#words)
      this.#interval *= 2
    }
  }

  /** A copy of what is kept. */
  kept(): Pick<HashChain, 'interval' | 'checkpoints'> {
    return { interval: this.#interval, checkpoints: [...this.#words] }
  }
}

/**
 * Where two runs part; undefined when they are the same. Narrow to one event with a second pass of both runs that
 * records this interval (`EventHash.recordRange`).
 */
export function firstDifference(left: HashChain, right: HashChain): DifferenceInterval | undefined {
  if (left.events === right.events && left.digest === right.digest) return undefined
  const interval = Math.max(left.interval, right.interval)
  const leftWords = atInterval(left, interval)
  const rightWords = atInterval(right, interval)
  const common = Math.min(leftWords.length, rightWords.length)
  let equal = 0
  while (equal < common && leftWords[equal] === rightWords[equal]) equal++
  const from = (equal >>> 1) * interval
  // Past the last common checkpoint, the shorter run's end is where they differ at the latest.
  return { from, to: equal < common ? from + interval : Math.min(left.events, right.events) + 1 }
}

function atInterval(chain: HashChain, interval: number): readonly number[] {
  let words = chain.checkpoints
  for (let present = chain.interval; present < interval; present *= 2) words = everySecond(words)
  assert(words.length % 2 === 0, 'a checkpoint has two words')
  return words
}

function everySecond(words: readonly number[]): number[] {
  const kept: number[] = []
  for (let index = 2; index + 1 < words.length; index += 4) kept.push(words[index]!, words[index + 1]!)
  return kept
}
