/**
 * A request that asks for something of topics by their names, some of which may be refused: planned in slices, while nothing
 * else is decided, and answered name by name once what can be done is committed. Not here: what is asked for, and why
 * it is refused.
 */

import type { ErrorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Controller } from './controller.ts'
import { type Deadline, lookInTime } from './deadline.ts'
import { notController, Refusal } from './refusal.ts'

/** What was asked for, by name: a name that stands in the request more than once has several. */
export type AskedByName<Asked> = ReadonlyMap<string, readonly Asked[]>

/** What is to be written, and what becomes of each topic then. */
export interface PlanByName<Outcome> {
  readonly records: readonly MetadataRecord[]
  readonly outcomes: readonly Outcome[]
}

/** The parts in which such requests differ. */
export interface DecisionByName<Asked, Outcome> {
  readonly topics: readonly Asked[]
  readonly validateOnly: boolean
  /** Not heeded where nothing has to be decided: where no name that may be asked for stands in the request once. */
  readonly deadline: Deadline | undefined
  /** Whether a topic of that name may be asked for at all. */
  readonly mayBeAskedFor: (name: string) => boolean
  /** The plan, or why the whole request is refused; a topic or a partition a step. */
  readonly plan: (byName: AskedByName<Asked>) => Generator<void, PlanByName<Outcome> | Refusal>
  readonly refused: (name: string, refusal: Refusal) => Outcome
}

/**
 * Decides; `done` gets one outcome per name, in the order asked, once all are committed. Where the whole request is refused it
 * gets one per topic of the request, as in Kafka.
 */
export function decideByName<
  Asked extends { readonly name: string },
  Outcome extends { readonly name: string; readonly errorCode: ErrorCode },
>(
  controller: Controller,
  { topics, validateOnly, deadline, mayBeAskedFor, plan, refused }: DecisionByName<Asked, Outcome>,
  done: (outcomes: readonly Outcome[]) => void,
): void {
  const byName = new Map<string, Asked[]>()
  for (const topic of topics) {
    const named = byName.get(topic.name)
    if (named === undefined) byName.set(topic.name, [topic])
    else named.push(topic)
  }
  const isMeant = [...byName].some(([name, { length }]) => length === 1 && mayBeAskedFor(name))
  controller.performInSlices(
    () => lookInTime(controller, isMeant ? deadline : undefined, () => plan(byName)),
    (planned = notController()) => {
      if (planned instanceof Refusal) return done(topics.map(({ name }) => refused(name, planned)))
      const { records, outcomes } = planned
      controller.decide(validateOnly ? [] : records, (refusal) => {
        if (refusal === undefined) return done(outcomes)
        done(outcomes.map((outcome) => (outcome.errorCode === 0 ? refused(outcome.name, refusal) : outcome)))
      })
    },
  )
}
