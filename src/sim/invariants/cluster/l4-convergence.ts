/**
 * L4: in a healed core every broker is registered and unfenced, and every node knows everything committed that was
 * committed when it was asked for, and has it in its image. Sources: KIP-631; KAFKA-15019, KAFKA-13959 (brokers that stay
 * fenced); KAFKA-14275 (an image that stands still, while its node goes on).
 */

import type { ClusterJudged } from './cluster-invariant.ts'

/** The name of the promise. */
export const CONVERGES = 'L4 brokers are unfenced and metadata converges'

/** Who must have come where. */
export interface Convergence {
  readonly core: readonly number[]
  /** Those of the core that are brokers. */
  readonly brokers: readonly number[]
  /** What every node must know committed; exclusive. */
  readonly endOffset: number
}

/** What is missing; undefined where nothing is. */
export function convergenceProblem(
  { quorum, state }: Pick<ClusterJudged, 'quorum' | 'state'>,
  { core, brokers, endOffset }: Convergence,
): string | undefined {
  const behind = core.find((node) => quorum.committedAt(node) < endOffset)
  if (behind !== undefined) {
    return `node ${behind} knows metadata committed to ${quorum.committedAt(behind)}, and ${endOffset} is`
  }
  const stale = core.find((node) => quorum.imageAt(node) < endOffset)
  if (stale !== undefined) {
    return `node ${stale} knows metadata committed to ${endOffset}, and its image ends at ${quorum.imageAt(stale)}`
  }
  for (const id of brokers) {
    const broker = state.brokers.get(id)
    if (broker === undefined) return `broker ${id} is not registered`
    if (broker.isFenced) return `broker ${id} is fenced`
  }
  return undefined
}
