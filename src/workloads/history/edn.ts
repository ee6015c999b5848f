/**
 * A history as Jepsen's Kafka checker reads it: EDN, one operation map per line.
 *
 * Grammar of a line:
 *   {:index n, :time ns, :type :invoke|:ok|:fail|:info, :process n, :f name, :value value[, :seek-to-beginning? true]
 *    [, :rebalance-log [{:keys [k …]}]][, :error :code|"text"]}
 *   send: [[:send k v] …], once offsets are known [[:send k [offset v]] …]; poll: [[:poll]] or [[:poll {k [[offset v] …]}]]
 *   assign, subscribe: [k …]; crash: nil
 *
 * Partitions become integers (`numberKeys`). Operations that Jepsen does not know (topics, configurations, earliest
 * offsets, deletions of records) are left out and the rest is numbered anew. What only our checker weighs (acks,
 * idempotence, the broker's time) has no place in that shape and is lost.
 * Source: `jepsen.tests.kafka`, docstring and `op-reads`/`op-writes`.
 */

import type { Key, Operation, OperationOf, Send, Value } from './operation.ts'

/** Writes the history; the text ends with a line feed unless it is empty. */
export function toEdn(operations: readonly Operation[]): string {
  const numbers = numberKeys(operations)
  let text = ''
  let index = 0
  for (const operation of operations) {
    if (isOurs(operation)) continue
    text += `${ednLine(operation, index, numbers)}\n`
    index += 1
  }
  return text
}

/** The integer by which the EDN form calls each partition: 0, 1, … in the order of first mention. */
export function numberKeys(operations: readonly Operation[]): ReadonlyMap<Key, number> {
  const numbers = new Map<Key, number>()
  const mention = (key: Key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size)
  }
  for (const operation of operations) {
    if (operation.f === 'assign' || operation.f === 'subscribe') for (const key of operation.value) mention(key)
    if (operation.f === 'send' || operation.f === 'poll') for (const { key } of operation.value) mention(key)
    if (operation.f === 'poll') for (const key of operation.rebalancedKeys ?? []) mention(key)
  }
  return numbers
}

const ours = [
  'create-topic',
  'delete-topic',
  'set-config',
  'describe-configs',
  'list-topics',
  'earliest-offsets',
  'delete-records',
] as const

type Ours = OperationOf<(typeof ours)[number]>
type Exported = Exclude<Operation, Ours>

function isOurs(operation: Operation): operation is Ours {
  return ours.some((name) => name === operation.f)
}

function ednLine(operation: Exported, index: number, numbers: ReadonlyMap<Key, number>): string {
  const { timeUs, type, process, f, error } = operation
  // Nanoseconds of a wall clock exceed 2^53, so the digits are put together instead of multiplied.
  const time = timeUs === 0 ? '0' : `${timeUs}000`
  const parts = [`:index ${index}`, `:time ${time}`, `:type :${type}`, `:process ${process}`, `:f :${f}`]
  parts.push(`:value ${ednValueOf(operation, numbers)}`)
  if (f === 'assign' && operation.seekTo === 'beginning') parts.push(':seek-to-beginning? true')
  if (f === 'poll' && operation.rebalancedKeys !== undefined) {
    parts.push(`:rebalance-log [{:keys ${ednKeys(operation.rebalancedKeys, numbers)}}]`)
  }
  if (error !== undefined) parts.push(`:error ${/^[A-Za-z][A-Za-z0-9_-]*$/.test(error) ? `:${error}` : quoted(error)}`)
  return `{${parts.join(', ')}}`
}

function ednValueOf(operation: Exported, numbers: ReadonlyMap<Key, number>): string {
  switch (operation.f) {
    case 'send':
      return `[${operation.value.map((send) => `[:send ${numbers.get(send.key)} ${ednSent(send)}]`).join(' ')}]`
    case 'poll':
      return operation.type === 'invoke' ? '[[:poll]]' : `[[:poll ${ednPolled(operation, numbers)}]]`
    case 'assign':
    case 'subscribe':
      return ednKeys(operation.value, numbers)
    case 'crash':
      return 'nil'
  }
}

function ednSent({ value, offset }: Send): string {
  return offset === undefined ? ednScalar(value) : `[${offset} ${ednScalar(value)}]`
}

function ednPolled(operation: OperationOf<'poll'>, numbers: ReadonlyMap<Key, number>): string {
  const pairs = new Map<Key, string[]>()
  for (const { key, offset, value } of operation.value) {
    const pair = `[${offset} ${ednScalar(value)}]`
    const ofKey = pairs.get(key)
    if (ofKey === undefined) pairs.set(key, [pair])
    else ofKey.push(pair)
  }
  return `{${[...pairs].map(([key, ofKey]) => `${numbers.get(key)} [${ofKey.join(' ')}]`).join(', ')}}`
}

function ednKeys(keys: readonly Key[], numbers: ReadonlyMap<Key, number>): string {
  return `[${keys.map((key) => numbers.get(key)).join(' ')}]`
}

function ednScalar(value: Value): string {
  return typeof value === 'number' ? `${value}` : quoted(value)
}

/** EDN strings are Java's; of the escapes that JSON knows, only those below are common to both. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')
  return `"${escaped}"`
}
