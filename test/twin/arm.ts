/**
 * One of the two brokers as a sequence sees it: requests go out with what this broker has said put in, answers come back
 * with what must differ taken out.
 *
 * Kafka answers a change when the controller has committed it, and a broker learns of it later: a client that asks at once
 * may see the old state. So that both sides are asked at the same point, a change is followed by a wait until the broker
 * has applied it.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { type Api, apis } from '../../src/protocol/apis.ts'
import { errorCode } from '../../src/protocol/errors.ts'
import { decodeResponse, encodeRequest } from '../../src/protocol/headers.ts'
import type { Decoded, Encodable, Message } from '../../src/protocol/schema.ts'
import type { RunningBroker } from './broker.ts'
import type { Reply, TwinConnection } from './connection.ts'
import { normalised } from './normalise.ts'
import { type ApiName, bodyFor, type DrawnRequest, type Known } from './request.ts'

/** What came of a request, without what must differ. */
export type Outcome =
  | { readonly answer: unknown }
  | { readonly without: 'an answer' | 'an answer, and the connection closed' | 'an answer in time' }
  | { readonly unreadable: string }

const CHANGES: readonly ApiName[] = [
  ...(['createTopics', 'deleteTopics', 'createPartitions', 'alterConfigs', 'incrementalAlterConfigs'] as const),
  ...(['electLeaders', 'alterPartitionReassignments'] as const),
]
const TOPIC_COMES_MS = 3_000

export class Arm {
  readonly name: string
  readonly known: Known
  readonly #topicIds = new Map<string, string[]>()
  readonly #producerIds: number[] = []
  readonly #sessionIds: number[] = []
  readonly #connection: TwinConnection
  /** Whether the broker's image goes on by itself, so that it tells when a change was applied everywhere. */
  readonly #isApache: boolean
  #correlationId = 0

