/**
 * Asking the cluster for metadata: one round at a time, for whoever wants it.
 *
 * States: idle → pausing (a round has just ended) → asking → idle. A round asks one broker after another until one
 * answers, at most `triesMax` of them; whoever joins while a round is under way gets the next one, for that may know more.
 * Rounds that fail are further and further apart. Nothing runs while nobody waits: a caller that still misses something
 * after a round asks again, for as long as its own deadline allows.
 */

import { apis } from '../protocol/apis.ts'
import type { World } from '../world/world.ts'
import { backoffMs } from './backoff.ts'
import type { Connections } from './connections.ts'
import type { Metadata } from './metadata.ts'
import type { ClientSettings } from './options.ts'

/** Brokers asked in one round. */
const triesMax = 8

/** See the head of this file. */
export class MetadataRefresher {
  readonly #world: World
  readonly #settings: ClientSettings
  readonly #connections: Connections
  readonly #metadata: Metadata
  /** One for each caller that waits; a caller waits at most once. */
  #waiting: (() => void)[] = []
  #round: (() => void)[] = []
  #isBusy = false
  #failures = 0
  #tries = 0
  /** Monotonic times in microseconds; undefined before the first. */
  #lastEndUs: number | undefined
  #lastLearntUs: number | undefined

  constructor(world: World, settings: ClientSettings, connections: Connections, metadata: Metadata) {
    this.#world = world
    this.#settings = settings
    this.#connections = connections
    this.#metadata = metadata
  }

  /** Calls `done` when a round that starts from now on has ended, whatever came of it. Never within this call. */
  refresh(done: () => void): void {
    this.#waiting.push(done)
    if (!this.#isBusy) this.#pause()
  }

  /** Starts a round for nobody in particular where the last good one is older than `metadataMaxAgeMs`. */
  refreshIfOld(nowUs: number): void {
    const isOld =
      this.#lastLearntUs === undefined || nowUs - this.#lastLearntUs > this.#settings.metadataMaxAgeMs * 1000
    if (isOld && !this.#isBusy) this.refresh(() => undefined)
  }

  #pause(): void {
    this.#isBusy = true
    const { clock, random } = this.#world
    const { retryBackoffMs, retryBackoffMaxMs } = this.#settings
    const pauseMs = backoffMs(random, retryBackoffMs, retryBackoffMaxMs, Math.max(1, this.#failures))
    const dueUs = this.#lastEndUs === undefined ? 0 : this.#lastEndUs + pauseMs * 1000
    // An event of its own even without a delay: whoever asks within the present event shares the round.
    clock.setTimer(Math.max(0, dueUs - clock.monotonicUs()), () => this.#startRound())
  }

  #startRound(): void {
    this.#round = this.#waiting
    this.#waiting = []
    this.#tries = 0
    this.#tryNext()
  }

  #tryNext(): void {
    this.#tries++
    const connections = this.#connections
    const body = {
      topics: [...this.#metadata.wanted].map((name) => ({ name })),
      allowAutoTopicCreation: this.#settings.allowAutoCreateTopics,
    }
    connections.request(
      connections.pickNode(),
      apis.metadata,
      () => body,
      {},
      (_error, response) => {
        if (response !== undefined && response.errorCode === 0) {
          this.#metadata.learn(response)
          this.#lastLearntUs = this.#world.clock.monotonicUs()
          this.#endRound(0)
        } else if (this.#tries < triesMax && !connections.isClosed) this.#tryNext()
        else this.#endRound(this.#failures + 1)
      },
    )
  }

  #endRound(failures: number): void {
    this.#failures = failures
    this.#lastEndUs = this.#world.clock.monotonicUs()
    const ended = this.#round
    this.#round = []
    this.#isBusy = false
    for (const done of ended) done()
    if (this.#waiting.length > 0 && !this.#isBusy) this.#pause()
  }
}
