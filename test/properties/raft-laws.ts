/**
 * The laws of Raft, watched over all nodes of a model at once (Raft, figure 3): one leader and one vote in an epoch, logs
 * that agree where they have the same epoch at the same offset, committed entries that stay and that every later leader
 * has, and nodes that never deliver different entries.
 */

import type { Entry, ModelLog } from './raft-log.ts'

export class BrokenLaw extends Error {}

export interface Leading {
  readonly id: number
  readonly epoch: number
  readonly log: ModelLog
}

export class RaftLaws {
  readonly committed: Entry[] = []
  /** The epoch in which each was found committed: no leader of an earlier one need have it, however late it is elected. */
  readonly #committedIn: number[] = []
  readonly #leaders = new Map<number, number>()
  readonly #votes = new Map<string, number>()
  /** For each offset and epoch that ever was: the value, and the epoch before it. */
  readonly #appended = new Map<string, string>()

  voted(voter: number, epoch: number, candidate: number): void {
    const key = `${voter} in epoch ${epoch}`
    const before = this.#votes.get(key) ?? candidate
    law(before === candidate, `node ${key} voted for ${before} and for ${candidate}`)
    this.#votes.set(key, candidate)
  }

  elected({ id, epoch, log }: Leading): void {
    const before = this.#leaders.get(epoch) ?? id
    law(before === id, `nodes ${before} and ${id} both lead epoch ${epoch}`)
    this.#leaders.set(epoch, id)
    this.#hasCommitted({ id, epoch, log }, 0)
  }

  appended(log: ModelLog, from: number): void {
    for (let offset = from; offset < log.endOffset; offset++) {
      const { epoch, value } = log.entries[offset]!
      const key = `offset ${offset} of epoch ${epoch}`
      const content = `${value} behind epoch ${log.entries[offset - 1]?.epoch ?? 0}`
      const before = this.#appended.get(key) ?? content
      law(before === content, `${key} holds ${before} and ${content}`)
      this.#appended.set(key, content)
    }
  }

  /** A node commits `[from, to)` in its epoch; `leaders`: all there are. */
  delivered({ id, epoch, log }: Leading, from: number, to: number, leaders: readonly Leading[]): void {
    law(to >= from, `the high watermark of node ${id} went from ${from} back to ${to}`)
    law(to <= log.endOffset, `node ${id} commits ${to} and holds ${log.endOffset}`)
    const known = this.committed.length
    for (let offset = from; offset < to; offset++) {
      const entry = log.entries[offset]!
      this.committed[offset] ??= entry
      this.#committedIn[offset] ??= epoch
      law(isSame(this.committed[offset], entry), `node ${id} delivers another entry at offset ${offset}`)
    }
    for (const leading of leaders) this.#hasCommitted(leading, known)
  }

  truncated(id: number, log: ModelLog, endOffset: number): void {
    for (let offset = endOffset; offset < log.endOffset; offset++) {
      law(!isSame(this.committed[offset], log.entries[offset]), `node ${id} cuts the committed entry at ${offset}`)
    }
  }

  failed(id: number, message: string): void {
    law(false, `node ${id} must stop: ${message}`)
  }

  #hasCommitted({ id, epoch, log }: Leading, from: number): void {
    for (let offset = from; offset < this.committed.length; offset++) {
      if (this.#committedIn[offset]! >= epoch) continue
      const has = isSame(this.committed[offset], log.entries[offset])
      law(has, `node ${id} leads epoch ${epoch} without the committed entry at ${offset}`)
    }
  }
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  return one !== undefined && one.value === other?.value && one.epoch === other.epoch
}

function law(holds: boolean, message: string): void {
  if (!holds) throw new BrokenLaw(message)
}
