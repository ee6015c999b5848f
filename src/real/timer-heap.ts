/**
 * The timers that have not fired yet, earliest deadline first; those of equal deadline in the order they were set.
 *
 * A binary heap whose members know their place in it, so that a cancelled timer leaves at once: a busy node sets and
 * cancels a timer per request, and those that linger until their deadline would be most of its memory.
 */

/** A timer and its place in the heap; `place` is -1 outside it. One that has left it because it is due can be cancelled still. */
export interface HeapTimer {
  readonly deadlineUs: number
  readonly sequence: number
  readonly fire: () => void
  place: number
  isCancelled: boolean
}

/** A timer may be in one heap at a time. Adding and removing cost the logarithm of how many there are. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = []

  /** The timer that is due first. */
  get first(): HeapTimer | undefined {
    return this.#timers[0]
  }

  add(timer: HeapTimer): void {
    this.#timers.push(timer)
    this.#rise(timer, this.#timers.length - 1)
  }

  /** Takes the timer out, wherever it is; nothing happens if it is not in the heap. */
  remove(timer: HeapTimer): void {
    const place = timer.place
    if (place < 0) return
    timer.place = -1
    const last = this.#timers.pop() as HeapTimer
    if (last === timer) return
    this.#rise(last, place)
    this.#sink(last, last.place)
  }

  clear(): void {
    for (const timer of this.#timers) timer.place = -1
    this.#timers.length = 0
  }

  #rise(timer: HeapTimer, from: number): void {
    let place = from
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = this.#timers[parentPlace] as HeapTimer
      if (!isBefore(timer, parent)) break
      this.#put(parent, place)
      place = parentPlace
    }
    this.#put(timer, place)
  }

  #sink(timer: HeapTimer, from: number): void {
    let place = from
    for (;;) {
      const left = 2 * place + 1
      if (left >= this.#timers.length) break
      const right = left + 1
      let childPlace = left
      if (right < this.#timers.length && isBefore(this.#timers[right] as HeapTimer, this.#timers[left] as HeapTimer)) {
        childPlace = right
      }
      const child = this.#timers[childPlace] as HeapTimer
      if (!isBefore(child, timer)) break
      this.#put(child, place)
      place = childPlace
    }
    this.#put(timer, place)
  }

  #put(timer: HeapTimer, place: number): void {
    this.#timers[place] = timer
    timer.place = place
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.deadlineUs < b.deadlineUs || (a.deadlineUs === b.deadlineUs && a.sequence < b.sequence)
}
