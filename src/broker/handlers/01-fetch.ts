/**
 * Fetch (key 1), versions 4 to 18: whole batches below the high watermark, at once or after a wait, with or without a
 * fetch session (KIP-227).
 *
 * Versions before 10 promise that the fetcher knows no zstd (KIP-110); as in Kafka 4 it is sent all the same, as it was kept.
 * Topics by name to version 12, by id from 13 (KIP-516). Isolation levels agree while there are no transactions. Left
 * out: fetches of followers and observers (refused), preferred read replicas (KIP-392), quotas.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { FetchRequest, FetchResponseInput } from '../../protocol/messages/01-fetch.ts'
import { type Fetched, FetchOperation } from './fetch-operation.ts'
import { keyOf, type SessionPlan } from './fetch-sessions.ts'
import { handler } from './services.ts'

const READ_COMMITTED = 1

export const handleFetch = handler(apis.fetch, (services, { apiVersion, whenGone }, request, answer) => {
  const usesTopicIds = apiVersion >= 13
  const replicaId = apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId
  if (replicaId >= 0) return answer({ errorCode: errorCode.INVALID_REQUEST, responses: [] })
  const plan = services.fetchSessions.plan(request, usesTopicIds)
  if (plan.kind === 'refused') return answer({ errorCode: plan.errorCode, responses: [] })
  const maxBytes = Math.min(request.maxBytes, services.settings.value('fetch.max.bytes'))
  const limits = {
    maxWaitMs: request.maxWaitMs,
    // Nobody waits for more than he takes.
    minBytes: Math.min(request.minBytes, maxBytes),
    maxBytes,
    usesTopicIds,
  }
  const operation = new FetchOperation(services, plan.targets, limits, (fetched) =>
    answer(respond(request, plan, fetched)),
  )
  whenGone?.(() => operation.abandon())
  operation.start()
})

function respond(
  request: FetchRequest,
  plan: Exclude<SessionPlan, { kind: 'refused' }>,
  fetched: readonly Fetched[],
): FetchResponseInput {
  const told = plan.kind === 'sessionless' ? fetched : fetched.filter((one) => remember(plan, one))
  const topics = new Map<string, { topic: string; topicId: Fetched['target']['topicId']; partitions: Fetched[] }>()
  for (const one of told) {
    const { topic, topicId } = one.target
    const key = `${topic}/${topicId}`
    const group = topics.get(key)
    if (group === undefined) topics.set(key, { topic, topicId, partitions: [one] })
    else group.partitions.push(one)
  }
  return {
    errorCode: errorCode.NONE,
    sessionId: plan.kind === 'sessionless' ? 0 : plan.session.id,
    responses: [...topics.values()].map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map((one) => partitionResponse(request, one)),
    })),
  }
}

/** Takes note of what the fetcher is told; true where there is something to tell. */
function remember(plan: Extract<SessionPlan, { kind: 'full' | 'incremental' }>, fetched: Fetched): boolean {
  const key = keyOf(fetched.target)
  const known = plan.session.partitions.get(key)
  if (known === undefined) return true
  const { highWatermark, logStartOffset, records } = fetched
  const isNews =
    plan.kind === 'full' ||
    records.length > 0 ||
    fetched.errorCode !== errorCode.NONE ||
    fetched.divergingEpoch !== undefined ||
    highWatermark !== known.highWatermark ||
    logStartOffset !== known.logStartOffset
  // After an error the fetcher must be told again, whatever comes.
  const isError = fetched.errorCode !== errorCode.NONE
  known.highWatermark = isError ? -1 : highWatermark
  known.logStartOffset = isError ? -1 : logStartOffset
  if (records.length > 0) {
    plan.session.partitions.delete(key)
    plan.session.partitions.set(key, known)
  }
  return isNews
}

/** Whether a partition was not looked for, since the broker does not know it. */
function isUnknown(code: ErrorCode): boolean {
  return code === errorCode.UNKNOWN_TOPIC_OR_PARTITION || code === errorCode.UNKNOWN_TOPIC_ID
}

function partitionResponse(request: FetchRequest, fetched: Fetched) {
  const { target, errorCode: code, highWatermark, logStartOffset, divergingEpoch, records } = fetched
  const isRead = code === errorCode.NONE && divergingEpoch === undefined && fetched.isTooLarge !== true
  return {
    partitionIndex: target.partition,
    errorCode: code,
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset,
    ...(divergingEpoch === undefined ? {} : { divergingEpoch }),
    abortedTransactions: isUnknown(code) || (isRead && request.isolationLevel === READ_COMMITTED) ? [] : null,
    // Not null, even where there are none: librdkafka takes null for a protocol error.
    records,
  }
}
