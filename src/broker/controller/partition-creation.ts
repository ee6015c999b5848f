/**
 * More partitions for topics that exist: placed, or assigned by hand; one outcome per topic, all in one batch. A topic
 * never gets fewer partitions. Left out: quotas. Source: Kafka's `ReplicationControlManager.createPartitions`.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { type Assignment, byHand, placed } from './assignments.ts'
import type { TopicState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import type { Deadline } from './deadline.ts'
import { type AskedByName, decideByName, type PlanByName } from './decide-by-name.ts'
import { partitionRecord } from './records.ts'
import { Refusal } from './refusal.ts'
import { RECORDS_MAX, tooLarge } from './topic-creation.ts'

/** How many partitions a topic shall have in all; `assignments` are those of the new ones, null to have them placed. */
export interface NewPartitions {
  readonly name: string
  readonly count: number
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

/** A request for partitions; without a deadline it is carried out whenever its turn comes. */
export interface PartitionsToCreate {
  readonly topics: readonly NewPartitions[]
  readonly validateOnly: boolean
  readonly deadline?: Deadline
}

export interface PartitionsOutcome {
  readonly name: string
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

/** Creates what can be created; `done` gets one outcome per name, in the order asked, once all are committed. */
export function createPartitions(
  controller: Controller,
  { topics, validateOnly, deadline }: PartitionsToCreate,
  done: (outcomes: readonly PartitionsOutcome[]) => void,
): void {
  const decision = { topics, validateOnly, deadline, mayBeAskedFor: () => true, refused: outcomeOf }
  decideByName(controller, { ...decision, plan: (byName) => plan(controller, byName) }, done)
}

/** What is to be written, and what becomes of each topic then; a topic or a partition a step. */
function* plan(
  controller: Controller,
  byName: AskedByName<NewPartitions>,
): Generator<void, PlanByName<PartitionsOutcome> | Refusal> {
  const records: MetadataRecord[] = []
  const outcomes: PartitionsOutcome[] = []
  for (const [name, [topic, ...others]] of byName) {
    const added = others.length > 0 ? duplicate() : yield* addRecords(controller, topic!, records)
    outcomes.push(outcomeOf(name, added))
    if (records.length > RECORDS_MAX) return tooLarge()
    yield
  }
  return { records, outcomes }
}

/** Adds the records of one topic's new partitions; or says why there are none. */
function* addRecords(
  controller: Controller,
  asked: NewPartitions,
  records: MetadataRecord[],
): Generator<void, Refusal | undefined> {
  const topic = controller.state.topicNamed(asked.name)
  if (topic === undefined) return new Refusal(errorCode.UNKNOWN_TOPIC_OR_PARTITION, null)
  const assignments = countProblem(topic, asked) ?? (yield* assign(controller, topic, asked))
  if (assignments instanceof Refusal) return assignments
  for (const [index, assigned] of assignments.entries()) {
    records.push(partitionRecord(topic.id, topic.partitionCount + index, assigned))
    yield
  }
  return undefined
}

function countProblem(
  { name, partitionCount }: TopicState,
  { count, assignments }: NewPartitions,
): Refusal | undefined {
  const invalid = (why: string): Refusal => new Refusal(errorCode.INVALID_PARTITIONS, why)
  if (count === partitionCount) return invalid(`Topic already has ${partitionCount} partition(s).`)
  if (count < partitionCount) {
    const now = `The topic ${name} currently has ${partitionCount} partition(s)`
    return invalid(`${now}; ${count} would not be an increase.`)
  }
  const additional = count - partitionCount
  if (assignments !== null && assignments.length !== additional) {
    const why = `Attempted to add ${additional} additional partition(s), but only ${assignments.length} assignment(s) were specified.`
    return new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, why)
  }
  return additional > RECORDS_MAX ? tooLarge() : undefined
}

/** The new partitions have as many replicas as the first of the topic. */
function* assign(
  controller: Controller,
  topic: TopicState,
  { count, assignments }: NewPartitions,
): Generator<void, readonly Assignment[] | Refusal> {
  const { state } = controller
  const replicas = state.partition(topic.id, 0)!.replicas.length
  if (assignments === null) return yield* placed(controller, count - topic.partitionCount, replicas)
  const assigned: Assignment[] = []
  for (const [index, { brokerIds }] of assignments.entries()) {
    const one = byHand(state, topic.partitionCount + index, brokerIds, replicas)
    if (one instanceof Refusal) return one
    assigned.push(one)
    yield
  }
  return assigned
}

function outcomeOf(name: string, refusal: Refusal | undefined): PartitionsOutcome {
  return { name, errorCode: refusal?.errorCode ?? errorCode.NONE, errorMessage: refusal?.errorMessage ?? null }
}

function duplicate(): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, 'Duplicate topic name.')
}
