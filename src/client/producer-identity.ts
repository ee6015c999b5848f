/**
 * The producer id and epoch of an idempotent producer: asked of any broker, bumped here.
 *
 * States: none → asking (an InitProducerId is under way) → known; known → known with the next epoch, when sequence
 * numbers of a partition can be used no further; known → none, when the broker refuses the epoch, or after epoch 32767.
 * An idempotent producer without a transactional id may bump its epoch on its own: a broker takes any higher one that
 * begins at sequence 0. Asking is tried again for as long as the producer wants an id; how long is the producer's to say.
 *
 * Source: KIP-98, KIP-360.
 */

import { apis } from '../protocol/apis.ts'
import { isRetriable } from '../protocol/errors.ts'
import { backoffMs } from './backoff.ts'
import { type Failure, failureOfCode } from './outcomes.ts'
import type { ProducerIdAndEpoch } from './partition-queue.ts'
import type { Services } from './services.ts'

/** The largest int16. */
const epochMax = 32_767

/** What the producer is told. Each call is an event of its own. */
export interface IdentityOwner {
  /** An id is known now. */
  identityKnown(): void
  /** No broker will give one: what waits for it fails. Asking again is allowed. */
  identityRefused(failure: Failure): void
}

/** See the head of this file. */
export class ProducerIdentity {
  readonly #services: Services
  readonly #owner: IdentityOwner
  #current: ProducerIdAndEpoch | undefined
  #isAsking = false
  #failures = 0

  constructor(services: Services, owner: IdentityOwner) {
    this.#services = services
    this.#owner = owner
  }

  /** The id and epoch to number batches under; where undefined, one is being asked for. */
  current(): ProducerIdAndEpoch | undefined {
    if (this.#current === undefined) this.#ask()
    return this.#current
  }

  /** The next epoch, unless the producer has gone beyond `used` already. */
  renew(used: ProducerIdAndEpoch | undefined): void {
    const present = this.#current
    if (present === undefined || used === undefined) return
    if (present.producerId !== used.producerId || present.epoch !== used.epoch) return
    this.#current = present.epoch < epochMax ? { ...present, epoch: present.epoch + 1 } : undefined
  }

  /** A broker refused the epoch: another producer id is needed, unless there is one already. */
  discard(producerId: number): void {
    if (this.#current?.producerId === producerId) this.#current = undefined
  }

  #ask(): void {
    if (this.#isAsking || this.#services.isClosed()) return
    this.#isAsking = true
    const { connections, settings } = this.#services
    const body = { transactionalId: null, transactionTimeoutMs: settings.requestTimeoutMs }
    connections.request(
      connections.pickNode(),
      apis.initProducerId,
      () => body,
      {},
      (error, response) => {
        if (response === undefined) this.#askLater()
        else if (response.errorCode === 0) this.#known(response.producerId, response.producerEpoch)
        else if (isRetriable(response.errorCode)) this.#askLater()
        else this.#refused(failureOfCode(response.errorCode, 'a producer id was asked for', null))
        // Why an attempt got no answer does not matter: the next broker is asked.
        void error
      },
    )
  }

  #known(producerId: number, epoch: number): void {
    this.#isAsking = false
    this.#failures = 0
    this.#current = { producerId, epoch }
    this.#owner.identityKnown()
  }

  #refused(failure: Failure): void {
    this.#isAsking = false
    this.#owner.identityRefused(failure)
  }

  #askLater(): void {
    const { world, settings } = this.#services
    this.#failures++
    const delayMs = backoffMs(world.random, settings.retryBackoffMs, settings.retryBackoffMaxMs, this.#failures)
    world.clock.setTimer(delayMs * 1000, () => {
      this.#isAsking = false
      // Tells the producer to look again; it asks through `current` if it still has something to send.
      this.#owner.identityKnown()
    })
  }
}
