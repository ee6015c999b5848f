/**
 * Compares a schema of ours with Kafka's own definition of the same message, field by field.
 *
 * Only what can be seen in the versions that ours has is compared: ranges are cut to them, and to those of the structure
 * around. So a field that only an unstable version has must be absent, and `0+` equals `3+` where versions begin at 3.
 * Not compared: descriptions, entity types, names of structures.
 */

import {
  ANY_LATER,
  type Field,
  type Fields,
  type Message,
  UNBOUNDED,
  type VersionRange,
  type Versions,
  versionRange,
} from '../../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'

/** A field as Kafka defines it. */
export interface OfficialField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly ignorable?: boolean
  readonly mapKey?: boolean
  readonly fields?: readonly OfficialField[]
}

/** A message as Kafka defines it. */
export interface OfficialMessage {
  readonly name: string
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly latestVersionUnstable?: boolean
  readonly fields: readonly OfficialField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly OfficialField[] }[]
}

/** Reads a definition: JSON with comments on lines of their own or behind a field. */
export function parseOfficialSchema(text: string): OfficialMessage {
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, '').replace(/([,{[])\s*\/\/.*$/gm, '$1')) as OfficialMessage
}

/** The versions of a definition that Kafka calls stable. */
export function stableVersions(official: OfficialMessage): VersionRange {
  const range = rangeOf(official.validVersions) ?? { min: 0, max: -1 }
  return official.latestVersionUnstable === true ? { min: range.min, max: range.max - 1 } : range
}

/** Differences between the two, one line each; none where they agree. `versions` are those that ours must have. */
export function compareSchema(
  ours: Message,
  official: OfficialMessage,
  versions: VersionRange = stableVersions(official),
): readonly string[] {
  const differences: string[] = []
  const expect = (what: string, mine: unknown, theirs: unknown) => {
    const [left, right] = [JSON.stringify(mine), JSON.stringify(theirs)]
    if (left !== right) differences.push(`${what} is ${left}, in Kafka ${right}`)
  }
  expect('name', ours.name, official.name)
  expect('apiKey', ours.apiKey, official.apiKey)
  expect('versions', ours.versions, versions)
  expect('flexible', cut(ours.flexible, versions), cut(rangeOf(official.flexibleVersions), versions))

  const compareFields = (path: string, mine: Fields, theirs: readonly OfficialField[], scope: VersionRange): void => {
    const visible = theirs.filter(({ versions: text }) => cut(rangeOf(text), scope) !== undefined)
    expect(
      `${path}: the order of fields`,
      Object.keys(mine),
      visible.map(({ name }) => camelCase(name)),
    )
    for (const field of visible) {
      const own = mine[camelCase(field.name)]
      if (own !== undefined) compareField(`${path}.${camelCase(field.name)}`, own, field, scope)
    }
  }

  const compareField = (path: string, mine: Field, theirs: OfficialField, scope: VersionRange): void => {
    const inner = cut(rangeOf(theirs.versions), scope)!
    const nested = theirs.fields ?? commonFields(official, theirs.type)
    expect(`${path}: type`, typeText(mine), nested === undefined ? theirs.type : theirs.type.replace(/\w+/, 'struct'))
    expect(`${path}: versions`, cut(mine.versions, scope), inner)
    expect(`${path}: nullable`, cut(mine.nullable, inner), cut(rangeOf(theirs.nullableVersions), inner))
    expect(`${path}: tagged`, cut(mine.tagged, inner), cut(rangeOf(theirs.taggedVersions), inner))
    expect(`${path}: tag`, mine.tag, theirs.tag)
    expect(`${path}: default`, ownDefault(mine), officialDefault(theirs, nested !== undefined))
    expect(`${path}: ignorable`, mine.ignorable, theirs.ignorable ?? false)
    expect(`${path}: mapKey`, mine.mapKey, theirs.mapKey ?? false)
    const ownFields = fieldsWithin(mine)
    if (nested !== undefined && ownFields !== undefined) compareFields(path, ownFields, nested, inner)
  }

  compareFields(ours.name, ours.fields, official.fields, versions)
  return differences
}

function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function rangeOf(text: string | undefined): VersionRange | undefined {
  return text === undefined || text === 'none' ? undefined : versionRange(text as Versions)
}

/** The part of the range that lies in the scope, with an end that is the scope's written as such. */
function cut(range: VersionRange | undefined, scope: VersionRange): VersionRange | undefined {
  if (range === undefined) return undefined
  const cutRange = { min: Math.max(range.min, scope.min), max: Math.min(range.max, scope.max, ANY_LATER) }
  return cutRange.min <= cutRange.max ? cutRange : undefined
}

function commonFields(official: OfficialMessage, type: string): readonly OfficialField[] | undefined {
  return official.commonStructs?.find(({ name }) => name === type.replace('[]', ''))?.fields
}

function fieldsWithin({ type }: Field): Fields | undefined {
  if (type.kind === 'struct') return type.fields
  return type.kind === 'array' && typeof type.of !== 'string' ? type.of : undefined
}

function typeText({ type }: Field): string {
  if (type.kind === 'primitive') return type.primitive
  if (type.kind === 'struct') return 'struct'
  return typeof type.of === 'string' ? `[]${type.of}` : '[]struct'
}

/** Defaults in a form that both sides have: structures and bytes by a word. */
function ownDefault({ type, default: value }: Field): unknown {
  if (value === null) return null
  if (type.kind === 'struct') return 'a structure of defaults'
  return value instanceof Uint8Array ? 'no bytes' : value
}

function officialDefault(field: OfficialField, isStructured: boolean): unknown {
  const { type, default: value } = field
  if (value === 'null' && field.nullableVersions !== undefined) return null
  if (type.startsWith('[]')) return []
  if (isStructured) return 'a structure of defaults'
  switch (type) {
    case 'bool':
      return String(value) === 'true'
    case 'string':
      return value ?? ''
    case 'uuid':
      return value ?? ZERO_UUID
    case 'bytes':
      return 'no bytes'
    case 'records':
      return field.nullableVersions === undefined ? 'no bytes' : null
    default:
      return String(value) === '9223372036854775807' ? UNBOUNDED : Number(value ?? 0)
  }
}
