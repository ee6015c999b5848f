/** All workloads, by name. */

import { activityTracking } from './activity-tracking.ts'
import { expiringEvents } from './expiring-events.ts'
import { messaging } from './messaging.ts'
import { topicAdministration } from './topic-administration.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [activityTracking, messaging, expiringEvents, topicAdministration]

/** The workload of that name; undefined where there is none. */
export function workloadNamed(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name)
}
