/** EndQuorumEpoch (key 54), versions 0 and 1: a leader resigns and names who should follow it (KIP-595). */

import { apis } from '../../protocol/apis.ts'
import { understandEndEpoch } from '../quorum/raft-wire.ts'
import { askQuorum } from './quorum-answers.ts'
import { handler } from './services.ts'

export const handleEndQuorumEpoch = handler(apis.endQuorumEpoch, (services, _context, request, answer) => {
  askQuorum(services, understandEndEpoch(request, services.clusterId), () => ({}), answer)
})
