/**
 * Vote (key 52), versions 0 to 2: a voter asks for a vote, or whether it would get one (KIP-595, KIP-996). Answered when
 * the vote is durable. Left out: endpoints of the leader (voters are static and known).
 */

import { apis } from '../../protocol/apis.ts'
import { understandVote } from '../quorum/raft-wire.ts'
import { askQuorum } from './quorum-answers.ts'
import { handler } from './services.ts'

export const handleVote = handler(apis.vote, (services, _context, request, answer) => {
  const understood = understandVote(request, services.clusterId)
  askQuorum(services, understood, ({ granted }) => ({ voteGranted: granted === true }), answer)
})
