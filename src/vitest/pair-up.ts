/** Which record is which expected one: by place where the order counts, else by the best pairing there is. */

import type { ConsumedRecord } from '../client/fetched-records.ts'
import { type Equals, type ExpectedRecord, isExpected } from './expected-record.ts'

/**
 * For each expected record the index of its own, or undefined. In any order, as many as possible find theirs: by
 * augmenting paths, for a record may be as several expectations say, and one must not take it from another.
 */
export function pairUp(
  records: readonly ConsumedRecord[],
  expected: readonly ExpectedRecord[],
  equals: Equals,
  isInOrder: boolean,
): readonly (number | undefined)[] {
  const fits = (wish: number, index: number): boolean => {
    const record = records[index]
    return record !== undefined && isExpected(record, expected[wish]!, equals)
  }
  if (isInOrder) return expected.map((_, index) => (fits(index, index) ? index : undefined))
  const takenBy = new Map<number, number>()
  const find = (wish: number, tried: Set<number>): boolean => {
    for (const index of records.keys()) {
      if (tried.has(index) || !fits(wish, index)) continue
      tried.add(index)
      const other = takenBy.get(index)
      if (other !== undefined && !find(other, tried)) continue
      takenBy.set(index, wish)
      return true
    }
    return false
  }
  for (const wish of expected.keys()) find(wish, new Set())
  const indexOf = new Map([...takenBy].map(([index, wish]) => [wish, index]))
  return expected.map((_, wish) => indexOf.get(wish))
}
