/**
 * A history as JSON: one array, one operation per line, so that both programs and people can read it.
 *
 * Reading believes nothing: what is not a well-formed history is answered with a `HistoryFormatError` that names the
 * first offending operation.
 */

import type { ActionName, Occurrence, Operation } from './operation.ts'
import { WellFormedness } from './well-formed.ts'

/** The text is not a history. */
export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError'
  readonly code = 'BAD_HISTORY'
}

export function toJson(operations: readonly Operation[]): string {
  return `[\n${operations.map((operation) => JSON.stringify(operation)).join(',\n')}\n]\n`
}

/** Reads what `toJson` wrote, or says why it cannot be a history. Fields it does not know are kept, not weighed. */
export function parseHistory(text: string): readonly Operation[] | HistoryFormatError {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    return new HistoryFormatError('The history is not JSON.', { cause })
  }
  if (!Array.isArray(parsed)) return new HistoryFormatError('A history is an array of operations.')
  const rules = new WellFormedness()
  const operations: Operation[] = []
  for (const [position, candidate] of parsed.entries()) {
    const problem = problemOf(candidate)
    if (problem !== undefined) return new HistoryFormatError(`Operation ${position} of the history: ${problem}.`)
    const operation = candidate as Operation
    const broken = rules.admit(operation)
    if (broken !== undefined) return new HistoryFormatError(`Operation ${position} breaks the rule: ${broken}.`)
    operations.push(operation)
  }
  return operations
}

/** An object of which nothing is known yet. */
type Candidate = Partial<Readonly<Record<keyof Occurrence | CarriedName, unknown>>>

/** The names of all fields that some kind of operation, a send, a record or a topic carries. */
type CarriedName =
  | 'f'
  | 'value'
  | 'acks'
  | 'idempotent'
  | 'rebalancedKeys'
  | 'seekTo'
  | 'key'
  | 'offset'
  | 'topic'
  | 'partitions'
  | 'setting'
  | 'text'
  | 'below'
  | 'lowWatermark'
  | 'appendTimeMs'

const types: readonly unknown[] = ['invoke', 'ok', 'fail', 'info']

/** What is wrong with the fields of each kind of operation, if anything. */
const fieldProblems: { readonly [F in ActionName]: (operation: Candidate) => string | undefined } = {
  send: ({ value, acks, idempotent }) => {
    if (acks !== 0 && acks !== 1 && acks !== 'all') return "acks is 0, 1 or 'all'"
    if (typeof idempotent !== 'boolean') return 'idempotent is true or false'
    const isSend = (send: Candidate) =>
      isValue(send.value) && (send.offset === undefined || isCount(send.offset)) && isTime(send.appendTimeMs)
    return isListOf(value, (send) => isObject(send) && isText(send.key) && isSend(send))
      ? undefined
      : 'value is a list of sends'
  },
  poll: ({ value, rebalancedKeys }) => {
    if (rebalancedKeys !== undefined && !isListOf(rebalancedKeys, isText)) return 'rebalancedKeys is a list of keys'
    const isRecord = (record: Candidate) =>
      isText(record.key) && isCount(record.offset) && isValue(record.value) && isTime(record.appendTimeMs)
    return isListOf(value, (record) => isObject(record) && isRecord(record)) ? undefined : 'value is a list of records'
  },
  assign: ({ value, seekTo }) => {
    if (seekTo !== undefined && seekTo !== 'beginning' && seekTo !== 'end') return "seekTo is 'beginning' or 'end'"
    return isListOf(value, isText) ? undefined : 'value is a list of keys'
  },
  subscribe: ({ value }) => (isListOf(value, isText) ? undefined : 'value is a list of keys'),
  'earliest-offsets': ({ value }) => {
    const isEarliest = (earliest: unknown) => isObject(earliest) && isText(earliest.key) && isCount(earliest.offset)
    return isListOf(value, isEarliest) ? undefined : 'value is a list of keys with offsets'
  },
  'delete-records': ({ value }) => {
    const isOffset = (offset: unknown) => offset === undefined || isCount(offset)
    const isDeletion = isObject(value) && isText(value.key) && isOffset(value.below) && isOffset(value.lowWatermark)
    return isDeletion ? undefined : 'value is a deletion of records'
  },
  'create-topic': ({ value }) => (isTopicShape(value) ? undefined : 'value is a topic with its partitions'),
  'delete-topic': ({ value }) => (isText(value) ? undefined : 'value is the name of a topic'),
  'set-config': ({ value }) => (isTopicSetting(value) ? undefined : 'value is a setting of a topic'),
  'describe-configs': ({ value }) => (isListOf(value, isTopicSetting) ? undefined : 'value is a list of settings'),
  'list-topics': ({ value }) => (isListOf(value, isTopicShape) ? undefined : 'value is a list of topics'),
  crash: ({ value }) => (value === null ? undefined : 'value is null'),
}

function problemOf(candidate: unknown): string | undefined {
  if (!isObject(candidate)) return 'it is not an object'
  const { index, process, timeUs, type, error, f } = candidate
  if (!isCount(index) || !isCount(process) || !isCount(timeUs)) return 'index, process and timeUs are integers >= 0'
  if (!types.includes(type)) return 'type is one of invoke, ok, fail, info'
  if (error !== undefined && !isText(error)) return 'error is text'
  if (!isText(f) || !Object.hasOwn(fieldProblems, f)) return 'f is not the name of an action'
  return fieldProblems[f as ActionName](candidate)
}

function isObject(value: unknown): value is Candidate {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isValue(value: unknown): boolean {
  return isText(value) || Number.isSafeInteger(value)
}

function isTime(value: unknown): boolean {
  return value === undefined || Number.isSafeInteger(value)
}

function isTopicShape(value: unknown): boolean {
  return isObject(value) && isText(value.topic) && isCount(value.partitions)
}

function isTopicSetting(value: unknown): boolean {
  return isObject(value) && isText(value.topic) && isText(value.setting) && isText(value.text)
}

function isListOf(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement)
}
