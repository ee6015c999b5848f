/**
 * L3: a healed core finds a leader, and keeps it: epochs do not rise while nothing is in the way; and whoever is left cut
 * off does not take itself for the leader for ever. Sources: Raft §5.2;
 * KIP-996 (a voter that hears nobody and bumps the epoch for ever), KAFKA-15489 (a leader that nobody hears).
 */

import type { QuorumGhost } from './quorum-ghost.ts'

/** The name of the promise. */
export const LEADS = 'L3 the quorum has a leader and keeps it'

/** What is missing; undefined once every node of the core follows one leader, who is in the core. */
export function leaderProblem(quorum: QuorumGhost, core: readonly number[]): string | undefined {
  const leaders = core.filter((node) => quorum.partOf(node)?.role === 'leader')
  if (leaders.length === 0) return `none of the nodes ${core.join(', ')} leads the quorum`
  if (leaders.length > 1) return `nodes ${leaders.join(' and ')} both take themselves for the leader`
  const [leader] = leaders
  const { epoch } = quorum.partOf(leader!)!
  const astray = core.filter((node) => {
    const part = quorum.partOf(node)
    return node !== leader && (part?.epoch !== epoch || part.leaderId !== leader)
  })
  return astray.length === 0
    ? undefined
    : `node ${leader} leads in epoch ${epoch}, and nodes ${astray.join(', ')} do not follow it`
}

/** A node outside of the core that still takes itself for the leader; undefined where there is none. */
export function leaderOutside(quorum: QuorumGhost, outside: readonly number[]): number | undefined {
  return outside.find((node) => quorum.partOf(node)?.role === 'leader')
}

/** The highest epoch that a node of the core is in. */
export function highestEpoch(quorum: QuorumGhost, core: readonly number[]): number {
  return core.reduce((highest, node) => Math.max(highest, quorum.partOf(node)?.epoch ?? -1), -1)
}
