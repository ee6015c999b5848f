/**
 * Produce requests: gathers batches by broker, sends one request per broker, and tells of each batch how it was answered.
 *
 * Bounds: `maxInFlight` unanswered requests per broker; `maxRequestBytes` per request, but for a single batch.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode, impliesStaleMetadata } from '../protocol/errors.ts'
import type { ProduceRequestInput, ProduceResponse } from '../protocol/messages/00-produce.ts'
import { compressBatch } from '../protocol/record-batch-compression.ts'
import { encodeBatch } from '../protocol/record-batch-encode.ts'
import { type Uuid, ZERO_UUID } from '../protocol/uuid.ts'
import type { WireError } from '../wire/wire-error.ts'
import type { ProducerSettings } from './options.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { Services } from './services.ts'

/** A batch on its way. */
export interface Departure {
  readonly queue: PartitionQueue
  readonly batch: ProducerBatch
  readonly topicId: Uuid
  /** When nobody waits for its answer any more, in monotonic microseconds. */
  readonly expiryUs: number
}

/** How one attempt of one batch was answered. */
export type AttemptAnswer =
  | { readonly kind: 'no-answer'; readonly error: WireError }
  | {
      readonly kind: 'answer'
      readonly code: number
      /** -1 where unknown. */
      readonly baseOffset: number
      /** -1 where the records keep their own time. */
      readonly logAppendTimeMs: number
      readonly message: string | null
      /** The metadata that led to this broker is out of date. */
      readonly isStale: boolean
      /** The answer named a leader that was not known, so that there is no need to wait. */
      readonly leaderIsNews: boolean
    }

/** Who deals with the answers. */
export interface ProduceOwner {
  /** How one batch was answered; for those of one request in the order of boarding. */
  answered(departure: Departure, answer: AttemptAnswer): void
  /** All batches of a request were answered, and there is room for another. */
  landed(): void
}

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number]

/** An acks=0 request has no answer; handing it over is all there is. */
const unacknowledged = {
  kind: 'answer',
  code: errorCode.NONE,
  baseOffset: -1,
  logAppendTimeMs: -1,
  message: null,
  isStale: false,
  leaderIsNews: false,
} as const

/** See the head of this file. */
export class ProduceRequests {
  readonly #services: Services
  readonly #settings: ProducerSettings
  readonly #owner: ProduceOwner
  readonly #boarding = new Map<number, { readonly departures: Departure[]; bytes: number }>()
  readonly #inFlight = new Map<number, number>()
  readonly #crc32c = (bytes: Uint8Array, start: number, end: number): number =>
    this.#services.world.codecs.crc32c(bytes, start, end)

  constructor(services: Services, settings: ProducerSettings, owner: ProduceOwner) {
    this.#services = services
    this.#settings = settings
    this.#owner = owner
  }

