/**
 * S6: at most one leader in an epoch, which no other life of it may be again; one vote of each voter in an epoch, across
 * restarts, and given only once it is on record; at most one active controller in an epoch. Sources: Raft §5.2, KIP-595;
 * KAFKA-10527 (a leader that comes back in its old epoch).
 */

import type { BrokerEvent } from '../../../broker/observe/events.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

type VoteAnswered = Extract<BrokerEvent, { readonly type: 'VoteAnswered' }>

export function electionSafety(): ClusterInvariant {
  /** One life of a node, as `2#3`. */
  const leaders = new Map<number, string>()
  const controllers = new Map<number, string>()
  /** The leader of each epoch, as anybody ever named it. */
  const named = new Map<number, { readonly leaderId: number; readonly by: number }>()
  /** By voter and epoch. */
  const votes = new Map<string, number>()
  const lives = new Map<number, number>()
  const lifeOf = (node: number) => `${node}#${lives.get(node) ?? 0}`
  const claim = (claims: Map<number, string>, what: string, judged: ClusterJudged, node: number, epoch: number) => {
    const first = claims.get(epoch)
    claims.set(epoch, first ?? lifeOf(node))
    if (first === undefined || first === lifeOf(node)) return
    const [before] = first.split('#')
    judged.broken(
      before === String(node)
        ? `node ${node} is ${what} of epoch ${epoch} again after a restart`
        : `nodes ${before} and ${node} are both ${what} of epoch ${epoch}`,
    )
  }
  return {
    name: 'S6 election safety',
    source: 'Raft §5.2; KIP-595; KAFKA-10527',
    onEvent(judged, node, event) {
      if (event.type === 'BrokerStarting') lives.set(node, (lives.get(node) ?? 0) + 1)
      else if (event.type === 'ControllerElected') {
        claim(controllers, 'the active controller', judged, node, event.epoch)
      } else if (event.type === 'VoteAnswered') checkVote(judged, votes, node, event)
      else if (event.type === 'QuorumRoleChanged') {
        const { role, epoch, leaderId } = event
        if (role === 'leader') claim(leaders, 'the leader', judged, node, epoch)
        const leader = role === 'leader' ? node : leaderId
        if (leader < 0) return
        const before = named.get(epoch)
        named.set(epoch, before ?? { leaderId: leader, by: node })
        if (before !== undefined && before.leaderId !== leader) {
          judged.broken(
            `node ${node} takes node ${leader} for the leader of epoch ${epoch}, and node ${before.by} took node ${before.leaderId}`,
          )
        }
      }
    },
  }
}

function checkVote(judged: ClusterJudged, votes: Map<string, number>, node: number, event: VoteAnswered): void {
  const { epoch, candidateId, isPreVote, isGranted } = event
  if (isPreVote || !isGranted) return
  const key = `${node}/${epoch}`
  const before = votes.get(key)
  votes.set(key, before ?? candidateId)
  if (before !== undefined && before !== candidateId) {
    judged.broken(`node ${node} voted for node ${before} and for node ${candidateId} in epoch ${epoch}`)
  }
  const onRecord = judged.quorum.voteOf(node)
  if (onRecord?.epoch === epoch && onRecord.votedFor === candidateId) return
  judged.broken(`node ${node} gave node ${candidateId} its vote in epoch ${epoch}, and has no such vote on record`)
}
