/**
 * Until when a request must have begun: whoever sent it has given up by then, and the controller does nothing of it. What has
 * begun is not given up any more, however long its records take to be committed; so a timeout of 0 ms or below is always
 * too late. Source: the event queue of Kafka's `QuorumController`, which gives up an event before it begins.
 */

import type { Controller } from './controller.ts'
import { notController, type Refusal, timedOut } from './refusal.ts'

/** Monotonic time in µs. */
export type Deadline = number

/** The deadline of a request that came now; `timeoutMs` may be negative. */
export function deadlineIn({ options }: Controller, timeoutMs: number): Deadline {
  return options.world.clock.monotonicUs() + timeoutMs * 1000
}

/** Why an operation is not begun now: its deadline has passed, or this node does not lead. */
export function whyNotBegin(controller: Controller, deadline: Deadline | undefined): Refusal | undefined {
  const { clock } = controller.options.world
  if (deadline !== undefined && deadline <= clock.monotonicUs()) return timedOut()
  return controller.isActive ? undefined : notController()
}

/** A look at the state, for `performInSlices`, that is not taken where the deadline has passed when its turn comes. */
export function* lookInTime<T>(
  controller: Controller,
  deadline: Deadline | undefined,
  look: () => Generator<void, T>,
): Generator<void, T | Refusal> {
  return whyNotBegin(controller, deadline) ?? (yield* look())
}
