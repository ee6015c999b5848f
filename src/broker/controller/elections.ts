/**
 * Elections that somebody asks for: of the preferred leader, the first of a partition's replicas, or an unclean one, which
 * puts any live replica in charge where none that is in sync lives, and may lose records (KIP-183, KIP-460).
 *
 * One outcome per partition asked for; where all are meant, those that need no election are left out. Left out: eligible
 * leader replicas. Messages and codes are Kafka's (`ReplicationControlManager.electLeaders`, `PartitionChangeBuilder`).
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { type Deadline, whyNotBegin } from './deadline.ts'
import { isOnlineDirectory } from './directories.ts'
import { NO_LEADER, type PartitionState } from './partition-state.ts'
import { type PartitionChange, partitionChange } from './records.ts'
import { Refusal } from './refusal.ts'
import { isActive } from './registrations.ts'
import { RECORDS_MAX, tooLarge } from './topic-creation.ts'

/** The types of elections, as Kafka numbers them. */
const PREFERRED = 0
const UNCLEAN = 1

/** In `leaderRecoveryState`: the leader was elected though it may lack records. */
const RECOVERING = 1

/** What an election was asked for. */
export interface ElectionTarget {
  readonly topic: string
  readonly partitions: readonly number[]
}

/** A request for elections; without a deadline they are held whenever their turn comes. */
export interface Elections {
  readonly electionType: number
  /** Null stands for all partitions. */
  readonly targets: readonly ElectionTarget[] | null
  readonly deadline?: Deadline
}

export interface ElectionOutcome {
  readonly topic: string
  readonly partitionResult: readonly {
    readonly partitionId: number
    readonly errorCode: ErrorCode
    readonly errorMessage: string | null
  }[]
}

/** Elects leaders; `done` gets the outcomes once they are committed. */
export function electLeaders(
  controller: Controller,
  elections: Elections,
  done: (outcomes: readonly ElectionOutcome[] | Refusal) => void,
): void {
  controller.perform(() => electNow(controller, elections, done))
}

function electNow(
  controller: Controller,
  { electionType, targets, deadline }: Elections,
  done: (outcomes: readonly ElectionOutcome[] | Refusal) => void,
): void {
  const { state } = controller
  // For nothing nobody need be asked.
  const notBegun = whyNotBegin(controller, targets?.length === 0 ? undefined : deadline)
  if (notBegun !== undefined) return done(notBegun)
  if (electionType !== PREFERRED && electionType !== UNCLEAN) {
    return done(new Refusal(errorCode.INVALID_REQUEST, `Unknown election type ${electionType}`))
  }
  const records: MetadataRecord[] = []
  const outcomes = (targets ?? everything(state)).map(({ topic, partitions }): ElectionOutcome => {
    const results = partitions.map((partitionId) => {
      const change = elect(state, topic, partitionId, electionType)
      if (change instanceof Refusal) {
        return { partitionId, errorCode: change.errorCode, errorMessage: change.errorMessage }
      }
      records.push(change)
      return { partitionId, errorCode: errorCode.NONE, errorMessage: null }
    })
    const isTold = (code: ErrorCode): boolean => targets !== null || code !== errorCode.ELECTION_NOT_NEEDED
    return { topic, partitionResult: results.filter((result) => isTold(result.errorCode)) }
  })
  if (records.length > RECORDS_MAX) return done(tooLarge())
  controller.decide(records, (refusal) => done(refusal ?? outcomes))
}

function everything(state: ClusterState): ElectionTarget[] {
  return [...state.topics()].map(({ name: topic, partitionCount }) => ({
    topic,
    partitions: Array.from({ length: partitionCount }, (_, index) => index),
  }))
}

function elect(state: ClusterState, name: string, index: number, electionType: number): PartitionChange | Refusal {
  const unknown = (what: string): Refusal => new Refusal(errorCode.UNKNOWN_TOPIC_OR_PARTITION, what)
  const topic = state.topicNamed(name)
  if (topic === undefined) return unknown(`No such topic as ${name}`)
  const partition = state.partition(topic.id, index)
  if (partition === undefined) return unknown(`No such partition as ${name}-${index}`)
  const isPreferred = electionType === PREFERRED
  if (isPreferred ? partition.leader === partition.replicas[0] : partition.leader !== NO_LEADER) {
    return new Refusal(errorCode.ELECTION_NOT_NEEDED, 'Leader election not needed for topic partition.')
  }
  const leader = inSyncLeader(state, partition, isPreferred)
  if (leader !== undefined && leader !== partition.leader) return partitionChange(partition, { leader })
  if (isPreferred) {
    // A leader that must go leaves no one behind, as if it had been fenced now.
    if (leader === undefined && partition.leader !== NO_LEADER) return partitionChange(partition, { leader: NO_LEADER })
    return new Refusal(errorCode.PREFERRED_LEADER_NOT_AVAILABLE, 'The preferred leader was not available.')
  }
  const anyone = partition.replicas.find((replica) => mayLead(state, partition, replica))
  if (anyone === undefined) {
    const why = 'Eligible topic partition leaders are not available.'
    return new Refusal(errorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, why)
  }
  return partitionChange(partition, { leader: anyone, isr: [anyone], leaderRecoveryState: RECOVERING })
}

/** The replica in sync that shall lead: the preferred one where it is asked for, else who leads, else the first. */
function inSyncLeader(state: ClusterState, partition: PartitionState, isPreferred: boolean): number | undefined {
  const { replicas, isr, leader } = partition
  const isValid = (replica: number): boolean => isr.includes(replica) && mayLead(state, partition, replica)
  const [preferred] = replicas
  if (isPreferred && preferred !== undefined && isValid(preferred)) return preferred
  return isValid(leader) ? leader : replicas.find(isValid)
}

function mayLead(state: ClusterState, { replicas, directories }: PartitionState, replica: number): boolean {
  const registration = state.broker(replica)
  if (registration === undefined || !isActive(registration)) return false
  const directory = directories[replicas.indexOf(replica)]
  return directory === undefined || isOnlineDirectory(directory, registration)
}
