/**
 * S21, as far as registrations go, over the committed records: a partition's in-sync replicas are replicas of it, its
 * leader is one of them and not fenced; once the fencing of a broker is committed it is in no ISR but as the last member
 * of a partition without a leader; a broker's epoch is the offset of its registration and rises, and the same incarnation
 * keeps the one it has, unless it was unregistered. Sources: KIP-631, KIP-841; KAFKA-16952 (a registration repeated).
 */

import type { GhostBatch } from '../ghost.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'
import type { CommittedBroker, CommittedPartition } from './cluster-state.ts'

export function registrations(): ClusterInvariant {
  const last = new Map<number, CommittedBroker>()
  let present: ReadonlySet<number> = new Set()
  return {
    name: 'S21 registrations',
    source: 'KIP-631; KIP-841; KAFKA-16952',
    onCommitted(judged, _node, batch) {
      for (const [id, broker] of judged.state.brokers) {
        checkEpoch(judged, { id, before: last.get(id), wasPresent: present.has(id), now: broker }, batch)
        // Those that were unregistered are remembered: their epochs must not come back.
        last.set(id, broker)
      }
      present = new Set(judged.state.brokers.keys())
      if (judged.state.isInTransaction) return
      for (const partition of judged.state.partitions.values()) checkPartition(judged, partition)
    },
  }
}

interface Registration {
  readonly id: number
  /** The latest one before, be it gone since. */
  readonly before: CommittedBroker | undefined
  readonly wasPresent: boolean
  readonly now: CommittedBroker
}

function checkEpoch(
  judged: ClusterJudged,
  { id, before, wasPresent, now }: Registration,
  { header }: GhostBatch,
): void {
  if (before?.brokerEpoch === now.brokerEpoch && before.incarnationId === now.incarnationId) return
  const registered = `broker ${id} is registered with epoch ${now.brokerEpoch}`
  if (wasPresent && before?.incarnationId === now.incarnationId) {
    judged.broken(`${registered} by the same incarnation that had ${before.brokerEpoch}`)
  } else if (before !== undefined && now.brokerEpoch <= before.brokerEpoch) {
    judged.broken(`${registered} after ${before.brokerEpoch}`)
  } else if (now.brokerEpoch > header.lastOffset) {
    judged.broken(`${registered}, above the offset ${header.lastOffset} of its registration`)
  }
}

function checkPartition(judged: ClusterJudged, { topicId, index, replicas, isr, leader }: CommittedPartition): void {
  const partition = `${judged.state.topics.get(topicId) ?? topicId}-${index}`
  const who = `partition ${partition} with leader ${leader}, ISR ${isr.join(', ')} and replicas ${replicas.join(', ')}`
  const where = { partition }
  const stranger = isr.find((id) => !replicas.includes(id))
  if (stranger !== undefined) return judged.broken(`${who}: ${stranger} is in sync and no replica`, where)
  if (leader >= 0 && !isr.includes(leader)) return judged.broken(`${who}: the leader is not in sync`, where)
  const fenced = isr.find((id) => judged.state.brokers.get(id)?.wasFencedByDecision)
  if (fenced === undefined || (leader < 0 && isr.length === 1)) return
  judged.broken(`${who}: broker ${fenced} is fenced`, where)
}
