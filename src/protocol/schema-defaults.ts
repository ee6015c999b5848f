/**
 * What a field is where nobody said anything: Kafka's implicit defaults, and structures made of nothing but defaults.
 *
 * The values are shared by all messages that were decoded, so they cannot be changed: frozen, or without content.
 */

import type { Fields, FieldType } from './schema.ts'
import { ZERO_UUID } from './uuid.ts'

/** The default of a field of this type that declares none; `isNullable` in any of its versions. */
export function implicitDefault(type: FieldType, isNullable: boolean): unknown {
  if (type.kind === 'array') return Object.freeze([])
  if (type.kind === 'struct') return defaultsOf(type.fields)
  switch (type.primitive) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'uuid':
      return ZERO_UUID
    case 'bytes':
      return new Uint8Array(0)
    case 'records':
      return isNullable ? null : new Uint8Array(0)
    default:
      return 0
  }
}

/** A structure with every field at its default; frozen, for it is shared. */
export function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(Object.entries(fields).map(([name, { default: value }]) => [name, value])))
}
