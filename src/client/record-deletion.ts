/**
 * Deleting the records of one partition below an offset, at its leader (KIP-107).
 *
 * One operation with one deadline: metadata is refreshed, the leader is asked, and again after a pause where another leader
 * or another moment may do it. It may be repeated, for what is deleted stays so. Indefinite as soon as an attempt may have
 * been carried out without telling: then a later refusal proves nothing.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode, impliesStaleMetadata, isRetriable } from '../protocol/errors.ts'
import type { DeleteRecordsResponse } from '../protocol/messages/21-delete-records.ts'
import { promised } from '../world/promises.ts'
import { backoffMs } from './backoff.ts'
import { afterIndefinite, clientFailure, type Failure, failureOfCode, failureOfWire, type Outcome } from './outcomes.ts'
import type { Services } from './services.ts'

/** Which records are to be deleted. */
export interface RecordsToDelete {
  readonly topic: string
  readonly partition: number
  /** The first offset that stays. Default: the high watermark, so that everything goes that consumers are shown. */
  readonly below?: number
}

/** In place of an offset: the high watermark. */
const HIGH_WATERMARK = -1

/** See `Client.deleteRecords`. */
export function deleteRecords(services: Services, records: RecordsToDelete): Promise<Outcome<number>> {
  return promised(services.world.promises, (done) => {
    new RecordDeletion(services, records, (outcome) => done(undefined, outcome)).start()
  })
}

class RecordDeletion {
  readonly #services: Services
  readonly #records: RecordsToDelete
  readonly #done: (outcome: Outcome<number>) => void
  readonly #deadlineUs: number
  #attempts = 0
  #isUnknown = false
  #last = 'no leader is known'

  constructor(services: Services, records: RecordsToDelete, done: (outcome: Outcome<number>) => void) {
    this.#services = services
    this.#records = records
    this.#done = done
    this.#deadlineUs = services.world.clock.monotonicUs() + services.settings.defaultApiTimeoutMs * 1000
    services.metadata.want(records.topic)
  }

  start(): void {
    this.#services.refresher.refresh(() => this.#ask())
  }

  #ask(): void {
    const { connections, metadata, settings, world } = this.#services
    const { topic, partition, below = HIGH_WATERMARK } = this.#records
    const leader = metadata.leaderOf(topic, partition)
    if (leader < 0) return this.#again()
    const leftMs = Math.ceil((this.#deadlineUs - world.clock.monotonicUs()) / 1000)
    const timeoutMs = Math.max(1, Math.min(settings.requestTimeoutMs, leftMs))
    const body = { topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset: below }] }], timeoutMs }
    connections.request(
      leader,
      apis.deleteRecords,
      () => body,
      { timeoutMs },
      (error, response) => {
        if (response !== undefined) return this.#take(response)
        if (error?.code === 'UNSUPPORTED_VERSION') return this.#fail(failureOfWire(error, this.#what))
        if (error?.sent === true) this.#isUnknown = true
        this.#last = error?.message ?? this.#last
        this.#again()
      },
    )
  }

  #take(response: DeleteRecordsResponse): void {
    const { topic, partition } = this.#records
    const answer = response.topics
      .find(({ name }) => name === topic)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition)
    if (answer?.errorCode === errorCode.NONE) return this.#done({ kind: 'ok', value: answer.lowWatermark })
    const code = answer?.errorCode ?? errorCode.UNKNOWN_SERVER_ERROR
    const refused = failureOfCode(code, this.#what, answer === undefined ? 'the answer leaves it out' : null)
    const isFinal = answer !== undefined && !isRetriable(code) && !impliesStaleMetadata(code)
    if (isFinal) return this.#fail(refused)
    if (refused.certainty === 'indefinite') this.#isUnknown = true
    this.#last = refused.message
    this.#again()
  }

  #again(): void {
    const { settings, world } = this.#services
    const leftUs = this.#deadlineUs - world.clock.monotonicUs()
    if (leftUs <= 0 || this.#services.isClosed()) {
      const name = this.#services.isClosed() ? 'CLOSED' : 'API_TIMED_OUT'
      return this.#fail(clientFailure('definite', name, `${this.#what}: there was no final answer: ${this.#last}`))
    }
    this.#attempts++
    const pauseMs = backoffMs(world.random, settings.retryBackoffMs, settings.retryBackoffMaxMs, this.#attempts)
    world.clock.setTimer(Math.min(pauseMs * 1000, leftUs), () => this.start())
  }

  #fail(failure: Failure): void {
    this.#done(this.#isUnknown ? afterIndefinite(failure) : failure)
  }

  get #what(): string {
    const { topic, partition, below } = this.#records
    return `records of ${topic}-${partition} ${below === undefined ? '' : `below ${below} `}were deleted`
  }
}
