/** BeginQuorumEpoch (key 53), versions 0 and 1: a leader tells a voter of its epoch (KIP-595). Left out: its endpoints. */

import { apis } from '../../protocol/apis.ts'
import { understandBeginEpoch } from '../quorum/raft-wire.ts'
import { askQuorum } from './quorum-answers.ts'
import { handler } from './services.ts'

export const handleBeginQuorumEpoch = handler(apis.beginQuorumEpoch, (services, _context, request, answer) => {
  askQuorum(services, understandBeginEpoch(request, services.clusterId), () => ({}), answer)
})
