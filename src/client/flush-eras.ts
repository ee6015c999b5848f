/**
 * When everything that was sent before a flush is settled.
 *
 * A flush begins an era. What is unsettled is counted by the era it was begun in, so that a flush waits for what came
 * before it and not for what came after.
 */

/** See the head of this file. */
export class FlushEras {
  #current = 0
  /** Unsettled things by the era they began in; eras in order. */
  readonly #unsettled = new Map<number, number>()
  /** Flushes under way, in order; each waits for all eras before its own. */
  readonly #flushes: { readonly before: number; readonly done: () => void }[] = []

  /** The era of what begins now. What is of an earlier era need not wait for company. */
  get current(): number {
    return this.#current
  }

  /** Something unsettled begins in this era. */
  begin(era: number): void {
    this.#unsettled.set(era, (this.#unsettled.get(era) ?? 0) + 1)
  }

  /** Something of this era is settled. */
  end(era: number): void {
    const left = this.#unsettled.get(era)! - 1
    if (left > 0) this.#unsettled.set(era, left)
    else this.#unsettled.delete(era)
    if (left === 0 && this.#flushes.length > 0) this.#complete()
  }

  /** Begins an era; `done` is called when nothing of an earlier one is unsettled, perhaps at once. */
  flush(done: () => void): void {
    this.#current++
    this.#flushes.push({ before: this.#current, done })
    this.#complete()
  }

  #complete(): void {
    let oldest = Number.MAX_SAFE_INTEGER
    for (const era of this.#unsettled.keys()) if (era < oldest) oldest = era
    while (this.#flushes.length > 0 && oldest >= this.#flushes[0]!.before) this.#flushes.shift()!.done()
  }
}
