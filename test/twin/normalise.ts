/**
 * An answer without what must differ between two brokers: ids become symbols that say what they are the id of, times of an
 * append become a word, the sequence's own prefix becomes `~`, addresses go. Arrays in which an element has a name are put
 * in the order of the names: Kafka builds most of them from hash maps. Record batches become what is in them.
 */

import { describedBatches } from './fetched-batches.ts'
import { type Known, NO_TOPIC_ID } from './request.ts'
import { DRAWN_TOPIC_IDS } from './requests/pools.ts'
import { producerOf, timeOf } from './symbols.ts'

/** Not compared: where a broker is, and how far its metadata log. */
const LEFT_OUT: ReadonlySet<string> = new Set(['host', 'port', 'finalizedFeaturesEpoch'])
/** Each broker has its own disk; whether it tells of it is compared. */
const VOLUME_SIZES: ReadonlySet<string> = new Set(['totalBytes', 'usableBytes'])
/** What tells the elements of an array apart, as far as they have it. */
const NAMES = [
  ...['name', 'topic', 'topicName', 'topicId', 'resourceType', 'resourceName', 'index', 'partitionIndex'],
  ...['apiKey', 'feature', 'nodeId', 'brokerId', 'replicaId', 'producerId'],
]

/** What a name begins with that belongs to a sequence. */
const SEQUENCE_NAME = /^t[a-z][0-9a-z]*\d{6}-/

export function normalised(value: unknown, known: Known, field = ''): unknown {
  if (value instanceof Uint8Array) return field === 'records' ? describedBatches(value, known) : hex(value)
  if (typeof value === 'string') return field === 'topicId' ? idOf(value, known) : textOf(value, known)
  if (typeof value === 'number') return numberOf(value, known, field)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    return inOrder(merged(value.filter(isOurs(known)).map((each) => normalised(each, known, field))))
  }
  const entries = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name))
  return Object.fromEntries(entries.map(([name, each]) => [name, normalised(each, known, name)]))
}

function numberOf(value: number, known: Known, field: string): number | string {
  if (VOLUME_SIZES.has(field)) return value > 0 ? 'a size' : value
  if (field === 'producerId') return producerOf(value, known)
  if (field === 'sessionId') {
    const place = known.sessionIds.indexOf(value)
    return place < 0 ? value : `session ${place}`
  }
  return timeOf(value, known)
}

/** What an id is the id of. Of a topic that was only to be tried it is never seen again. */
function idOf(value: string, known: Known): string {
  for (const [name, ids] of known.topicIds) {
    const place = ids.indexOf(value)
    if (place >= 0) return `id ${place} of ${textOf(name, known)}`
  }
  return DRAWN_TOPIC_IDS.includes(value) || value.endsWith(NO_TOPIC_ID) ? value : 'an id'
}

function textOf(value: string, { prefix, logDirectory }: Known): string {
  return value === logDirectory ? 'the log directory' : value.replaceAll(prefix, '~')
}

/** A Fetch response of Kafka's has a topic more than once where its partitions were not found in a row. */
function merged(elements: readonly unknown[]): readonly unknown[] {
  const topics = new Map<string, { readonly partitions: readonly unknown[] }>()
  const others = elements.filter((element) => {
    const { topic, topicId, partitions } = (element ?? {}) as Readonly<Record<string, unknown>>
    if (topic === undefined || !Array.isArray(partitions)) return true
    const known = topics.get(`${topic}/${topicId}`)
    const all = inOrder([...(known?.partitions ?? []), ...partitions])
    topics.set(`${topic}/${topicId}`, { ...(element as object), partitions: all })
    return false
  })
  return [...others, ...topics.values()]
}

/** Whether an element is about something that another sequence has not made. */
function isOurs({ prefix }: Known): (element: unknown) => boolean {
  return (element) => {
    if (element === null || typeof element !== 'object') return true
    const { name, topic = name, resourceName = topic } = element as Readonly<Record<string, unknown>>
    return typeof resourceName !== 'string' || !SEQUENCE_NAME.test(resourceName) || resourceName.startsWith(prefix)
  }
}

function inOrder(elements: readonly unknown[]): readonly unknown[] {
  const keyOf = (element: unknown): string => {
    if (element === null || typeof element !== 'object') return ''
    const named = element as Readonly<Record<string, unknown>>
    return NAMES.map((name) => (name in named ? String(named[name]).padStart(8, '0') : '')).join('/')
  }
  return elements
    .map((element, place) => ({ element, place, key: keyOf(element) }))
    .map((each) => ({
      ...each,
      key: isOutcome(each.element) ? `${each.key} ${JSON.stringify(each.element)}` : each.key,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.place - b.place))
    .map(({ element }) => element)
}

/** Of what became of one topic that was to be deleted twice Kafka tells in any order. */
function isOutcome(element: unknown): boolean {
  if (element === null || typeof element !== 'object' || !('errorCode' in element)) return false
  return !Object.values(element).some((value) => Array.isArray(value))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
