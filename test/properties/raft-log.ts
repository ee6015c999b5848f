/** A metadata log in memory for models of the quorum: entries with an epoch and a value, and how much of it is durable. */

import type { LogEnd } from '../../src/broker/quorum/raft/raft-events.ts'
import type { LogView } from '../../src/broker/quorum/raft/raft-surroundings.ts'
import type { QuorumRules } from '../../src/broker/quorum/rules.ts'

export interface Entry {
  readonly epoch: number
  /** Never used twice. */
  readonly value: number
}

export class ModelLog implements LogView {
  readonly startOffset = 0
  entries: Entry[] = []
  flushedEnd = 0
  readonly #rules: QuorumRules

  constructor(rules: QuorumRules) {
    this.#rules = rules
  }

  get endOffset(): number {
    return this.entries.length
  }

  get heldEnd(): number {
    return this.#rules.heldEnd(this)
  }

  get lastEpoch(): number {
    return this.entries.at(-1)?.epoch ?? 0
  }

  endOf(epoch: number): LogEnd | undefined {
    const last = this.entries.findLastIndex((entry) => entry.epoch <= epoch)
    return last < 0 ? undefined : { epoch: this.entries[last]!.epoch, endOffset: last + 1 }
  }

  truncate(endOffset: number): void {
    this.entries.length = endOffset
    this.flushedEnd = Math.min(this.flushedEnd, endOffset)
  }
}

/** Entries of `[offset, offset + count)` as an answer carries them: where they begin, then each epoch and value. */
export function encodeEntries(log: ModelLog, offset: number, count: number): Uint8Array {
  const entries = log.entries.slice(offset, offset + count)
  if (entries.length === 0) return new Uint8Array(0)
  return new Uint8Array(Uint32Array.from([offset, ...entries.flatMap(({ epoch, value }) => [epoch, value])]).buffer)
}

/** What lies in an answer; undefined where it is not what this log goes on with, or not of the leader's time. */
export function decodeEntries(records: Uint8Array, log: ModelLog, leaderEpoch: number): Entry[] | undefined {
  const [offset, ...numbers] = new Uint32Array(records.buffer)
  if (offset !== log.endOffset) return undefined
  const entries: Entry[] = []
  let { lastEpoch } = log
  for (let index = 0; index < numbers.length; index += 2) {
    const entry = { epoch: numbers[index]!, value: numbers[index + 1]! }
    if (entry.epoch < lastEpoch || entry.epoch > leaderEpoch) return undefined
    lastEpoch = entry.epoch
    entries.push(entry)
  }
  return entries
}
