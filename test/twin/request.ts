/**
 * A request of a drawn sequence, as data that prints and shrinks, and how it becomes a body for one broker.
 *
 * What only a broker can say (a topic's id, a producer's id, a fetch session) stands in it as a symbol and is put in when
 * it is sent. A `~` in a text stands for the names that belong to the sequence alone, so that sequences do not meet.
 */

import { type Api, apis } from '../../src/protocol/apis.ts'
import { type Field, type Fields, hasVersion, type Message } from '../../src/protocol/schema.ts'
import { type BatchDescription, batchOf } from './batch.ts'

export type ApiName = keyof typeof apis

/** What a body is made of. */
export type Drawn = null | boolean | number | string | readonly Drawn[] | Symbolic | { readonly [name: string]: Drawn }

/** What is put in when the request is sent. */
export type Symbolic =
  | { readonly $: 'topic id'; readonly of: string; readonly back: number }
  | { readonly $: 'producer id'; readonly of: number }
  | { readonly $: 'session id'; readonly of: number }
  | { readonly $: 'time'; readonly plusMs: number }
  | { readonly $: 'log directory' }
  | BatchDescription

/** One request. */
export interface DrawnRequest {
  readonly api: ApiName
  readonly version: number
  readonly body: Drawn
  /** What happens to its bytes on the way; nothing where absent. */
  readonly damage?: Damage
}

/** A body that ends too early, a version or an API that nobody serves (`key` is put in place of the API's own). */
export type Damage =
  | { readonly kind: 'cut'; readonly bytes: number }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'key'; readonly key: number }

/** What one broker has said that requests refer to. */
export interface Known {
  /** Begins the names of this sequence. */
  readonly prefix: string
  /** The time that drawn times count from, in ms since the Unix epoch. */
  readonly baseMs: number
  /** By name, oldest first. */
  readonly topicIds: ReadonlyMap<string, readonly string[]>
  readonly producerIds: readonly number[]
  readonly sessionIds: readonly number[]
  /** Where the broker says that its logs lie. */
  readonly logDirectory: string
}

/** The end of ids that no topic has. */
export const NO_TOPIC_ID = '9tZSBvdGhlciB0b3BpYw'
const FIRST_UNKNOWN_PRODUCER = 1_000_000_000
const FIRST_UNKNOWN_SESSION = 7

/** The body that a broker is sent: symbols put in, and without the fields that the version lacks. */
export function bodyFor(request: DrawnRequest, known: Known): Readonly<Record<string, unknown>> {
  const { request: schema } = apis[request.api] as Api<Message, Message>
  return fitted(schema.fields, request.version, resolve(request.body, known) as Record<string, unknown>)
}

function resolve(drawn: Drawn, known: Known): unknown {
  if (typeof drawn === 'string') return drawn.replaceAll('~', known.prefix)
  if (drawn === null || typeof drawn !== 'object') return drawn
  if (Array.isArray(drawn)) return drawn.map((each) => resolve(each, known))
  if (isSymbolic(drawn)) return putIn(drawn, known)
  return Object.fromEntries(Object.entries(drawn).map(([name, value]) => [name, resolve(value as Drawn, known)]))
}

function isSymbolic(drawn: object): drawn is Symbolic {
  return '$' in drawn
}

function putIn(symbol: Symbolic, known: Known): unknown {
  switch (symbol.$) {
    case 'topic id': {
      const ids = known.topicIds.get(symbol.of.replaceAll('~', known.prefix)) ?? []
      return ids[ids.length - 1 - symbol.back] ?? `${symbol.of.at(-1)}${symbol.back}${NO_TOPIC_ID}`
    }
    case 'producer id':
      return producerIdOf(symbol.of, known)
    case 'session id':
      return known.sessionIds[symbol.of] ?? FIRST_UNKNOWN_SESSION + symbol.of
    case 'time':
      return known.baseMs + symbol.plusMs
    case 'log directory':
      return known.logDirectory
    case 'batch':
      return batchOf(symbol, known.baseMs, (producer) => producerIdOf(producer, known))
  }
}

function producerIdOf(index: number, { producerIds }: Known): number {
  return producerIds[index] ?? FIRST_UNKNOWN_PRODUCER + index
}

/** Leaves out fields that the version lacks, and puts what is empty in place of a null that it does not allow. */
function fitted(fields: Fields, version: number, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const present = Object.entries(fields).filter(([name, field]) => hasVersion(field.versions, version) && name in body)
  return Object.fromEntries(present.map(([name, field]) => [name, fitField(field, version, body[name])]))
}

function fitField({ type, nullable }: Field, version: number, value: unknown): unknown {
  if (value === null) return hasVersion(nullable, version) ? null : type.kind === 'array' ? [] : ''
  if (type.kind === 'struct') return fitted(type.fields, version, value as Record<string, unknown>)
  if (type.kind !== 'array' || typeof type.of === 'string') return value
  const { of } = type
  return (value as readonly Record<string, unknown>[]).map((each) => fitted(of, version, each))
}
