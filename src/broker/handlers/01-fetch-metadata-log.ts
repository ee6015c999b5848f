/**
 * Fetch (key 1), versions 4 to 18, on a controller's listener: voters and observers follow the metadata log (KIP-595).
 * Answered at once where there is news for them, else when there is, within the time they wait. What is not the metadata
 * partition is refused. Left out: fetch sessions.
 */

import { apis } from '../../protocol/apis.ts'
import { fetchResponse, understandFetch } from '../quorum/raft-wire.ts'
import { handler } from './services.ts'

/** The longest a fetch is held, in ms; who asks for more is answered early. */
const WAIT_MAX_MS = 5_000

export const handleFetchMetadataLog = handler(apis.fetch, (services, { apiVersion }, request, answer) => {
  const { quorum, clusterId, voters } = services
  const understood = understandFetch(request, apiVersion, clusterId)
  if ('error' in understood) return answer({ errorCode: understood.error, responses: [] })
  const waitMs = Math.max(0, Math.min(request.maxWaitMs, WAIT_MAX_MS))
  quorum.handle(understood.request, waitMs, (answered) => {
    const address = voters.get(answered.leaderId)
    const endpoints = address === undefined ? [] : [{ nodeId: answered.leaderId, ...address }]
    answer(fetchResponse(answered, apiVersion >= 16 ? endpoints : undefined))
  })
})
