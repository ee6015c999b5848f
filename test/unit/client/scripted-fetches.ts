/** How scripted brokers answer Fetch and ListOffsets: incremental sessions (KIP-227), waiting for data, scripted errors. */

import { errorCode } from '../../../src/protocol/errors.ts'
import type { FetchRequest, FetchResponseInput } from '../../../src/protocol/messages/01-fetch.ts'
import type { ListOffsetsRequest, ListOffsetsResponseInput } from '../../../src/protocol/messages/02-list-offsets.ts'
import { decodeRecords } from '../../../src/protocol/records.ts'
import type { Uuid } from '../../../src/protocol/uuid.ts'
import type { SimWorld } from '../../../src/sim/devices/sim-node.ts'
import type { ScriptedCluster } from './scripted-cluster.ts'
import type { ScriptedLog } from './scripted-log.ts'

interface SessionPartition {
  readonly topic: string
  readonly topicId: Uuid
  readonly partition: number
  readonly offset: number
  readonly lastEpoch: number
  readonly maxBytes: number
}

/** A fetch as a broker saw it; `named` and `forgotten` are partition numbers. */
export interface SeenFetch {
  readonly version: number
  readonly sessionId: number
  readonly epoch: number
  readonly named: readonly number[]
  readonly forgotten: readonly number[]
}

export class ScriptedFetches {
  readonly seen: SeenFetch[] = []
  /** What becomes of the next fetches as a whole: an error code, or a reset in place of the answer. */
  readonly scripts: (number | 'lose')[] = []
  /** Codes to answer the next fetches of a log with. */
  readonly errors = new Map<ScriptedLog, number[]>()
  /** Logs that were truncated: the leader epoch and end offset that a reader beyond is told. */
  readonly diverging = new Map<ScriptedLog, { epoch: number; endOffset: number }>()
  /** Without room for sessions every fetch is answered with session id 0. */
  hasRoom = true
  readonly #cluster: ScriptedCluster
  readonly #sessions = new Map<number, { epoch: number; readonly partitions: Map<string, SessionPartition> }>()
  #nextSession = 77

  constructor(cluster: ScriptedCluster) {
    this.#cluster = cluster
  }

  forgetSessions(): void {
    this.#sessions.clear()
  }

  fetch(
    node: number,
    world: SimWorld,
    version: number,
    request: FetchRequest,
    answer: (response: FetchResponseInput | 'lose') => void,
  ): void {
    const named = request.topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition))
    const forgotten = request.forgottenTopicsData.flatMap(({ partitions }) => partitions)
    const { sessionId, sessionEpoch: epoch } = request
    this.seen.push({ version, sessionId, epoch, named, forgotten })
    const script = this.scripts.shift()
    if (script === 'lose') return answer('lose')
    if (script !== undefined) return answer({ throttleTimeMs: 0, errorCode: script, responses: [] })
    const session = this.#session(request)
    if (typeof session === 'number') return answer({ errorCode: session, responses: [] })
    const { id, partitions, isFull } = session
    const respond = (): FetchResponseInput => ({ errorCode: 0, sessionId: id, ...this.#read(node, partitions, isFull) })
    const logs = [...partitions.values()].map((each) => {
      return this.#cluster.topicOf(each.topic, each.topicId).logs[each.partition]!
    })
    const atOnce = respond()
    if (atOnce.responses.some((topic) => topic.partitions.some(isNews))) return answer(atOnce)
    let isAnswered = false
    const end = () => {
      if (isAnswered) return
      isAnswered = true
      timer.cancel()
      answer(respond())
    }
    const timer = world.clock.setTimer(request.maxWaitMs * 1000, end)
    for (const log of logs) log.waiters.push(end)
  }

  listOffsets(request: ListOffsetsRequest): ListOffsetsResponseInput {
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const log = this.#cluster.log(name, partitionIndex)
        const offset =
          timestamp === -1 ? log.endOffset : timestamp === -2 ? log.startOffset : offsetOfTime(log, timestamp)
        return { partitionIndex, errorCode: 0, timestamp, offset }
      }),
    }))
    return { topics }
  }

  #session(request: FetchRequest): { id: number; isFull: boolean; partitions: Map<string, SessionPartition> } | number {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch <= 0) {
      this.#sessions.delete(sessionId)
      const partitions = new Map<string, SessionPartition>()
      merge(partitions, request)
      const id = sessionEpoch === 0 && this.hasRoom ? this.#nextSession++ : 0
      if (id > 0) this.#sessions.set(id, { epoch: 0, partitions })
      return { id, isFull: true, partitions }
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return errorCode.FETCH_SESSION_ID_NOT_FOUND
    if (sessionEpoch !== session.epoch + 1) return errorCode.INVALID_FETCH_SESSION_EPOCH
    session.epoch++
    merge(session.partitions, request)
    return { id: sessionId, isFull: false, partitions: session.partitions }
  }

  #read(node: number, partitions: Map<string, SessionPartition>, isFull: boolean) {
    const responses: FetchResponseInput['responses'][number][] = []
    for (const { topic, topicId, partition, offset, maxBytes, lastEpoch } of partitions.values()) {
      const log = this.#cluster.topicOf(topic, topicId).logs[partition]!
      const scripted = this.errors.get(log)?.shift()
      const diverging = this.diverging.get(log)
      const isOutside = offset < log.startOffset || offset > log.endOffset
      const code =
        scripted ??
        (log.leader !== node ? errorCode.NOT_LEADER_OR_FOLLOWER : isOutside ? errorCode.OFFSET_OUT_OF_RANGE : 0)
      const isDiverging = diverging !== undefined && lastEpoch >= 0 && offset > diverging.endOffset
      const answer = {
        partitionIndex: partition,
        errorCode: isDiverging ? 0 : code,
        highWatermark: log.endOffset,
        records: code === 0 && !isDiverging ? log.read(offset, maxBytes) : null,
        abortedTransactions: null,
        ...(isDiverging ? { divergingEpoch: diverging } : {}),
      }
      if (isFull || isNews(answer)) responses.push({ topic, topicId, partitions: [answer] })
    }
    return { responses }
  }
}

function isNews(answer: {
  readonly errorCode: number
  readonly records: Uint8Array | null
  readonly divergingEpoch?: unknown
}): boolean {
  return answer.errorCode !== 0 || (answer.records?.length ?? 0) > 0 || answer.divergingEpoch !== undefined
}

function merge(partitions: Map<string, SessionPartition>, request: FetchRequest): void {
  for (const { topic, topicId, partitions: forgotten } of request.forgottenTopicsData) {
    for (const partition of forgotten) partitions.delete(`${topic}/${topicId}/${partition}`)
  }
  for (const { topic, topicId, partitions: named } of request.topics) {
    for (const { partition, fetchOffset, lastFetchedEpoch, partitionMaxBytes } of named) {
      partitions.set(`${topic}/${topicId}/${partition}`, {
        topic,
        topicId,
        partition,
        offset: fetchOffset,
        lastEpoch: lastFetchedEpoch,
        maxBytes: partitionMaxBytes,
      })
    }
  }
}

function offsetOfTime(log: ScriptedLog, timestamp: number): number {
  for (const bytes of log.batches) {
    const found = decodeRecords(bytes, 0).find((record) => record.timestamp >= timestamp)
    if (found !== undefined) return found.offset
  }
  return -1
}
