/**
 * The oracle of *expiring events*: holds what is read against the offsets at which logs were said to begin.
 *
 *   final reader: poll → offsets 7, 9; earliest offset → 7        `missing-above-start`, if 8 was acknowledged
 *   surveyor: earliest offset → 5; assign, from the beginning; poll → offset 3      `read-below-start`
 *   surveyor: earliest offset → 5; earliest offset → 2                              `start-went-back`
 *   cleaner: delete below 5 → 5; surveyor: earliest offset → 2                      `start-went-back`
 *   cleaner: delete below 5 → 3                                                     `deletion-fell-short`
 *
 * Beyond the checker: it is content if anybody has read a record; here the last reading must have, wherever the look-up
 * behind it says that the record was never deleted. A consumer may hand out what it fetched earlier, so that only
 * positions sought after a look-up had ended are held to it.
 *
 * Excused: what a loss may have taken, and starts that went back in a crash (`checker/deleted-prefix.ts`).
 */

import { finalReadingOf, missingAtTheEnd } from './acknowledged.ts'
import { ascending } from './checker/anomalies.ts'
import { followConsumers } from './checker/consumers.ts'
import { lastEarliestOffsets, type RestoredPrefix } from './checker/deleted-prefix.ts'
import { gatherEvidence } from './checker/evidence.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { EarliestOffset, Key, Operation, OperationOf } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'

export function wrongEarliestOffsets(
  operations: readonly Operation[],
  excuses: readonly LostSuffix[],
  restored: readonly RestoredPrefix[] = [],
): readonly OracleFinding[] {
  const lookUps = new LookUps(operations, restored)
  return [
    ...missingAboveStarts(operations, excuses),
    ...deletionsThatFellShort(operations),
    ...lookUps.thatWentBack(),
    ...readBelowStarts(operations, lookUps),
  ]
}

function deletionsThatFellShort(operations: readonly Operation[]): OracleFinding[] {
  return operations.flatMap((operation) => {
    if (operation.f !== 'delete-records' || operation.type !== 'ok') return []
    const { key, below = 0, lowWatermark = 0 } = operation.value
    if (lowWatermark >= below) return []
    return [
      {
        anomaly: 'deletion-fell-short',
        key,
        message: `${key} was to begin at offset ${below}, and was answered to begin at ${lowWatermark}.`,
        operations: [operation.index],
        values: [],
        offsets: [lowWatermark, below],
      },
    ]
  })
}

function missingAboveStarts(operations: readonly Operation[], excuses: readonly LostSuffix[]): OracleFinding[] {
  const final = finalReadingOf(operations)
  if (final === undefined) return []
  const starts = lastEarliestOffsets(operations)
  return gatherEvidence(operations, excuses).flatMap((evidence) => {
    const { key } = evidence
    const start = starts.get(key)
    if (start === undefined) return []
    const missing = missingAtTheEnd(evidence, final).filter(({ offset }) => offset >= start)
    if (missing.length === 0) return []
    const values = missing.map(({ value }) => value)
    return [
      {
        anomaly: 'missing-above-start',
        key,
        message: `The reading of everything did not return ${values.join(', ')}, acknowledged before, though ${key} was said to begin at offset ${start} afterwards.`,
        operations: ascending([...missing.map((copy) => copy.operations[0]!), final.beganIndex]),
        values,
        offsets: ascending(missing.map(({ offset }) => offset)),
      },
    ]
  })
}

/** One partition's answer in one look-up; that to a deletion is as good. */
interface LookUp {
  readonly offset: number
  readonly invokedIndex: number
  readonly completion: OperationOf<'earliest-offsets' | 'delete-records'>
}

/** The look-ups and deletions that were answered, by partition, in the order of their answers. */
class LookUps {
  readonly #byKey = new Map<Key, LookUp[]>()
  readonly #restored: readonly RestoredPrefix[]

  constructor(operations: readonly Operation[], restored: readonly RestoredPrefix[]) {
    this.#restored = restored
    const invoked = new Map<number, number>()
    for (const operation of operations) {
      if (operation.f !== 'earliest-offsets' && operation.f !== 'delete-records') continue
      if (operation.type === 'invoke') invoked.set(operation.process, operation.index)
      if (operation.type !== 'ok') continue
      const invokedIndex = invoked.get(operation.process) ?? 0
      for (const { key, offset } of startsTold(operation)) {
        const lookUps = this.#byKey.get(key)
        const lookUp = { offset, invokedIndex, completion: operation }
        if (lookUps === undefined) this.#byKey.set(key, [lookUp])
        else lookUps.push(lookUp)
      }
    }
  }

  /** A look-up among those that meet `isEarlier` which put the start above `offset`, unless a crash explains that. */
  contradicting(key: Key, offset: number, isEarlier: (lookUp: LookUp) => boolean): LookUp | undefined {
    const isRestored = this.#restored.some(
      (prefix) => prefix.key === key && prefix.fromOffset <= offset && offset < prefix.endOffset,
    )
    if (isRestored) return undefined
    return this.#byKey.get(key)?.find((lookUp) => lookUp.offset > offset && isEarlier(lookUp))
  }

  thatWentBack(): OracleFinding[] {
    const findings: OracleFinding[] = []
    for (const [key, lookUps] of this.#byKey) {
      for (const { offset, invokedIndex, completion } of lookUps) {
        const before = this.contradicting(key, offset, (lookUp) => lookUp.completion.index < invokedIndex)
        if (before === undefined) continue
        findings.push({
          anomaly: 'start-went-back',
          key,
          message: `${key} was said to begin at offset ${offset}, and at offset ${before.offset} before.`,
          operations: ascending([before.completion.index, completion.index]),
          values: [],
          offsets: ascending([offset, before.offset]),
        })
      }
    }
    return findings
  }
}

function startsTold(operation: OperationOf<'earliest-offsets' | 'delete-records'>): readonly EarliestOffset[] {
  if (operation.f === 'earliest-offsets') return operation.value
  const { key, lowWatermark } = operation.value
  return lowWatermark === undefined ? [] : [{ key, offset: lowWatermark }]
}

function readBelowStarts(operations: readonly Operation[], lookUps: LookUps): OracleFinding[] {
  const findings: OracleFinding[] = []
  followConsumers<true>(operations, ({ record, operation, sinceUs }) => {
    const { key, offset, value } = record
    const told = lookUps.contradicting(key, offset, ({ completion }) => completion.timeUs <= sinceUs)
    if (told !== undefined) {
      findings.push({
        anomaly: 'read-below-start',
        key,
        message: `Process ${operation.process} was given ${value} at offset ${offset} of ${key}, which had been said to begin at offset ${told.offset} before it sought its position.`,
        operations: ascending([told.completion.index, operation.index]),
        values: [value],
        offsets: [offset],
      })
    }
    return true
  })
  return findings
}
