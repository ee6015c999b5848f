/** BeginQuorumEpoch (key 53), versions 0 and 1: a leader tells a voter of its epoch (KIP-595). Left out: its endpoints. */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { understandBeginEpoch } from '../quorum/raft-wire.ts'
import { quorumTopics } from './quorum-answers.ts'
import { handler } from './services.ts'

export const handleBeginQuorumEpoch = handler(
  apis.beginQuorumEpoch,
  ({ quorum, clusterId }, _context, request, answer) => {
    const understood = understandBeginEpoch(request, clusterId)
    if ('error' in understood) return answer({ errorCode: understood.error, topics: [] })
    quorum.handle(understood.request, 0, (answered) =>
      answer({ errorCode: errorCode.NONE, topics: quorumTopics(answered, {}) }),
    )
  },
)
