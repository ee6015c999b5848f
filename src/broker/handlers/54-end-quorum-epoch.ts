/** EndQuorumEpoch (key 54), versions 0 and 1: a leader resigns and names who should follow it (KIP-595). */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { understandEndEpoch } from '../quorum/raft-wire.ts'
import { quorumTopics } from './quorum-answers.ts'
import { handler } from './services.ts'

export const handleEndQuorumEpoch = handler(apis.endQuorumEpoch, ({ quorum, clusterId }, _context, request, answer) => {
  const understood = understandEndEpoch(request, clusterId)
  if ('error' in understood) return answer({ errorCode: understood.error, topics: [] })
  quorum.handle(understood.request, 0, (answered) =>
    answer({ errorCode: errorCode.NONE, topics: quorumTopics(answered, {}) }),
  )
})
