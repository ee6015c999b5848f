/**
 * The schema language: all versions of a message as one table of fields, each with the versions that have it.
 *
 * A schema is data. `codec.ts` turns it into functions for one version at a time, and the TypeScript types of a message
 * are inferred from it: `Decoded` is what reading gives (every field, with its default where the version lacks it),
 * `Encodable` is what writing takes (fields with a default may be left out).
 *
 * Names are Kafka's in camelCase. What is not here: the meaning of a field, and any check beyond its type.
 * Source: the message definitions of Apache Kafka 4.2; KIP-482 for flexible versions and tagged fields.
 */

import { assert } from '../world/assert.ts'
import type { MessageCodec } from './compile.ts'
import { implicitDefault } from './schema-defaults.ts'
import type { Uuid } from './uuid.ts'

/** Versions as Kafka writes them: `3+`, `3-13` or `3`. */
export type Versions = `${number}+` | `${number}-${number}` | `${number}`

/** Versions `min` to `max`, both included; an open end is `ANY_LATER`. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** The `max` of a range without an upper end: the largest int16. */
export const ANY_LATER = 0x7fff

/**
 * The default of an int64 that means "no bound": on the wire the largest int64, which is beyond the safe integers. A
 * field with this default maps that one value to and from `Number.MAX_SAFE_INTEGER`.
 */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER

/** The primitive types by name, and what each is in memory. `records` are bytes that hold record batches. */
export interface PrimitiveValues {
  readonly bool: boolean
  readonly int8: number
  readonly int16: number
  readonly uint16: number
  readonly int32: number
  readonly uint32: number
  readonly int64: number
  readonly float64: number
  readonly string: string
  readonly uuid: Uuid
  readonly bytes: Uint8Array
  readonly records: Uint8Array
}

export type Primitive = keyof PrimitiveValues

/** What a field holds: a primitive, a structure, or an array of one of these. */
export type FieldType =
  | { readonly kind: 'primitive'; readonly primitive: Primitive }
  | { readonly kind: 'struct'; readonly fields: Fields }
  | { readonly kind: 'array'; readonly of: Primitive | Fields }

/** Fields in the order in which they are written. */
export type Fields = Readonly<Record<string, Field>>

/** One field. `Value` is what decoding gives, `Input` what encoding takes; `Optional` whether it may be left out there. */
export interface Field<Value = unknown, Input = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType
  readonly versions: VersionRange
  /** The versions in which it may be null. */
  readonly nullable: VersionRange | undefined
  /** The versions in which it is a tagged field. */
  readonly tagged: VersionRange | undefined
  readonly tag: number | undefined
  /** Its value where a version lacks the field, or a tagged field is absent. */
  readonly default: unknown
  /** A value other than the default may be dropped silently where a version lacks the field. */
  readonly ignorable: boolean
  /** Elements of the array around it are told apart by it. Only documents; an array stays an array. */
  readonly mapKey: boolean
  readonly optional: Optional
  /** Only for inference; never there. */
  readonly inferred?: { readonly value: Value; readonly input: Input }
}

/** See the properties of the same names in `Field`. Unless told otherwise a field is not nullable and not tagged. */
export interface FieldOptions<Default = unknown> {
  readonly versions: Versions
  readonly nullable?: Versions
  /** Kafka's implicit defaults, where left out: false, 0, '', the zero UUID, no bytes, no elements; records: null. */
  readonly default?: Default | null
  readonly ignorable?: boolean
  readonly tag?: number
  readonly tagged?: Versions
  readonly mapKey?: boolean
}

type OrNull<Value, Options> = Options extends { readonly nullable: string } ? Value | null : Value

type MayBeLeftOut<Options> = Options extends
  | { readonly default: unknown }
  | { readonly tagged: string }
  | { readonly ignorable: true }
  ? true
  : false

type FieldOf<Value, Input, Options> = Field<OrNull<Value, Options>, OrNull<Input, Options>, MayBeLeftOut<Options>>

type ValueOfElement<Element> = Element extends Primitive
  ? PrimitiveValues[Element]
  : Element extends Fields
    ? DecodedFields<Element>
    : never

type InputOfElement<Element> = Element extends Primitive
  ? PrimitiveValues[Element]
  : Element extends Fields
    ? EncodableFields<Element>
    : never

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F]

type InputOf<F extends Field> = F extends Field<unknown, infer Input> ? Input : never

/** What decoding gives for these fields. */
export type DecodedFields<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer Value> ? Value : never
}

/** What encoding takes for these fields. */
export type EncodableFields<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: InputOf<F[K]>
} & {
  readonly [K in OptionalKeys<F>]?: InputOf<F[K]> | undefined
}

/** What decoding a message gives: every field, in every version. */
export type Decoded<M extends Message> = M extends Message<infer F> ? DecodedFields<F> : never

/** What encoding a message takes: fields that are tagged, ignorable or have a `default` may be left out. */
export type Encodable<M extends Message> = M extends Message<infer F> ? EncodableFields<F> : never

