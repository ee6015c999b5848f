/**
 * DeleteTopics (key 20), versions 1 to 6: answered topic by topic when the deletions are committed.
 *
 * Messages from version 5 on, topics by id from 6 on (KIP-516). Left out: the request's timeout, quotas (KIP-599).
 */

import { apis } from '../../protocol/apis.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { deleteTopics } from '../controller/topic-deletion.ts'
import { handler } from './services.ts'

export const handleDeleteTopics = handler(apis.deleteTopics, ({ controller }, { apiVersion }, request, answer) => {
  const named = request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  deleteTopics(controller, apiVersion >= 6 ? request.topics : named, (responses) =>
    answer({ throttleTimeMs: 0, responses }),
  )
})
