/** Runs one sequence against both brokers and finds where they differ. */

import { Arm, type Outcome } from './arm.ts'
import type { RunningBroker } from './broker.ts'
import { differences } from './compare.ts'
import { TwinConnection } from './connection.ts'
import { type AcceptedDifference, acceptedDifferences, type Place } from './differences.ts'
import type { DrawnRequest } from './request.ts'
import { removeTopics, stateOf } from './state.ts'

/** The request at which the brokers parted, and how. */
export interface Parting {
  /** Its place in the sequence; undefined for the state after it. */
  readonly at: number | undefined
  readonly samsa: unknown
  readonly apache: unknown
  readonly unexplained: readonly Place[]
}

export interface Observed {
  readonly outcome: (request: DrawnRequest, samsa: Outcome, apache: Outcome) => void
  readonly accepted: (difference: AcceptedDifference) => void
}

/** How far drawn times lie before the clock: what a broker stamps is later than all of them but those in the future. */
const BASE_BEFORE_NOW_MS = 10_000

/** One connection to each broker, on which sequences follow one another. */
export class Pair {
  readonly #brokers: readonly [RunningBroker, RunningBroker]
  readonly #connections: readonly [TwinConnection, TwinConnection]
  readonly #name: string
  #count = 0

  /** `name` is unlike that of every other pair: a letter, and letters and digits. */
  constructor(samsa: RunningBroker, apache: RunningBroker, name: string) {
    this.#brokers = [samsa, apache]
    this.#connections = [new TwinConnection(samsa.port), new TwinConnection(apache.port)]
    this.#name = name
  }

  /** Where the two part first; undefined where they do not. */
  async run(sequence: readonly DrawnRequest[], observed: Observed): Promise<Parting | undefined> {
    const prefix = `t${this.#name}${String(this.#count++).padStart(6, '0')}-`
    const names = { prefix, baseMs: Date.now() - BASE_BEFORE_NOW_MS }
    const arms = this.#brokers.map((broker, index) => new Arm(broker, this.#connections[index]!, names))
    const [samsa, apache] = arms as [Arm, Arm]
    try {
      return await follow(sequence, samsa, apache, observed)
    } finally {
      await Promise.all([removeTopics(samsa), removeTopics(apache)])
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }
}

async function follow(
  sequence: readonly DrawnRequest[],
  samsa: Arm,
  apache: Arm,
  observed: Observed,
): Promise<Parting | undefined> {
  const text = JSON.stringify(sequence)
  for (const [at, request] of sequence.entries()) {
    const [ours, theirs] = await Promise.all([samsa.send(request), apache.send(request)])
    observed.outcome(request, ours, theirs)
    const where = { api: request.api, version: request.version, sequence: text }
    const unexplained = unexplainedOf(ours, theirs, where, observed)
    if (unexplained.length > 0) return { at, samsa: ours, apache: theirs, unexplained }
  }
  const [ours, theirs] = await Promise.all([stateOf(samsa), stateOf(apache)])
  const where = { api: 'state' as const, version: 0, sequence: text }
  const unexplained = unexplainedOf(ours, theirs, where, observed)
  return unexplained.length > 0 ? { at: undefined, samsa: ours, apache: theirs, unexplained } : undefined
}

function unexplainedOf(
  ours: unknown,
  theirs: unknown,
  where: Pick<Place, 'api' | 'version' | 'sequence'>,
  observed: Observed,
): readonly Place[] {
  const places = differences(ours, theirs).map((difference) => ({ ...difference, ...where }))
  return places.filter((place) => {
    const accepted = acceptedDifferences.find(({ covers }) => covers(place))
    if (accepted !== undefined) observed.accepted(accepted)
    return accepted === undefined
  })
}
