/**
 * The answer to a request that failed as a whole: its error code wherever the answer's version has a place for one, at the
 * top, for each topic, for each partition, as the request names them. What Kafka's `AbstractRequest.getErrorResponse` is
 * for each API by hand, here once for all, from the schemas.
 *
 * An array of the answer is filled from the array of the request that is about the same: the one of its name, else the
 * first one; an element of it stands for the same thing where a name, an id or a number carries over. Everything else is at
 * its default; counts and offsets that nobody knows are -1. Where the request names nothing (metadata of all topics, a
 * fetch that goes on with its session) only the top can carry the code.
 */

import type { Api } from './apis.ts'
import type { ErrorCode } from './errors.ts'
import { type Decoded, type Encodable, type Field, type Fields, hasVersion, type Message } from './schema.ts'
import { implicitDefault } from './schema-defaults.ts'

type Values = Readonly<Record<string, unknown>>

interface Failure {
  readonly version: number
  readonly code: ErrorCode
  readonly message: string | null
}

/** What Kafka calls the number of a partition in one message or another. */
const PARTITION_NUMBERS: readonly string[] = ['partitionIndex', 'partition', 'index', 'partitionId']
/** Numbers whose "unknown" is -1, though their schema has no default. */
const UNKNOWN_IS_NEGATIVE: readonly string[] = ['leaderId', 'nodeId', 'producerEpoch', 'generationId']

/** See the head of this file. `request` was decoded at `version`; `message` is for people, null says nothing. */
export function errorAnswer<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  request: Decoded<Request>,
  code: ErrorCode,
  message: string | null = null,
): Encodable<Response> {
  const failure = { version, code, message }
  // The fields are walked as data here; that they fit was inferred from the same schema.
  return failed(api.response.fields, api.request.fields, request as Values, {}, failure) as Encodable<Response>
}

/** A structure of the answer; `asked` is what the request says of it, `carried` the values that it has from there. */
function failed(fields: Fields, askedFields: Fields, asked: Values, carried: Values, failure: Failure): Values {
  const { version, code, message } = failure
  const answer: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, version)) continue
    if (name === 'errorCode') answer[name] = code
    else if (name === 'errorMessage') answer[name] = message ?? (hasVersion(field.nullable, version) ? null : '')
    else if (Object.hasOwn(carried, name)) answer[name] = carried[name]
    else if (field.type.kind === 'array' && carriesErrors(field, version)) {
      answer[name] = failedElements(name, field, askedFields, asked, failure)
    } else answer[name] = unknownValue(name, field)
  }
  return answer
}

function failedElements(name: string, field: Field, askedFields: Fields, asked: Values, failure: Failure): Values[] {
  const source = sourceOf(name, askedFields, failure.version)
  const elements = source === undefined ? null : asked[source]
  if (source === undefined || !Array.isArray(elements)) return []
  const fields = elementFields(field) ?? {}
  const of = elementFields(askedFields[source]!)
  return elements.flatMap((element: unknown) => {
    const about = of === undefined ? {} : (element as Values)
    const carried = of === undefined ? carriedPrimitive(fields, element) : carriedFields(fields, about, failure.version)
    const isSameThing = Object.keys(carried).length > 0
    return isSameThing ? [failed(fields, of ?? {}, about, carried, failure)] : []
  })
}

/** The array of the request that the answer's array `name` is about. */
function sourceOf(name: string, askedFields: Fields, version: number): string | undefined {
  const arrays = Object.entries(askedFields).filter(
    ([, { type, versions }]) => type.kind === 'array' && hasVersion(versions, version),
  )
  return (arrays.find(([each]) => each === name) ?? arrays[0])?.[0]
}

function carriedFields(fields: Fields, about: Values, version: number): Values {
  const carried: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const { type, versions, nullable } = field
    if (type.kind !== 'primitive' || !hasVersion(versions, version)) continue
    const isNumber = PARTITION_NUMBERS.includes(name)
    const from = isNumber ? PARTITION_NUMBERS.find((each) => Object.hasOwn(about, each)) : name
    const isKey = isNumber || type.primitive === 'string' || type.primitive === 'uuid' || name === 'resourceType'
    if (from === undefined || !isKey || !Object.hasOwn(about, from)) continue
    // A request may name a topic by its id alone where the answer has no null for its name.
    carried[name] = about[from] ?? (hasVersion(nullable, version) ? null : implicitDefault(type, false))
  }
  return carried
}

/** A topic's name, or a partition's number, stands for the element. */
function carriedPrimitive(fields: Fields, element: unknown): Values {
  const wanted = typeof element === 'string' ? 'string' : 'int32'
  const place = Object.entries(fields).find(([, { type }]) => type.kind === 'primitive' && type.primitive === wanted)
  return place === undefined ? {} : { [place[0]]: element }
}

function carriesErrors(field: Field, version: number): boolean {
  return Object.entries(elementFields(field) ?? {}).some(
    ([name, inner]) => hasVersion(inner.versions, version) && (name === 'errorCode' || carriesErrors(inner, version)),
  )
}

function elementFields({ type }: Field): Fields | undefined {
  return type.kind === 'array' && typeof type.of !== 'string' ? type.of : undefined
}

function unknownValue(name: string, field: Field): unknown {
  const { type } = field
  if (type.kind === 'primitive') {
    // Not null, where there are none: librdkafka takes null for a protocol error.
    if (type.primitive === 'records') return implicitDefault(type, false)
    const isUnknown = type.primitive === 'int64' || UNKNOWN_IS_NEGATIVE.includes(name)
    if (!field.optional && isUnknown) return -1
  }
  return field.default
}
