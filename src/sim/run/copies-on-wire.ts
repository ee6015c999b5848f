/**
 * Notes the copies of requests for a change as they go over the wire: those that clients send to brokers, and those that
 * brokers pass on to controllers in envelopes (KIP-590). What it tells is for the judges of the history
 * (`workloads/request-copies.ts`).
 *
 * A copy is over when its receiver answers, or ends its life: nothing that an earlier life was sent reaches the next. One
 * that got lost on the way, with its connection, is not known to be over before that.
 */

import { apiByKey, apis } from '../../protocol/apis.ts'
import { decodeMessage } from '../../protocol/codec.ts'
import { decodeRequestHeader } from '../../protocol/headers.ts'
import type { CreateTopicsRequest } from '../../protocol/messages/19-create-topics.ts'
import type { DeleteTopicsRequest } from '../../protocol/messages/20-delete-topics.ts'
import type { IncrementalAlterConfigsRequest } from '../../protocol/messages/44-incremental-alter-configs.ts'
import type { EnvelopeRequest } from '../../protocol/messages/58-envelope.ts'
import type { ChangeSubject, RequestCopy } from '../../workloads/request-copies.ts'
import type { SeenRequest } from './wire-tap.ts'

interface Noted extends ChangeSubject {
  readonly sentUs: number
  readonly decides: RequestCopy['decides']
  doneUs: number
}

/** Kafka's number of topics among resources. */
const TOPIC = 2
const NEVER = Number.MAX_SAFE_INTEGER

export class CopiesOnWire {
  readonly #isController: (node: number) => boolean
  readonly #noted: Noted[] = []
  /** Of requests that are not over. */
  readonly #open = new Map<SeenRequest, readonly Noted[]>()

  constructor(isController: (node: number) => boolean) {
    this.#isController = isController
  }

  /** All of them, in the order in which they were sent. */
  get copies(): readonly RequestCopy[] {
    return this.#noted
  }

  onRequest(request: SeenRequest): void {
    const { server, atUs, api } = request
    const isPassedOn = api === apis.envelope
    const subjects = isPassedOn ? subjectsInside(request.body as EnvelopeRequest) : subjectsOf(api.key, request.body)
    if (subjects.length === 0) return
    const decides = isPassedOn ? 'once' : this.#isController(server) ? 'often' : 'never'
    const noted = subjects.map((subject): Noted => ({ ...subject, sentUs: atUs, decides, doneUs: NEVER }))
    this.#noted.push(...noted)
    this.#open.set(request, noted)
  }

  onResponse(request: SeenRequest, nowUs: number): void {
    const noted = this.#open.get(request)
    if (noted === undefined) return
    this.#open.delete(request)
    for (const copy of noted) copy.doneUs = nowUs
  }

  onLifeEnded(node: number, nowUs: number): void {
    for (const request of [...this.#open.keys()]) if (request.server === node) this.onResponse(request, nowUs)
  }
}

function subjectsInside({ requestData }: EnvelopeRequest): readonly ChangeSubject[] {
  const { apiKey, apiVersion, bodyStart } = decodeRequestHeader(requestData)
  const api = apiByKey(apiKey)
  return api === undefined ? [] : subjectsOf(apiKey, decodeMessage(api.request, apiVersion, requestData, bodyStart))
}

function subjectsOf(apiKey: number, body: unknown): readonly ChangeSubject[] {
  if (apiKey === apis.createTopics.key) {
    const { topics, validateOnly } = body as CreateTopicsRequest
    return validateOnly ? [] : topics.map(({ name }) => ({ change: 'create-topic', topic: name }))
  }
  if (apiKey === apis.deleteTopics.key) {
    const { topics, topicNames } = body as DeleteTopicsRequest
    const names = [...topics.map(({ name }) => name), ...topicNames].filter((name) => name !== null)
    return names.map((topic) => ({ change: 'delete-topic', topic }))
  }
  if (apiKey !== apis.incrementalAlterConfigs.key) return []
  const { resources } = body as IncrementalAlterConfigsRequest
  return resources.flatMap(({ resourceType, resourceName: topic, configs }) =>
    resourceType === TOPIC
      ? configs.map(({ name: setting, value }) => ({
          change: 'set-config' as const,
          topic,
          setting,
          text: value ?? '',
        }))
      : [],
  )
}
