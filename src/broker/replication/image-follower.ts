/**
 * The steps of the image, done at a broker's own pace: each delta in its order, so many partitions an event, for making a
 * log takes a tenth of a millisecond and a step may be of thousands. What is small is done within the call.
 *
 * While much is being done the image is ahead of the partitions. Whoever looks at both must bear that.
 */

import type { Clock } from '../../world/clock.ts'
import { inSlices } from '../delayed/slices.ts'
import type { MetadataDelta } from '../metadata/delta.ts'

export interface ImageFollowerOptions {
  readonly clock: Pick<Clock, 'setTimer'>
  /** Does what a delta asks for, a partition a step; the image may have gone on since. */
  readonly follow: (delta: MetadataDelta) => Generator<void, void>
}

/** Partitions of one event. */
const EVENT_PARTITIONS = 40

export class ImageFollower {
  readonly #options: ImageFollowerOptions
  #deltas: MetadataDelta[] = []
  /** held → idle ⇄ following → over. */
  #state: 'held' | 'idle' | 'following' | 'over' = 'held'

  /** Deltas are held back until `start`. */
  constructor(options: ImageFollowerOptions) {
    this.#options = options
  }

  add(delta: MetadataDelta): void {
    if (this.#state === 'over') return
    this.#deltas.push(delta)
    if (this.#state === 'idle') this.#followAll()
  }

  start(): void {
    this.#followAll()
  }

  /** Nothing is followed any more; what is not done stays undone. */
  stop(): void {
    this.#state = 'over'
    this.#deltas = []
  }

  #followAll(): void {
    this.#state = 'following'
    const goesOn = (): boolean => this.#state !== 'over'
    inSlices({ clock: this.#options.clock, stepsMax: EVENT_PARTITIONS, goesOn }, this.#steps(), () => {
      this.#state = 'idle'
    })
  }

  *#steps(): Generator<void, void> {
    for (let delta = this.#deltas.shift(); delta !== undefined; delta = this.#deltas.shift()) {
      yield* this.#options.follow(delta)
    }
  }
}
