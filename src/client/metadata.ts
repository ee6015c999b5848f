/**
 * What the client knows of the cluster: brokers, topics, partitions and their leaders.
 *
 * A cache that may be stale: acting on it wrongly costs a refused request, which causes a refresh. It never goes back: of
 * the same topic id an answer with an older leader epoch than the one known is ignored, whichever broker gave it. A
 * topic that a broker does not know (yet) keeps what was known of it. Not here: asking; see `metadata-refresh.ts`.
 *
 * Source: KIP-320 (leader epochs), KIP-516 (topic ids), KIP-951 (leaders named by answers).
 */

import type { metadataResponse } from '../protocol/messages/03-metadata.ts'
import type { Decoded } from '../protocol/schema.ts'
import { type Uuid, ZERO_UUID } from '../protocol/uuid.ts'
import type { Address } from '../world/network.ts'

export interface TopicMetadata {
  readonly name: string
  /** The zero UUID where the broker speaks a version without topic ids. */
  readonly id: Uuid
  readonly isInternal: boolean
  /** The error of the last answer about this topic; 0 is none. `partitions` may be known from an earlier one. */
  readonly errorCode: number
  /** By partition number. */
  readonly partitions: readonly PartitionMetadata[]
}

export interface PartitionMetadata {
  readonly partition: number
  /** A node id, or -1 where there is no leader. */
  readonly leader: number
  /** -1 where the broker did not tell. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
}

/** A leader as an answer to Produce or Fetch names it (KIP-951). */
export interface NamedLeader {
  readonly leaderId: number
  readonly leaderEpoch: number
}

/** A broker's place as an answer to Produce or Fetch names it (KIP-951). */
export interface NodeEndpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

type MetadataAnswer = Decoded<typeof metadataResponse>
type TopicAnswer = MetadataAnswer['topics'][number]

/** See the head of this file. */
export class Metadata {
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #nodes = new Map<number, Address>()
  readonly #wanted = new Set<string>()
  #controllerId = -1

  /** Brokers by node id, in the order in which they were last listed. */
  get nodes(): ReadonlyMap<number, Address> {
    return this.#nodes
  }

  /** The broker to send administrative requests to; -1 where unknown. */
  get controllerId(): number {
    return this.#controllerId
  }

  /** The topics that refreshes ask about, in the order in which they were first wanted. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted
  }

  /** From now on refreshes ask about this topic. */
  want(topic: string): void {
    this.#wanted.add(topic)
  }

  /** What is known of the topic; undefined before the first answer that named it. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  /** The partition, where the topic is known and has it. */
  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions[partition]
  }

  /** The id of the node that leads the partition; -1 where there is none or its place is unknown. */
  leaderOf(topic: string, partition: number): number {
    const leader = this.partition(topic, partition)?.leader ?? -1
    return this.#nodes.has(leader) ? leader : -1
  }

  /** Takes in an answer. */
  learn(answer: MetadataAnswer): void {
    if (answer.brokers.length > 0) {
      this.#nodes.clear()
      for (const { nodeId, host, port } of answer.brokers) this.#nodes.set(nodeId, { host, port })
    }
    this.#controllerId = answer.controllerId
    for (const topic of answer.topics) {
      if (topic.name !== null) this.#topics.set(topic.name, mergeTopic(this.#topics.get(topic.name), topic, topic.name))
    }
  }

  /**
   * Takes in a leader that an answer to Produce or Fetch named. True if it is news: then the request may be tried again
   * at once, for the epoch has grown.
   */
  learnLeader(topic: string, partition: number, named: NamedLeader, endpoints: readonly NodeEndpoint[]): boolean {
    const known = this.#topics.get(topic)
    const present = known?.partitions[partition]
    if (known === undefined || present === undefined || named.leaderId < 0) return false
    if (named.leaderEpoch <= present.leaderEpoch) return false
    const endpoint = endpoints.find(({ nodeId }) => nodeId === named.leaderId)
    if (endpoint !== undefined) this.#nodes.set(endpoint.nodeId, { host: endpoint.host, port: endpoint.port })
    const partitions = [...known.partitions]
    partitions[partition] = { ...present, leader: named.leaderId, leaderEpoch: named.leaderEpoch }
    this.#topics.set(topic, { ...known, partitions })
    return this.#nodes.has(named.leaderId)
  }
}

/** A topic as an answer describes it, without regard to what was known. */
export function topicOfAnswer(answer: TopicAnswer, name: string): TopicMetadata {
  const partitions: PartitionMetadata[] = []
  const ordered = [...answer.partitions].sort((left, right) => left.partitionIndex - right.partitionIndex)
  for (const partition of ordered) {
    // A number left out would shift all behind it: the dense part is what can be used.
    if (partition.partitionIndex !== partitions.length) break
    partitions.push({
      partition: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      offlineReplicas: partition.offlineReplicas,
    })
  }
  const { topicId, isInternal, errorCode } = answer
  return { name, id: topicId, isInternal, errorCode, partitions }
}

function mergeTopic(known: TopicMetadata | undefined, answer: TopicAnswer, name: string): TopicMetadata {
  const fresh = topicOfAnswer(answer, name)
  if (known === undefined) return fresh
  if (fresh.errorCode !== 0 && fresh.partitions.length === 0) return { ...known, errorCode: fresh.errorCode }
  const isSame = known.id === fresh.id || known.id === ZERO_UUID || fresh.id === ZERO_UUID
  if (!isSame) return fresh
  const count = Math.max(fresh.partitions.length, known.partitions.length)
  const partitions = Array.from({ length: count }, (_, index) =>
    newer(known.partitions[index], fresh.partitions[index]),
  )
  return { ...fresh, partitions }
}

/** One of the two is there: partitions are never taken away from a topic. */
function newer(known: PartitionMetadata | undefined, fresh: PartitionMetadata | undefined): PartitionMetadata {
  if (fresh === undefined) return known!
  if (known === undefined) return fresh
  // Without an epoch (-1) there is no telling, and the answer is believed.
  return fresh.leaderEpoch >= 0 && fresh.leaderEpoch < known.leaderEpoch ? known : fresh
}