  /** True where the broker may be sent another request, and the batch fits the one that is being gathered. */
  hasRoom(node: number, batch: ProducerBatch): boolean {
    if ((this.#inFlight.get(node) ?? 0) >= this.#settings.maxInFlight) return false
    const request = this.#boarding.get(node)
    return request === undefined || request.bytes + batch.sizeBytes <= this.#settings.maxRequestBytes
  }

  /** Adds a batch to the request that is being gathered for the broker. */
  board(node: number, queue: PartitionQueue, batch: ProducerBatch, expiryUs: number): void {
    const topicId = this.#services.metadata.topic(queue.topic)?.id ?? ZERO_UUID
    const departure = { queue, batch, topicId, expiryUs }
    const request = this.#boarding.get(node)
    if (request === undefined) this.#boarding.set(node, { departures: [departure], bytes: batch.sizeBytes })
    else {
      request.departures.push(departure)
      request.bytes += batch.sizeBytes
    }
  }

  /** Sends what was gathered; false where nothing was. */
  depart(): boolean {
    if (this.#boarding.size === 0) return false
    const gathered = [...this.#boarding]
    this.#boarding.clear()
    for (const [node, { departures }] of gathered) this.#send(node, departures)
    return true
  }

  #send(node: number, departures: readonly Departure[]): void {
    const { connections, settings, world } = this.#services
    this.#inFlight.set(node, (this.#inFlight.get(node) ?? 0) + 1)
    let expiryUs = departures[0]!.expiryUs
    let hasIds = true
    for (const departure of departures) {
      expiryUs = Math.min(expiryUs, departure.expiryUs)
      hasIds &&= departure.topicId !== ZERO_UUID
    }
    const leftMs = Math.ceil((expiryUs - world.clock.monotonicUs()) / 1000)
    const options = {
      timeoutMs: Math.max(1, Math.min(settings.requestTimeoutMs, leftMs)),
      expectsResponse: this.#settings.acks !== 0,
      // From version 13 on topics go by id, which an old broker may not have told.
      ...(hasIds ? {} : { versionMax: 12 }),
    }
    connections.request(
      node,
      apis.produce,
      () => this.#body(departures),
      options,
      (error, response) => {
        this.#inFlight.set(node, this.#inFlight.get(node)! - 1)
        if (response !== undefined) this.#tell(departures, response)
        else {
          const answer: AttemptAnswer = error === undefined ? unacknowledged : { kind: 'no-answer', error }
          for (const departure of departures) this.#owner.answered(departure, answer)
        }
        this.#owner.landed()
      },
    )
  }

  #body(departures: readonly Departure[]): ProduceRequestInput {
    const topics = new Map<
      string,
      { name: string; topicId: Uuid; partitionData: { index: number; records: Uint8Array }[] }
    >()
    for (const { queue, batch, topicId } of departures) {
      let topic = topics.get(queue.topic)
      if (topic === undefined) {
        topic = { name: queue.topic, topicId, partitionData: [] }
        topics.set(queue.topic, topic)
      }
      topic.partitionData.push({ index: queue.partition, records: this.#encoded(batch) })
    }
    const { acks } = this.#settings
    return {
      acks: acks === 'all' ? -1 : acks,
      timeoutMs: this.#services.settings.requestTimeoutMs,
      topicData: [...topics.values()],
    }
  }

  #encoded(batch: ProducerBatch): Uint8Array {
    if (batch.encoded === undefined) {
      const { producerId, producerEpoch, baseSequence, records } = batch
      const plain = encodeBatch({ baseOffset: 0, producerId, producerEpoch, baseSequence, records }, this.#crc32c)
      const { compression, compressionLevel } = this.#settings
      const { codecs } = this.#services.world
      batch.encoded = compression === 'none' ? plain : compressBatch(plain, codecs, compression, compressionLevel)
    }
    return batch.encoded
  }

  #tell(departures: readonly Departure[], response: ProduceResponse): void {
    if (departures.length === 1) {
      const departure = departures[0]!
      this.#owner.answered(departure, this.#answerOf(departure, onlyAnswer(departure, response), response))
      return
    }
    const answers = new Map<string, PartitionAnswer>()
    for (const topic of response.responses) {
      for (const partition of topic.partitionResponses) {
        // Either the name or the id is there, as the version has it; the other is empty or zero.
        answers.set(`${topic.name === '' ? topic.topicId : topic.name}/${partition.index}`, partition)
      }
    }
    for (const departure of departures) {
      const { topic, partition } = departure.queue
      const answer = answers.get(`${topic}/${partition}`) ?? answers.get(`${departure.topicId}/${partition}`)
      this.#owner.answered(departure, this.#answerOf(departure, answer, response))
    }
  }

  #answerOf(departure: Departure, answer: PartitionAnswer | undefined, response: ProduceResponse): AttemptAnswer {
    if (answer === undefined) {
      return { ...unacknowledged, code: errorCode.UNKNOWN_SERVER_ERROR, message: 'the answer leaves the partition out' }
    }
    const { topic, partition } = departure.queue
    const { metadata } = this.#services
    return {
      kind: 'answer',
      code: answer.errorCode,
      baseOffset: answer.baseOffset,
      logAppendTimeMs: answer.logAppendTimeMs,
      message: answer.errorMessage,
      isStale: impliesStaleMetadata(answer.errorCode),
      leaderIsNews:
        answer.errorCode !== errorCode.NONE &&
        metadata.learnLeader(topic, partition, answer.currentLeader, response.nodeEndpoints),
    }
  }
}

/** The answer of a request with a single batch, without building a table. */
function onlyAnswer({ queue, topicId }: Departure, response: ProduceResponse): PartitionAnswer | undefined {
  const topic = response.responses[0]
  const answer = topic?.partitionResponses[0]
  const isMine = topic?.name === queue.topic || (topic?.name === '' && topic.topicId === topicId)
  return isMine && answer?.index === queue.partition ? answer : undefined
}
