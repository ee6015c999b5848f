/**
 * Replicas of new partitions: placed, or assigned by hand and checked. Who of them is active is the first ISR, and the
 * first of these the leader. Messages and codes are Kafka's (`ReplicationControlManager`).
 */

import { errorCode } from '../../protocol/errors.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { directoryOf } from './directories.ts'
import type { PartitionState } from './partition-state.ts'
import { replicaPlacer, usableBrokers } from './placement.ts'
import { Refusal } from './refusal.ts'
import { isActive } from './registrations.ts'

/** Where a new partition lies. */
export type Assignment = Pick<PartitionState, 'replicas' | 'isr' | 'directories'>

/** Places so many partitions with so many replicas each, one a step. */
export function* placed(
  controller: Controller,
  partitions: number,
  replicas: number,
): Generator<void, readonly Assignment[] | Refusal> {
  const { state, options } = controller
  const refuse = (why: string): Refusal => {
    const text = `Unable to replicate the partition ${replicas} time(s): ${why}`
    return new Refusal(errorCode.INVALID_REPLICATION_FACTOR, text)
  }
  const place = replicaPlacer(options.world.random, usableBrokers(state), replicas)
  if (typeof place === 'string') return refuse(place)
  const assignments: Assignment[] = []
  for (let count = 0; count < partitions; count++) {
    const assigned = assignment(state, place())
    if (assigned.isr.length === 0) return refuse('All brokers are currently fenced or in controlled shutdown.')
    assignments.push(assigned)
    yield
  }
  return assignments
}

/**
 * Checks replicas assigned by hand to one partition. `replicas` is how many it must have to be like those before it;
 * undefined where it is the first.
 */
export function byHand(
  state: ClusterState,
  partition: number,
  brokerIds: readonly number[],
  replicas: number | undefined,
): Assignment | Refusal {
  const refuse = (why: string): Refusal => new Refusal(errorCode.INVALID_REPLICA_ASSIGNMENT, why)
  const problem = replicasProblem(state, brokerIds)
  if (problem !== undefined) return refuse(problem)
  if (replicas !== undefined && brokerIds.length !== replicas) {
    return refuse(
      `The manual partition assignment includes a partition with ${brokerIds.length} replica(s), but this is not consistent with previous partitions, which have ${replicas} replica(s).`,
    )
  }
  const assigned = assignment(state, brokerIds)
  if (assigned.isr.length > 0) return assigned
  return refuse(
    `All brokers specified in the manual partition assignment for partition ${partition} are fenced or in controlled shutdown.`,
  )
}

/** What is wrong with replicas chosen by hand, whatever their brokers do at present; undefined where nothing is. */
export function replicasProblem(state: ClusterState, brokerIds: readonly number[]): string | undefined {
  if (brokerIds.length === 0) return 'The manual partition assignment includes an empty replica list.'
  const sorted = [...brokerIds].sort((a, b) => a - b)
  for (const [index, brokerId] of sorted.entries()) {
    if (state.broker(brokerId) === undefined) {
      return `The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`
    }
    if (brokerId === sorted[index - 1]) {
      return `The manual partition assignment includes the broker ${brokerId} more than once.`
    }
  }
  return undefined
}

function assignment(state: ClusterState, replicas: readonly number[]): Assignment {
  return {
    replicas,
    isr: replicas.filter((brokerId) => isActive(state.broker(brokerId))),
    directories: replicas.map((brokerId) => directoryOf(state, brokerId)),
  }
}
