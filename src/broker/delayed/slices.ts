/**
 * Long work in slices, an event each, so that whatever else is due comes between them.
 *
 * Work is a generator that yields after each step, a step being some microseconds; how many steps make a slice is a
 * number, never a time, so that a simulated run is the same each time. Work that fits in one slice is done at once.
 */

import { assert } from '../../world/assert.ts'
import type { Clock } from '../../world/clock.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'

export interface Slices {
  readonly clock: Pick<Clock, 'setTimer'>
  /** Steps of one event; at least 1. */
  readonly stepsMax: number
  /** Asked before each slice but the first; where false the rest is left undone, and `done` never called. Default: always. */
  readonly goesOn?: () => boolean
}

/** Does the work; `done` gets what it came to, within this call where one slice was enough. */
export function inSlices<T>(slices: Slices, work: Generator<void, T>, done: (result: T) => void): void {
  const { clock, stepsMax, goesOn = () => true } = slices
  assert(stepsMax >= 1, 'a slice has a step')
  const slice = (): void => {
    for (let steps = 0; steps < stepsMax; steps++) {
      const { done: isDone, value } = work.next()
      if (isDone === true) return done(value)
    }
    clock.setTimer(0, () => {
      if (goesOn()) slice()
    })
  }
  slice()
}

/** Lets whatever else is due come first: for work that is a promise anyway. */
export function nextEvent({ clock, promises }: Pick<World, 'clock' | 'promises'>): Promise<void> {
  return promised<void>(promises, (done) => void clock.setTimer(0, () => done(undefined, undefined)))
}
