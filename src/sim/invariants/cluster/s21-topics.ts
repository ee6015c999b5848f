/**
 * S21, as far as topics go, over the committed records: a name belongs to one topic at a time, an id is given once and
 * never again, and the partitions of a topic are numbered from 0 without a gap and go with it. A decision that was taken on
 * a state that was not the latest breaks this: two controllers that both create, one that creates what is there. Sources:
 * KIP-516 (topic ids), KIP-631.
 */

import type { Uuid } from '../../../protocol/uuid.ts'
import type { GhostBatch } from '../ghost.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

export function topicsAreOne(): ClusterInvariant {
  /** Ids of topics that are gone. */
  const gone = new Set<Uuid>()
  let present: ReadonlyMap<Uuid, string> = new Map()
  return {
    name: 'S21 topics',
    source: 'KIP-516; KIP-631',
    onCommitted(judged, _node, batch) {
      const { state } = judged
      if (state.isInTransaction) return
      for (const id of present.keys()) if (!state.topics.has(id)) gone.add(id)
      present = new Map(state.topics)
      checkNames(judged, gone, batch)
      checkPartitions(judged, batch)
    },
  }
}

function checkNames({ state, broken }: ClusterJudged, gone: ReadonlySet<Uuid>, { header }: GhostBatch): void {
  const byName = new Map<string, Uuid>()
  for (const [id, name] of state.topics) {
    const other = byName.get(name)
    byName.set(name, id)
    const where = { offset: header.baseOffset }
    if (other !== undefined) return broken(`topic ${name} is there twice, with the ids ${other} and ${id}`, where)
    if (gone.has(id)) return broken(`topic ${name} has the id ${id}, which a topic had that was deleted`, where)
  }
}

function checkPartitions({ state, broken }: ClusterJudged, { header }: GhostBatch): void {
  const counts = new Map<Uuid, number>()
  const highest = new Map<Uuid, number>()
  for (const { topicId, index } of state.partitions.values()) {
    counts.set(topicId, (counts.get(topicId) ?? 0) + 1)
    highest.set(topicId, Math.max(highest.get(topicId) ?? -1, index))
  }
  const where = { offset: header.baseOffset }
  for (const [topicId, count] of counts) {
    const name = state.topics.get(topicId)
    if (name === undefined) return broken(`partitions are there of ${topicId}, and no such topic`, where)
    const last = highest.get(topicId)!
    if (last + 1 !== count)
      return broken(`topic ${name} has ${count} partitions, and the last is number ${last}`, where)
  }
}
