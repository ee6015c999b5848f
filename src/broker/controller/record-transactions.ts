/**
 * Transactions of metadata records: BeginTransaction, then records that take effect at once, then EndTransaction, or an
 * AbortTransaction that undoes them. Told here is which may still be aborted, though their records are committed: those
 * without an end, and, since an end too can be taken back, those whose end is not committed. KIP-868.
 */

import { TimelineMap } from '../timeline/timeline-map.ts'

/** The offsets of the begin and, once there is one, of the end. */
interface Transaction {
  readonly begin: number
  readonly end: number | undefined
  /** The one before, while its end is not committed. */
  readonly before: Transaction | undefined
}

export class RecordTransactions {
  /** To be committed and taken back like the maps that the records change. */
  readonly map = new TimelineMap<'latest', Transaction>()
  #committed = -1

  /** Where the open transaction begins; undefined where none is open. */
  get openSince(): number | undefined {
    const latest = this.map.get('latest')
    return latest?.end === undefined ? latest?.begin : undefined
  }

  /** A transaction begins with the record at `offset`; none is open. */
  begin(offset: number): void {
    this.map.set(offset, 'latest', { begin: offset, end: undefined, before: this.#before() })
  }

  /** The transaction that begins at `begin` ends, or has been undone, by the record at `offset`. */
  end(offset: number, begin: number): void {
    this.map.set(offset, 'latest', { begin, end: offset, before: this.#before() })
  }

  /** Records are committed up to `offset`: the last offset that cannot be undone by an abort any more. */
  commit(offset: number): number {
    let settled = offset
    for (let each = this.map.get('latest'); each !== undefined; each = each.before) {
      if (each.end === undefined || each.end > offset) settled = Math.min(settled, each.begin - 1)
    }
    this.#committed = offset
    return settled
  }

  /** The one before that which is begun or ended now; after an abort it is the latest again. */
  #before(): Transaction | undefined {
    const latest = this.map.get('latest')
    const last = latest?.end === undefined ? latest?.before : latest
    return last?.end !== undefined && last.end > this.#committed ? last : undefined
  }
}
