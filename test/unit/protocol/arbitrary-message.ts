/** Messages drawn from their schema: what a property needs to say something of every message at every version. */

import fc from 'fast-check'
import {
  type Decoded,
  type Field,
  type Fields,
  hasVersion,
  type Message,
  type Primitive,
} from '../../../src/protocol/schema.ts'
import { uuidFromBytes } from '../../../src/protocol/uuid.ts'

/** Values that this version can carry; fields that it lacks are at their defaults. */
export function arbitraryMessage<M extends Message>(schema: M, version: number): fc.Arbitrary<Decoded<M>> {
  return arbitraryFields(schema.fields, version) as fc.Arbitrary<Decoded<M>>
}

function arbitraryFields(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(fields).map(([name, field]) => [name, arbitraryField(field, version)] as const)
  return fc.record(Object.fromEntries(entries), { noNullPrototype: true })
}

function arbitraryField(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!hasVersion(field.versions, version)) return fc.constant(field.default)
  const present = arbitraryType(field, version)
  const value = field.tag === undefined ? present : fc.oneof(present, fc.constant(field.default))
  return hasVersion(field.nullable, version) ? fc.option(value) : value.filter((each) => each !== null)
}

function arbitraryType({ type }: Field, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'primitive':
      return arbitraryPrimitive(type.primitive)
    case 'struct':
      return arbitraryFields(type.fields, version)
    case 'array':
      return fc.array(typeof type.of === 'string' ? arbitraryPrimitive(type.of) : arbitraryFields(type.of, version), {
        maxLength: 4,
      })
  }
}

function arbitraryPrimitive(primitive: Primitive): fc.Arbitrary<unknown> {
  switch (primitive) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f })
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff })
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff })
    case 'int64':
      return fc.maxSafeInteger()
    case 'float64':
      return fc.double({ noNaN: true })
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 20 })
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((sixteen) => uuidFromBytes(sixteen))
    case 'bytes':
    case 'records':
      return fc.oneof(
        { weight: 4, arbitrary: fc.uint8Array({ maxLength: 40 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1000, max: 1100 }).map((size) => new Uint8Array(size).fill(size)) },
      )
  }
}
