/**
 * `wrong-look-up`: the offset for a time is that of the first record of this time or later (Kafka protocol guide,
 * ListOffsets; KIP-79).
 *
 * A look-up shows in a history as a process that reads a partition from its beginning, lets go of everything (`assign`
 * without partitions), and reads the partition again from a position found elsewhere: by the time of the last record that it
 * had been given. Values of *messaging* carry their timestamps; a record to which the broker gave its own has that one.
 *
 *   auditor: assign, from the beginning; poll → 4.0@1000 at offset 0, 5.0@2000 at offset 1, 6.0@3000 at offset 2
 *   auditor: assign nothing; assign; poll → 5.0@2000 at offset 1     offset 2 was due, for the time was 3000
 *
 * What comes first must not be of an earlier time, and must not lie behind any record of that time or later that the
 * process itself had been given. Excused by any loss in the partition meanwhile.
 */

import { ascending } from './checker/anomalies.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { Key, Operation, OperationOf, PolledRecord } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import { partsOf } from './record-content.ts'

export function wrongLookUps(
  operations: readonly Operation[],
  excuses: readonly LostSuffix[],
): readonly OracleFinding[] {
  const auditors = new Map<number, Auditor>()
  const findings: OracleFinding[] = []
  for (const operation of operations) {
    let auditor = auditors.get(operation.process)
    if (auditor === undefined) {
      auditor = new Auditor(excuses)
      auditors.set(operation.process, auditor)
    }
    const finding = auditor.see(operation)
    if (finding !== undefined) findings.push(finding)
  }
  return findings
}

/** The partition and what was read of it before the look-up. */
interface Reference {
  readonly key: Key
  readonly beganUs: number
  /** Index of the last poll. */
  poll: number
  readonly records: PolledRecord[]
}

/** Follows one process: reading from the beginning → let go → looking up → (first record) → nothing. */
class Auditor {
  readonly #excuses: readonly LostSuffix[]
  #invokedUs = 0
  #reference: Reference | undefined
  #phase: 'reading' | 'let go' | 'looking up' = 'reading'

  constructor(excuses: readonly LostSuffix[]) {
    this.#excuses = excuses
  }

  see(operation: Operation): OracleFinding | undefined {
    if (operation.type === 'invoke') this.#invokedUs = operation.timeUs
    else if (operation.type !== 'ok') return undefined
    else if (operation.f === 'assign') this.#assigned(operation)
    else if (operation.f === 'poll' && operation.value.length > 0) return this.#polled(operation)
    return undefined
  }

  #assigned({ value, seekTo, index }: OperationOf<'assign'>): void {
    const [key] = value
    if (seekTo === 'beginning' && key !== undefined && value.length === 1) {
      this.#reference = { key, beganUs: this.#invokedUs, poll: index, records: [] }
      this.#phase = 'reading'
    } else if (key === undefined && this.#phase === 'reading') this.#phase = 'let go'
    else if (seekTo === undefined && value.length === 1 && key === this.#reference?.key && this.#phase === 'let go') {
      this.#phase = 'looking up'
    } else this.#reference = undefined
  }

  #polled(poll: OperationOf<'poll'>): OracleFinding | undefined {
    const reference = this.#reference
    if (reference === undefined) return undefined
    if (this.#phase === 'reading') {
      reference.poll = poll.index
      reference.records.push(...poll.value.filter(({ key }) => key === reference.key))
      return undefined
    }
    this.#reference = undefined
    const isExcused = this.#excuses.some(
      ({ key, atTimeUs }) => key === reference.key && reference.beganUs <= atTimeUs && atTimeUs <= poll.timeUs,
    )
    return isExcused ? undefined : judge(reference, poll)
  }
}

function judge(reference: Reference, poll: OperationOf<'poll'>): OracleFinding | undefined {
  const { key, records } = reference
  const found = poll.value[0]
  const soughtMs = timeOf(records.at(-1))
  const foundMs = timeOf(found)
  if (found === undefined || soughtMs === undefined || foundMs === undefined) return undefined
  const due = records.find((record) => record.offset < found.offset && (timeOf(record) ?? soughtMs - 1) >= soughtMs)
  if (foundMs >= soughtMs && due === undefined) return undefined
  const why = due === undefined ? `is of an earlier time` : `lies behind ${due.value} at offset ${due.offset}`
  const shown = due === undefined ? [found] : [due, found]
  return {
    anomaly: 'wrong-look-up',
    key,
    message: `Looking up the time ${soughtMs} in ${key} led to ${found.value} at offset ${found.offset}, which ${why}.`,
    operations: ascending([reference.poll, poll.index]),
    values: shown.map(({ value }) => value),
    offsets: ascending(shown.map(({ offset }) => offset)),
  }
}

function timeOf(record: PolledRecord | undefined): number | undefined {
  return record === undefined ? undefined : (record.appendTimeMs ?? partsOf(record.value)?.timestampMs)
}
