/**
 * A map that can be taken back to an earlier offset of the metadata log.
 *
 * The active controller applies a record as soon as it has appended it, before it is committed. Each change remembers
 * what it replaced, under the offset of its record: `commitTo` forgets what can no longer be taken back, `revertTo`
 * takes back what was not committed. Memory is proportional to the changes above the committed offset.
 *
 * Not here: reading the map as of an old offset (snapshots will need it).
 */

import { assert } from '../../world/assert.ts'

interface Undo<K, V> {
  readonly offset: number
  readonly key: K
  /** What the key held before; `undefined` where it was absent. */
  readonly previous: V | undefined
}

/** Keys iterate in the order of their (latest) insertion. Values must not be `undefined`. */
export class TimelineMap<K, V> {
  #current = new Map<K, V>()
  #undos: Undo<K, V>[] = []
  /** Undos before this index are committed; they are dropped in bulk so that commits stay cheap. */
  #committed = 0

  get size(): number {
    return this.#current.size
  }

  get(key: K): V | undefined {
    return this.#current.get(key)
  }

  has(key: K): boolean {
    return this.#current.has(key)
  }

  entries(): IterableIterator<[K, V]> {
    return this.#current.entries()
  }

  values(): IterableIterator<V> {
    return this.#current.values()
  }

  /** Sets a key on behalf of the record at `offset`. Offsets must not decrease from call to call. */
  set(offset: number, key: K, value: V): void {
    this.#remember(offset, key)
    this.#current.set(key, value)
  }

  /** Removes a key on behalf of the record at `offset`. */
  delete(offset: number, key: K): void {
    if (!this.#current.has(key)) return
    this.#remember(offset, key)
    this.#current.delete(key)
  }

  /** Changes up to and including `offset` can no longer be taken back. */
  commitTo(offset: number): void {
    while (this.#committed < this.#undos.length && this.#undos[this.#committed]!.offset <= offset) this.#committed++
    if (this.#committed > 64 && this.#committed * 2 > this.#undos.length) {
      this.#undos = this.#undos.slice(this.#committed)
      this.#committed = 0
    }
  }

  /** Takes back every change above `offset`, the newest first. */
  revertTo(offset: number): void {
    while (this.#undos.length > this.#committed && this.#undos.at(-1)!.offset > offset) {
      const undo = this.#undos.pop()!
      if (undo.previous === undefined) this.#current.delete(undo.key)
      else this.#current.set(undo.key, undo.previous)
    }
    const newest = this.#undos.at(-1)
    assert(newest === undefined || newest.offset <= offset, 'a committed change is never taken back')
  }

  /**
   * Undoes, on behalf of the record at `offset`, every change from offset `from` on: a change forward, that can itself be
   * taken back. Nothing at or above `from` may be committed.
   */
  undoFrom(offset: number, from: number): void {
    const newest = this.#undos.length - 1
    for (let index = newest; index >= this.#committed && this.#undos[index]!.offset >= from; index--) {
      const { key, previous } = this.#undos[index]!
      if (previous === undefined) this.delete(offset, key)
      else this.set(offset, key, previous)
    }
  }

  #remember(offset: number, key: K): void {
    const newest = this.#undos.at(-1)
    assert(newest === undefined || newest.offset <= offset, 'records are applied in the order of their offsets')
    this.#undos.push({ offset, key, previous: this.#current.get(key) })
  }
}
