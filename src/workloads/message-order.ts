/**
 * The oracle of *messaging*: every consumer is given each stream in the order in which it was sent, without a gap.
 *
 *   writer: send 4.0 → ok at offset 0; send 5.0 → ok at offset 1; send 6.0 → ok at offset 2
 *   tailer: poll → 4.0, 6.0           `message-gap`: 5.0 was passed over
 *   tailer: poll → 5.0, 4.0           `message-order`
 *
 * Judged are acknowledged messages: one of unknown outcome may land late, or not at all. The earlier was acknowledged
 * before the later was sent, or both were in one send of an idempotent producer. Beyond the checker: it compares offsets
 * and is content if anybody has read a record; here each consumer that began at the beginning must have.
 *
 * Excused: what a loss may have taken; and a consumer that stood behind a cut begins anew, for its position may be
 * anywhere after that.
 */

import { acknowledgedCopy, type FinalReading, finalReadingOf, missingAtTheEnd } from './acknowledged.ts'
import { ascending } from './checker/anomalies.ts'
import { type Copy, gatherEvidence, type KeyEvidence, type Reading } from './checker/evidence.ts'
import { type LostSuffix, takenBefore } from './checker/lost-suffix.ts'
import type { Operation } from './history/operation.ts'
import type { OracleAnomaly, OracleFinding } from './oracle-anomalies.ts'

export function messageOrder(
  operations: readonly Operation[],
  excuses: readonly LostSuffix[],
): readonly OracleFinding[] {
  const final = finalReadingOf(operations)
  return gatherEvidence(operations, excuses).flatMap((evidence) => {
    const findings = new Stream(evidence).findings()
    return final === undefined ? findings : [...findings, ...neverGiven(evidence, final)]
  })
}

/** The messages of one partition, and how far each consumer is in them. */
class Stream {
  readonly #evidence: KeyEvidence
  /** Acknowledged messages, in the order in which they were sent. */
  readonly #messages: readonly Copy[]
  readonly #ranks: ReadonlyMap<Copy, number>
  /** After each reading, the rank of the last acknowledged message that its consumer was given; -1 before the first. */
  readonly #reached = new Map<Reading, number | undefined>()

  constructor(evidence: KeyEvidence) {
    this.#evidence = evidence
    const messages: Copy[] = []
    for (const attempt of evidence.attempts.values()) {
      const copy = acknowledgedCopy(evidence, attempt)
      if (copy !== undefined) messages.push(copy)
    }
    this.#messages = messages
    this.#ranks = new Map(messages.map((message, rank) => [message, rank]))
  }

  findings(): readonly OracleFinding[] {
    return this.#evidence.readings.flatMap((reading) => {
      const before = this.#before(reading)
      const rank = this.#ranks.get(reading.copy)
      this.#reached.set(reading, rank ?? before)
      return rank === undefined || before === undefined ? [] : this.#step(reading, before, rank)
    })
  }

  /** How far the reading's consumer was; undefined where nothing follows from that. */
  #before({ previous, startsAt, operation }: Reading): number | undefined {
    if (previous === undefined) return startsAt === 'beginning' ? -1 : undefined
    if (takenBefore(this.#evidence.losses, previous.copy, operation.timeUs)) return undefined
    return this.#reached.get(previous)
  }

  #step(reading: Reading, before: number, rank: number): readonly OracleFinding[] {
    const { copy, operation } = reading
    const last = this.#messages[before]
    if (rank <= before) {
      if (last === undefined || !precedes(copy, last)) return []
      const what = copy === last ? 'twice' : `after ${last.value}, which was sent later`
      return [this.#finding('message-order', reading, [copy, last], `${copy.value} ${what}`)]
    }
    const skipped = this.#messages
      .slice(before + 1, rank)
      .filter((message) => precedes(message, copy) && (last === undefined || precedes(last, message)))
      .filter((message) => !takenBefore(this.#evidence.losses, message, operation.timeUs))
    if (skipped.length === 0) return []
    const names = skipped.map(({ value }) => value).join(', ')
    return [
      this.#finding('message-gap', reading, skipped, `${copy.value} without ${names}, sent and acknowledged earlier`),
    ]
  }

  #finding(anomaly: OracleAnomaly, reading: Reading, messages: readonly Copy[], what: string): OracleFinding {
    const { index, process } = reading.operation
    const { key } = this.#evidence
    return {
      anomaly,
      key,
      message: `Process ${process}, which reads ${key}, was given message ${what}.`,
      operations: ascending([...messages.map((message) => message.operations[0]!), index]),
      values: messages.map(({ value }) => value),
      offsets: ascending(messages.map(({ offset }) => offset)),
    }
  }
}

/** Whether their order was promised: the same message, acknowledged before the other was sent, or sent in one order. */
function precedes(earlier: Copy, later: Copy): boolean {
  const [first, second] = [earlier.attempt, later.attempt]
  if (first === undefined || second === undefined) return false
  if (first === second) return true
  if (first.invocation === second.invocation) return first.invocation.idempotent
  return first.completion !== undefined && first.completion.index < second.invocation.index
}

/** What even the last reading of everything did not return. */
function neverGiven(evidence: KeyEvidence, final: FinalReading): readonly OracleFinding[] {
  const { key } = evidence
  const missing = missingAtTheEnd(evidence, final)
  if (missing.length === 0) return []
  const values = missing.map(({ value }) => value)
  return [
    {
      anomaly: 'message-gap',
      key,
      message: `Process ${final.process} read all of ${key} at the end, but not ${values.join(', ')}, acknowledged before.`,
      operations: ascending([...missing.map((copy) => copy.operations[0]!), final.beganIndex]),
      values,
      offsets: ascending(missing.map(({ offset }) => offset)),
    },
  ]
}
