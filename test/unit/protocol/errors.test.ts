import { expect, it } from 'vitest'
import {
  errorCode,
  errorMessage,
  errorName,
  errors,
  impliesStaleMetadata,
  isRetriable,
} from '../../../src/protocol/errors.ts'

it('there is one error for each code from -1 to 133', () => {
  expect(Object.values(errors).map(({ code }) => code)).toEqual(Array.from({ length: 135 }, (_, index) => index - 1))
})

it('codes and names lead to one another', () => {
  expect(errorCode.NOT_LEADER_OR_FOLLOWER).toBe(6)
  expect(errorCode.UNKNOWN_TOPIC_ID).toBe(100)
  for (const [name, { code }] of Object.entries(errors)) expect(errorName(code)).toBe(name)
})

it('a code of a newer broker has a name too, and is not retriable', () => {
  expect(errorName(999)).toBe('UNKNOWN_ERROR_999')
  expect(errorMessage(999)).toBe('the error code 999 is not known')
  expect(isRetriable(999)).toBe(false)
  expect(impliesStaleMetadata(999)).toBe(false)
})

it('errors about leaders are retriable after asking for metadata, those about quorums of replicas without', () => {
  expect([isRetriable(6), impliesStaleMetadata(6)]).toEqual([true, true])
  expect([isRetriable(19), impliesStaleMetadata(19)]).toEqual([true, false])
  expect([isRetriable(1), impliesStaleMetadata(1)]).toEqual([false, false])
})

it('as many are retriable, and as many tell of stale metadata, as in Apache Kafka 4.2', () => {
  const all = Object.values(errors)
  expect(all.filter(({ retriable }) => retriable).length).toBe(32)
  expect(all.filter(({ staleMetadata }) => staleMetadata).length).toBe(13)
})