/** The schema of a request, a response, or of data in a record. */
export interface Message<F extends Fields = Fields> {
  readonly name: string
  /** The key of the API, or for data in a record the record's type, where there is one. */
  readonly apiKey: number | undefined
  readonly versions: VersionRange
  /** The versions with compact lengths and tagged fields; undefined where none has them. */
  readonly flexible: VersionRange | undefined
  readonly fields: F
  /** The versions compiled so far, by version; a cache that `codec.ts` keeps. */
  readonly compiled: (MessageCodec | undefined)[]
}

/** Declares a message. Its field names and order are the message's; see `Message`. */
export function message<const F extends Fields>(
  about: {
    readonly name: string
    readonly apiKey?: number
    readonly versions: Versions
    readonly flexible: Versions | 'none'
  },
  fields: F,
): Message<F> {
  return {
    name: about.name,
    apiKey: about.apiKey,
    versions: versionRange(about.versions),
    flexible: about.flexible === 'none' ? undefined : versionRange(about.flexible),
    fields,
    compiled: [],
  }
}

/** True where the range has the version; an absent range has none. */
export function hasVersion(range: VersionRange | undefined, version: number): boolean {
  return range !== undefined && version >= range.min && version <= range.max
}

/** The range that `text` spells. */
export function versionRange(text: Versions): VersionRange {
  const [min = '', max = min] = text.endsWith('+') ? [text.slice(0, -1), String(ANY_LATER)] : text.split('-')
  const range = { min: Number(min), max: Number(max) }
  assert(Number.isInteger(range.min) && range.min >= 0 && range.max >= range.min, `"${text}" is a range of versions`)
  return range
}

/** A boolean. */
export function bool<const O extends FieldOptions<boolean>>(options: O) {
  return primitive('bool', options)
}

/** A signed 8-bit integer. */
export function int8<const O extends FieldOptions<number>>(options: O) {
  return primitive('int8', options)
}

/** A signed 16-bit integer. */
export function int16<const O extends FieldOptions<number>>(options: O) {
  return primitive('int16', options)
}

/** An unsigned 16-bit integer. */
export function uint16<const O extends FieldOptions<number>>(options: O) {
  return primitive('uint16', options)
}

/** A signed 32-bit integer. */
export function int32<const O extends FieldOptions<number>>(options: O) {
  return primitive('int32', options)
}

/** An unsigned 32-bit integer. */
export function uint32<const O extends FieldOptions<number>>(options: O) {
  return primitive('uint32', options)
}

/** A signed 64-bit integer, in memory a safe integer. */
export function int64<const O extends FieldOptions<number>>(options: O) {
  return primitive('int64', options)
}

/** An IEEE 754 double. */
export function float64<const O extends FieldOptions<number>>(options: O) {
  return primitive('float64', options)
}

/** A text of at most 32767 bytes in UTF-8. */
export function string<const O extends FieldOptions<string>>(options: O) {
  return primitive('string', options)
}

/** A UUID of 16 bytes. */
export function uuid<const O extends FieldOptions<Uuid>>(options: O) {
  return primitive('uuid', options)
}

/** Bytes; decoded as a view of the input. */
export function bytes<const O extends FieldOptions<Uint8Array>>(options: O) {
  return primitive('bytes', options)
}

/** Record batches, as bytes; decoded as a view of the input. */
export function records<const O extends FieldOptions<Uint8Array>>(options: O) {
  return primitive('records', options)
}

/** A structure in a structure. */
export function struct<const F extends Fields, const O extends FieldOptions<never>>(
  fields: F,
  options: O,
): FieldOf<DecodedFields<F>, EncodableFields<F>, O> {
  return field({ kind: 'struct', fields }, options)
}

/** An array of a primitive, named as in `PrimitiveValues`, or of structures, given by their fields. */
export function array<const E extends Primitive | Fields, const O extends FieldOptions<readonly never[]>>(
  of: E,
  options: O,
): FieldOf<readonly ValueOfElement<E>[], readonly InputOfElement<E>[], O> {
  return field({ kind: 'array', of }, options)
}

function primitive<P extends Primitive, O extends FieldOptions>(
  name: P,
  options: O,
): FieldOf<PrimitiveValues[P], PrimitiveValues[P], O> {
  return field({ kind: 'primitive', primitive: name }, options)
}

function field<Value, Input, O extends FieldOptions>(type: FieldType, options: O): FieldOf<Value, Input, O> {
  const nullable = options.nullable === undefined ? undefined : versionRange(options.nullable)
  assert(options.default !== null || nullable !== undefined, 'a field whose default is null is nullable')
  assert((options.tag === undefined) === (options.tagged === undefined), 'a tag and its versions come together')
  const optional = options.default !== undefined || options.tagged !== undefined || options.ignorable === true
  return {
    type,
    versions: versionRange(options.versions),
    nullable,
    tagged: options.tagged === undefined ? undefined : versionRange(options.tagged),
    tag: options.tag,
    default: options.default === undefined ? implicitDefault(type, nullable !== undefined) : options.default,
    ignorable: options.ignorable ?? false,
    mapKey: options.mapKey ?? false,
    // The type says the same as this value: both follow from which options are there.
    optional: optional as MayBeLeftOut<O>,
  }
}
