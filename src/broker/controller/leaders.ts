/**
 * Who leads when brokers come and go: the PartitionChange records of a fencing, an unfencing, a controlled shutdown, a
 * removal, a lost directory.
 *
 * A broker that goes leaves the ISR of its partitions, but for the last one, which stays in it: an empty ISR would say
 * that anybody may lead. The leader stays while it is in the ISR and active; else the first such replica leads, in the
 * order of assignment; else nobody. A broker that comes back leads those partitions that nobody leads and whose ISR it
 * is in. Never is a leader taken from outside the ISR.
 *
 * Changes of many partitions are decided in slices, an event of its own each, so that nothing else waits long; the
 * record that says why comes with the last slice, so that a new controller begins again where one died between.
 * Not here: eligible leader replicas, unclean elections, preferred leaders. Source: Kafka's `PartitionChangeBuilder`.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { NO_LEADER, type PartitionState } from './partition-state.ts'
import { type PartitionChange, partitionChange, registrationChange } from './records.ts'
import { type Decided, notController } from './refusal.ts'
import { FENCE, isActive, UNFENCE } from './registrations.ts'

/** Changes of partitions in one batch. */
const SLICE = 400

/** Fences a broker: it leads nothing any more. */
export function fenceBroker(controller: Controller, brokerId: number, done: Decided): void {
  leave(controller, brokerId, () => changeOf(controller, brokerId, { fenced: FENCE }), done)
}

/** Moves leadership away from a broker that wants to stop. It serves its partitions as a follower until it may. */
export function beginControlledShutdown(controller: Controller, brokerId: number, done: Decided): void {
  leave(controller, brokerId, () => changeOf(controller, brokerId, { inControlledShutdown: 1 }), done)
}

/** Unfences a broker: it may lead again. */
export function unfenceBroker(controller: Controller, brokerId: number, done: Decided): void {
  let records = changeOf(controller, brokerId, { fenced: UNFENCE })
  inSlices(
    controller,
    () => {
      const changes = changesOnReturn(controller.state, brokerId, SLICE)
      const slice = [...records, ...changes]
      records = []
      return { slice, isLast: changes.length < SLICE }
    },
    done,
  )
}

/**
 * Takes a broker out of every ISR that it may leave, and appends `finish()` with the last slice, before its changes.
 * `isMeant` restricts this to some partitions.
 */
export function leave(
  controller: Controller,
  brokerId: number,
  finish: () => readonly MetadataRecord[],
  done: Decided,
  isMeant: (partition: PartitionState) => boolean = () => true,
): void {
  inSlices(
    controller,
    () => {
      const changes = changesOnLeave(controller.state, brokerId, SLICE, isMeant)
      const isLast = changes.length < SLICE
      return { slice: isLast ? [...finish(), ...changes] : changes, isLast }
    },
    done,
  )
}

/** Whether some partition is led by the broker. */
export function leadsSomething(state: ClusterState, brokerId: number): boolean {
  for (const { leader } of state.partitions()) if (leader === brokerId) return true
  return false
}

/** Whether a replica of the broker lies in one of its directories. */
export function liesIn(partition: PartitionState, brokerId: number, directories: readonly Uuid[]): boolean {
  const directory = partition.directories[partition.replicas.indexOf(brokerId)]
  return directory !== undefined && directories.includes(directory)
}

function changeOf(
  { state }: Controller,
  brokerId: number,
  change: Parameters<typeof registrationChange>[1],
): readonly MetadataRecord[] {
  const registration = state.broker(brokerId)
  // Somebody may have unregistered the broker between two slices.
  return registration === undefined ? [] : [registrationChange(registration, change)]
}

/** Decides slice after slice, each as an event of its own; `done` gets the fate of the last, or the first refusal. */
function inSlices(
  controller: Controller,
  next: () => { readonly slice: readonly MetadataRecord[]; readonly isLast: boolean },
  done: Decided,
): void {
  const { epoch } = controller
  let isOver = false
  const end: Decided = (refusal) => {
    if (isOver) return
    isOver = true
    done(refusal)
  }
  const step = (): void => {
    if (isOver) return
    if (controller.epoch !== epoch) return end(notController())
    const { slice, isLast } = next()
    controller.decide(slice, (refusal) => {
      if (isLast || refusal !== undefined) end(refusal)
    })
    if (!isLast) controller.options.world.clock.setTimer(0, () => controller.perform(step))
  }
  controller.perform(step)
}

function changesOnLeave(
  state: ClusterState,
  brokerId: number,
  max: number,
  isMeant: (partition: PartitionState) => boolean,
): PartitionChange[] {
  const mayLead = (replica: number): boolean => replica !== brokerId && isActive(state.broker(replica))
  const changes: PartitionChange[] = []
  for (const partition of state.partitions()) {
    if (changes.length === max) break
    if (!partition.isr.includes(brokerId) || !isMeant(partition)) continue
    const without = partition.isr.filter((replica) => replica !== brokerId)
    const change = changeTo(partition, without, mayLead)
    if (change !== undefined) changes.push(change)
  }
  return changes
}

function changesOnReturn(state: ClusterState, brokerId: number, max: number): PartitionChange[] {
  const mayLead = (replica: number): boolean => replica === brokerId || isActive(state.broker(replica))
  const changes: PartitionChange[] = []
  for (const partition of state.partitions()) {
    if (changes.length === max) break
    if (partition.leader !== NO_LEADER) continue
    const change = changeTo(partition, partition.isr, mayLead)
    if (change !== undefined) changes.push(change)
  }
  return changes
}

/** What changes in a partition whose ISR shall be `target`; undefined where nothing does. */
function changeTo(
  partition: PartitionState,
  target: readonly number[],
  mayLead: (replica: number) => boolean,
): PartitionChange | undefined {
  const isValid = (replica: number): boolean => target.includes(replica) && mayLead(replica)
  const leader = isValid(partition.leader) ? partition.leader : (partition.replicas.find(isValid) ?? NO_LEADER)
  const shrinks = target.length > 0 && target.length < partition.isr.length
  if (!shrinks && leader === partition.leader) return undefined
  return partitionChange(partition, {
    ...(shrinks ? { isr: target } : {}),
    ...(leader === partition.leader ? {} : { leader }),
  })
}
