/**
 * Records as a test expects them, compared with those that lie in a topic. What is not named is not compared.
 *
 * Text is compared with the bytes as UTF-8, bytes with bytes, null with null; what vitest calls an asymmetric matcher
 * (`expect.stringMatching(…)`) is asked about the text; any other object is compared with what the text is as JSON.
 */

import type { ConsumedRecord } from '../client/fetched-records.ts'

/** Text, bytes, null, an asymmetric matcher of vitest, or what the text is as JSON. */
export type ExpectedContent = string | Uint8Array | null | object

/** What is not named is not compared. */
export interface ExpectedRecord {
  readonly key?: ExpectedContent
  readonly value?: ExpectedContent
  /** Exactly these, in any order. */
  readonly headers?: Readonly<Record<string, ExpectedContent>>
  readonly partition?: number
  readonly offset?: number
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs?: number
}

/** vitest's comparison. */
export type Equals = (actual: unknown, expected: unknown) => boolean

/** Whether the record is as expected. */
export function isExpected(record: ConsumedRecord, expected: ExpectedRecord, equals: Equals): boolean {
  return equals(shownAs(record, expected), wanted(expected))
}

/** The record, reduced to what is expected of it and in the same words, so that a difference can be shown. */
export function shownAs(record: ConsumedRecord, expected: ExpectedRecord | undefined): object {
  const { key, value, headers, partition, offset, timestampMs } = record
  if (expected === undefined) return { key: textOf(key), value: textOf(value) }
  return {
    ...(expected.key === undefined ? {} : { key: contentAs(key, expected.key) }),
    ...(expected.value === undefined ? {} : { value: contentAs(value, expected.value) }),
    ...(expected.headers === undefined ? {} : { headers: headersAs(headers, expected.headers) }),
    ...(expected.partition === undefined ? {} : { partition }),
    ...(expected.offset === undefined ? {} : { offset }),
    ...(expected.timestampMs === undefined ? {} : { timestampMs }),
  }
}

/** What is expected, without what is named and undefined. */
export function wanted(expected: ExpectedRecord): object {
  return Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined))
}

function headersAs(
  headers: ConsumedRecord['headers'],
  expected: Readonly<Record<string, ExpectedContent>>,
): Record<string, unknown> {
  return Object.fromEntries(headers.map(({ key, value }) => [key, contentAs(value, expected[key] ?? '')]))
}

function contentAs(bytes: Uint8Array | null, expected: ExpectedContent): unknown {
  if (bytes === null || expected instanceof Uint8Array) return bytes
  const text = textOf(bytes)
  if (expected === null || typeof expected === 'string' || 'asymmetricMatch' in expected) return text
  return parsed(text)
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

/** What the text is as JSON; the text itself where it is none. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