  constructor(broker: RunningBroker, connection: TwinConnection, names: Pick<Known, 'prefix' | 'baseMs'>) {
    this.name = broker.name
    this.#isApache = broker.name !== 'samsa'
    this.#connection = connection
    const [topicIds, producerIds, sessionIds] = [this.#topicIds, this.#producerIds, this.#sessionIds]
    const { logDirectory } = broker
    this.known = { ...names, topicIds, producerIds, sessionIds, logDirectory }
  }

  /** Sends a request and learns from the answer. */
  async send(request: DrawnRequest, tries = 100): Promise<Outcome> {
    const api = apis[request.api] as Api<Message, Message>
    const body = bodyFor(request, this.known)
    const frame = damaged(encodeRequest(api, request.version, this.#correlationId++, 'twin', body as never), request)
    const isUnanswered = request.api === 'produce' && body['acks'] === 0 && request.damage === undefined
    if (isUnanswered) this.#connection.tell(frame)
    const reply = await this.#connection.ask(isUnanswered ? this.#probe() : frame)
    if (isUnanswered && typeof reply !== 'string') return { without: 'an answer' }
    const outcome = this.#read(api, request, reply)
    if (!('answer' in outcome)) return outcome
    const { errorCode: code } = outcome.answer as { readonly errorCode?: number }
    // Ids come in blocks, and while the next one is on its way the answer is to try again.
    if (code === errorCode.COORDINATOR_LOAD_IN_PROGRESS && tries > 0) {
      await pause(20)
      return this.send(request, tries - 1)
    }
    await this.#settle(request, outcome.answer as Record<string, unknown>)
    return { answer: normalised(outcome.answer, this.known) }
  }

  /** A request of the test's own, at a version that both know. @throws where it is not answered. */
  async ask<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    version: number,
    body: Encodable<Request>,
  ): Promise<Decoded<Response>> {
    const reply = await this.#connection.ask(encodeRequest(api, version, this.#correlationId++, 'twin', body))
    if (typeof reply === 'string')
      throw new Error(`${this.name} left a ${api.name} request without an answer: ${reply}`)
    return decodeResponse(api, version, reply).body
  }

  /** The topics of the sequence, in the order of their names. */
  async topics() {
    const { topics } = await this.ask(apis.metadata, 12, { topics: null, allowAutoTopicCreation: false })
    const own = topics.filter(({ name }) => name?.startsWith(this.known.prefix))
    return own.sort((a, b) => (a.name! < b.name! ? -1 : 1))
  }

  #probe(): Uint8Array {
    const software = { clientSoftwareName: 'twin', clientSoftwareVersion: '1' }
    return encodeRequest(apis.apiVersions, 3, this.#correlationId++, 'twin', software)
  }

  #read(api: Api<Message, Message>, request: DrawnRequest, reply: Reply): Outcome {
    if (reply === 'closed') return { without: 'an answer, and the connection closed' }
    if (reply === 'silence') return { without: 'an answer in time' }
    const isOldForm = request.damage?.kind === 'version' && api.key === apis.apiVersions.key
    try {
      const { body } = decodeResponse(api, isOldForm ? 0 : request.version, reply)
      return { answer: body }
    } catch (error) {
      return { unreadable: String(error) }
    }
  }

  /** Learns ids, and waits until what was changed is in force. */
  async #settle(request: DrawnRequest, answer: Record<string, unknown>): Promise<void> {
    const { api } = request
    const { producerId, sessionId } = answer as { readonly producerId?: number; readonly sessionId?: number }
    if (api === 'initProducerId' && producerId! >= 0) this.#producerIds.push(producerId!)
    if (api === 'fetch' && sessionId! > 0 && !this.#sessionIds.includes(sessionId!)) this.#sessionIds.push(sessionId!)
    const body = request.body as { readonly validateOnly?: boolean; readonly allowAutoTopicCreation?: boolean }
    if (CHANGES.includes(api) && body.validateOnly !== true) await this.#applied()
    if (api === 'metadata' && (request.version < 4 || body.allowAutoTopicCreation === true)) {
      await this.#created(answer as Decoded<typeof apis.metadata.response>)
    }
  }

  async #applied(): Promise<void> {
    const partition = { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }
    const { topics } = await this.ask(apis.describeQuorum, 0, { topics: [partition] })
    const offset = topics[0]!.partitions[0]!.highWatermark - 1
    let seen = await this.#imageReaches(offset)
    // A second, later image is made when the first has been applied everywhere.
    if (this.#isApache) seen = await this.#imageReaches(seen + 1)
    for (;;) {
      const found = await this.topics()
      for (const { name, topicId } of found) this.#learn(name!, topicId)
      if (found.every(({ partitions }) => partitions.every(({ errorCode: code }) => code === 0))) return
      await pause(1)
    }
  }

  async #imageReaches(offset: number): Promise<number> {
    for (;;) {
      const software = { clientSoftwareName: 'twin', clientSoftwareVersion: '1' }
      const { finalizedFeaturesEpoch } = await this.ask(apis.apiVersions, 3, software)
      if (finalizedFeaturesEpoch >= offset) return finalizedFeaturesEpoch
      await pause(1)
    }
  }

  /** Waits for topics that asking for them creates; nobody says when that is done. */
  async #created({ topics }: Decoded<typeof apis.metadata.response>): Promise<void> {
    const names = topics
      .filter(({ errorCode: code }) => code === errorCode.UNKNOWN_TOPIC_OR_PARTITION)
      .map(({ name }) => name)
    if (names.length === 0) return
    const untilMs = Date.now() + TOPIC_COMES_MS
    while (Date.now() < untilMs) {
      const there = (await this.topics()).map(({ name }) => name)
      if (names.every((name) => there.includes(name))) break
      await pause(3)
    }
    await this.#applied()
  }

  #learn(name: string, id: string): void {
    const ids = this.#topicIds.get(name)
    if (ids === undefined) this.#topicIds.set(name, [id])
    else if (ids.at(-1) !== id) ids.push(id)
  }
}

function damaged(frame: Uint8Array, { damage }: DrawnRequest): Uint8Array {
  if (damage === undefined) return frame
  const changed = damage.kind === 'cut' ? frame.slice(0, Math.max(12, frame.length - damage.bytes)) : frame
  const view = new DataView(changed.buffer, changed.byteOffset, changed.length)
  if (damage.kind === 'cut') view.setInt32(0, changed.length - 4)
  if (damage.kind === 'key') view.setInt16(4, damage.key)
  if (damage.kind === 'version') view.setInt16(6, damage.version)
  return changed
}
