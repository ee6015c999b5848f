/**
 * DeleteTopics (key 20), versions 1 to 6: answered topic by topic when the deletions are committed.
 *
 * Messages from version 5 on, topics by id from 6 on (KIP-516). The request's timeout is until it begins. Left
 * out: quotas (KIP-599).
 */

import { apis } from '../../protocol/apis.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { deadlineIn } from '../controller/deadline.ts'
import { deleteTopics } from '../controller/topic-deletion.ts'
import { handler } from './services.ts'

export const handleDeleteTopics = handler(apis.deleteTopics, ({ controller }, { apiVersion }, request, answer) => {
  const named = request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  const topics = apiVersion >= 6 ? request.topics : named
  deleteTopics(controller, { topics, deadline: deadlineIn(controller, request.timeoutMs) }, (responses) =>
    answer({ throttleTimeMs: 0, responses }),
  )
})
