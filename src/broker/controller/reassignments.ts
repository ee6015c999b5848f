/**
 * Moving partitions to other replicas (KIP-455): what goes on, and requests to change it.
 *
 * A request may change the order of a partition's replicas, and so which of them is preferred as leader; that is decided
 * at once. Left out: moves to other brokers, which are refused, for partitions are not copied between brokers yet; so
 * nothing is ever going on that could be cancelled. Messages and codes are Kafka's (`ReplicationControlManager`).
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { replicasProblem } from './assignments.ts'
import type { ClusterState, TopicState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { type Deadline, whyNotBegin } from './deadline.ts'
import type { PartitionState } from './partition-state.ts'
import { partitionChange } from './records.ts'
import { Refusal } from './refusal.ts'

/** What shall become of partitions of a topic; `replicas` null cancels what is going on. */
export interface Reassignment {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly replicas: readonly number[] | null }[]
}

/** A request to move partitions; without a deadline it is carried out whenever its turn comes. */
export interface Reassignments {
  readonly topics: readonly Reassignment[]
  /** Whether a partition may get more replicas, or fewer. */
  readonly mayChangeFactor: boolean
  readonly deadline?: Deadline
}

export interface ReassignmentOutcome {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly errorCode: ErrorCode
    readonly errorMessage: string | null
  }[]
}

/** A reassignment that is going on; `replicas` are old and new ones together. */
export type OngoingReassignment = Pick<PartitionState, 'replicas' | 'addingReplicas' | 'removingReplicas'> & {
  readonly partitionIndex: number
}

/** Changes what can be changed; `done` gets one outcome per partition, in the order asked, once all is committed. */
export function alterReassignments(
  controller: Controller,
  { topics, mayChangeFactor, deadline }: Reassignments,
  done: (outcomes: readonly ReassignmentOutcome[] | Refusal) => void,
): void {
  controller.perform(() => {
    // For nothing nobody need be asked.
    const notBegun = whyNotBegin(controller, topics.length === 0 ? undefined : deadline)
    if (notBegun !== undefined) return done(notBegun)
    const records: MetadataRecord[] = []
    const outcomes = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => {
        const change = alter(controller.state, name, partitionIndex, replicas, mayChangeFactor)
        if (change instanceof Refusal) {
          return { partitionIndex, errorCode: change.errorCode, errorMessage: change.errorMessage }
        }
        records.push(...change)
        return { partitionIndex, errorCode: errorCode.NONE, errorMessage: null }
      }),
    }))
    controller.decide(records, (refusal) => done(refusal ?? outcomes))
  })
}

/** Reassignments that are going on, of the partitions asked for; null stands for all. Topics without one are left out. */
export function ongoingReassignments(
  state: ClusterState,
  asked: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null,
): { readonly name: string; readonly partitions: readonly OngoingReassignment[] }[] {
  const topics = asked?.map(({ name, partitionIndexes }) => ({ topic: state.topicNamed(name), partitionIndexes }))
  return (topics ?? [...state.topics()].map((topic) => ({ topic, partitionIndexes: indexesOf(topic) })))
    .map(({ topic, partitionIndexes }) => ({
      name: topic?.name ?? '',
      partitions: partitionIndexes.flatMap((index) => {
        const partition = topic === undefined ? undefined : state.partition(topic.id, index)
        return partition !== undefined && isGoingOn(partition) ? [{ ...partition, partitionIndex: index }] : []
      }),
    }))
    .filter(({ partitions }) => partitions.length > 0)
}

function indexesOf({ partitionCount }: TopicState): number[] {
  return Array.from({ length: partitionCount }, (_, index) => index)
}

function isGoingOn({ addingReplicas, removingReplicas }: PartitionState): boolean {
  return addingReplicas.length + removingReplicas.length > 0
}

function alter(
  state: ClusterState,
  name: string,
  index: number,
  target: readonly number[] | null,
  mayChangeFactor: boolean,
): readonly MetadataRecord[] | Refusal {
  const unknown = (what: string): Refusal => new Refusal(errorCode.UNKNOWN_TOPIC_OR_PARTITION, what)
  const topic = state.topicNamed(name)
  if (topic === undefined) return unknown(`Unable to find a topic named ${name}.`)
  const partition = state.partition(topic.id, index)
  if (partition === undefined) return unknown(`Unable to find partition ${name}:${index}.`)
  if (target === null) return new Refusal(errorCode.NO_REASSIGNMENT_IN_PROGRESS, null)
  const problem = replicasProblem(state, target)
  if (problem !== undefined) return new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, problem)
  const { replicas, directories } = partition
  if (!mayChangeFactor && target.length !== replicas.length) {
    const why = `The replication factor is changed from ${replicas.length} to ${target.length}`
    return new Refusal(errorCode.INVALID_REPLICATION_FACTOR, why)
  }
  if (target.length !== replicas.length || !target.every((replica) => replicas.includes(replica))) {
    const why = 'Replicas cannot be moved to other brokers yet: partitions are not copied between brokers.'
    return new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, why)
  }
  if (target.every((replica, at) => replica === replicas[at])) return []
  const moved = target.map((replica) => directories[replicas.indexOf(replica)]!)
  return [partitionChange(partition, { replicas: target, directories: moved })]
}
