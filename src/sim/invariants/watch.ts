/**
 * Runs the invariants of one run: hands each what it asks for, keeps the ghost state in step, and recomputes from the
 * disk when logs were loaded, after rolls and deletions, at sampled instants and at the end.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { SeenRequest, SeenResponse } from '../run/wire-tap.ts'
import type { Invariant, Judged } from './invariant.ts'
import { partitionsOn, readBatches } from './log-files.ts'
import { LOSS_IS_NOTICED } from './loss-is-noticed.ts'
import { newInvariants } from './table.ts'

/** Events between two samples. */
const SAMPLE_EVERY = 4096

interface Watched {
  readonly invariant: Invariant
  readonly judged: Judged
}

/** What invariants are shown, and whom they tell. */
export interface WatchBase extends Omit<Judged, 'broken'> {
  /** Whom the invariant of that name tells. */
  broken(name: string): Judged['broken']
  /** Told instead of what damage excuses. */
  excused?(name: string): void
}

function watchedOf(base: WatchBase): readonly Watched[] {
  return newInvariants().map((invariant) => {
    const { name } = invariant
    const tell = base.broken(name)
    const broken: Judged['broken'] = (message, where) => {
      const isExcused = name !== LOSS_IS_NOTICED && base.ghost.damage.excuses(where?.partition)
      if (isExcused) base.excused?.(name)
      else tell(message, where)
    }
    return { invariant, judged: { ...base, broken } }
  })
}

export class InvariantWatch {
  readonly #base: WatchBase
  #watched: readonly Watched[]
  /** Partitions written to since they were looked at. */
  readonly #written = new Set<string>()
  /** Partitions that got or lost a segment since. */
  readonly #changed = new Set<string>()
  #isDue = false
  #sinceSample = 0

  constructor(base: WatchBase) {
    this.#base = base
    this.#watched = watchedOf(base)
  }

  /** The disk was replaced by an empty one: a new broker begins, and is judged as one. */
  onDiskWiped(): void {
    this.#base.ghost.diskWiped()
    this.#watched = watchedOf(this.#base)
    this.#written.clear()
    this.#changed.clear()
  }

  onEvent(event: BrokerEvent): void {
    for (const { invariant, judged } of this.#watched) invariant.onEvent?.(judged, event)
    this.#base.ghost.observe(event)
    if (event.type === 'LogLoaded') this.#adopt(event.partition, event.endOffset)
    if (event.type === 'BatchAppended') this.#written.add(event.partition)
    if (event.type !== 'SegmentRolled' && event.type !== 'SegmentDeleted') return
    this.#changed.add(event.partition)
    this.#isDue = true
  }

  onRequest(request: SeenRequest): void {
    for (const { invariant, judged } of this.#watched) invariant.onRequest?.(judged, request)
  }

  onResponse(response: SeenResponse): void {
    for (const { invariant, judged } of this.#watched) invariant.onResponse?.(judged, response)
  }

  onReady(): void {
    for (const { invariant, judged } of this.#watched) invariant.onReady?.(judged)
    this.recomputeAll()
  }

  /** Between two events. */
  afterEvent(): void {
    this.#sinceSample++
    if (this.#isDue && this.#base.isServing()) {
      this.#isDue = false
      this.#recompute(this.#changed)
    } else if (this.#sinceSample >= SAMPLE_EVERY && this.#base.isServing()) {
      this.#recompute(this.#written)
    }
  }

  /** Looks at everything anew. */
  recomputeAll(): void {
    const disk = this.#base.disk()
    this.#recompute(new Set(partitionsOn(disk)), disk)
    for (const { invariant, judged } of this.#watched) invariant.recomputeAll?.(judged, disk)
  }

  #recompute(partitions: Set<string>, disk = this.#base.disk()): void {
    this.#sinceSample = 0
    const due = [...partitions]
    for (const partition of due) {
      this.#changed.delete(partition)
      this.#written.delete(partition)
      for (const { invariant, judged } of this.#watched) invariant.recompute?.(judged, disk, partition)
    }
  }

  /**
   * A crash in the middle of an append can leave a batch whose append nobody lived to tell: it is in the log from now
   * on. The disk says what it is; it was under way, so it may be there or not.
   */
  #adopt(partition: string, endOffset: number): void {
    const { ghost } = this.#base
    const known = ghost.partition(partition).knownEnd
    if (endOffset > known) ghost.adopt(partition, readBatches(this.#base.disk(), partition, known, endOffset))
  }
}
