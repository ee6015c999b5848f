/**
 * From a schema and a version to the functions that read and write it.
 *
 * A structure becomes short lists: the fields that the version writes in order, its tagged fields by tag, and the fields
 * it lacks. No code is generated: the lists hold closures, and a decoded object gets all fields of its schema in order,
 * read or by default, so that all objects of a structure have one shape.
 *
 * Flexible versions (KIP-482) end each structure with its tagged fields: a varint count, then per field a varint tag, a
 * varint size, and the value. Tags that the schema does not know are skipped. They are written in ascending order, and
 * read in any order, as Kafka does.
 */

import { arrayCodec, nullableStructCodec, primitiveCodec, type ValueCodec } from './compile-values.ts'
import { located } from './protocol-error.ts'
import type { Reader } from './reader.ts'
import { type Field, type Fields, hasVersion, UNBOUNDED } from './schema.ts'
import { defaultsOf } from './schema-defaults.ts'
import type { Writer } from './writer.ts'

/** One version of a message. */
export type MessageCodec = ValueCodec

type Values = Record<string, unknown>

interface CompiledField {
  readonly name: string
  readonly field: Field
  /** Null is a value in this version. */
  readonly nullable: boolean
  readonly codec: ValueCodec
}

/** A field of a decoded structure: read where the version writes it in order, else its default. */
interface Slot {
  readonly name: string
  readonly initial: unknown
  readonly codec: ValueCodec | undefined
}

interface CompiledStruct {
  /** All fields, in the order of the schema, which is also that of the bytes. */
  readonly slots: readonly Slot[]
  readonly plain: readonly CompiledField[]
  /** In ascending order of their tags. */
  readonly tagged: readonly CompiledField[]
  /** Not in this version, and not ignorable. */
  readonly lacking: readonly CompiledField[]
  readonly flexible: boolean
}

/** The codec of a structure with these fields at one version. */
export function compileStruct(fields: Fields, version: number, flexible: boolean): ValueCodec {
  const compiled = Object.entries(fields).map(([name, field]) => compileField(name, field, version, flexible))
  const isTagged = ({ field }: CompiledField) => flexible && hasVersion(field.tagged, version)
  const plain = compiled.filter((each) => hasVersion(each.field.versions, version) && !isTagged(each))
  const defaults = defaultsOf(fields)
  const struct: CompiledStruct = {
    slots: compiled.map((each) => ({
      name: each.name,
      initial: defaults[each.name],
      codec: plain.includes(each) ? each.codec : undefined,
    })),
    plain,
    tagged: compiled.filter(isTagged).sort((left, right) => left.field.tag! - right.field.tag!),
    lacking: compiled.filter(({ field }) => !hasVersion(field.versions, version) && !field.ignorable),
    flexible,
  }
  return {
    bytesMin: struct.plain.reduce((sum, { codec }) => sum + codec.bytesMin, flexible ? 1 : 0),
    read: (reader) => readStruct(reader, struct),
    write: (writer, value) => writeStruct(writer, struct, value),
  }
}

function compileField(name: string, field: Field, version: number, flexible: boolean): CompiledField {
  const nullable = hasVersion(field.nullable, version)
  return { name, field, nullable, codec: compileType(field, version, { compact: flexible, nullable }) }
}

function compileType(
  { type, default: initial }: Field,
  version: number,
  shape: { readonly compact: boolean; readonly nullable: boolean },
): ValueCodec {
  switch (type.kind) {
    case 'primitive':
      return primitiveCodec(type.primitive, shape, initial === UNBOUNDED)
    case 'struct': {
      const struct = compileStruct(type.fields, version, shape.compact)
      return shape.nullable ? nullableStructCodec(struct) : struct
    }
    case 'array': {
      const element =
        typeof type.of === 'string'
          ? primitiveCodec(type.of, { compact: shape.compact, nullable: false }, false)
          : compileStruct(type.of, version, shape.compact)
      return arrayCodec(element, shape)
    }
  }
}

function readStruct(reader: Reader, { slots, tagged, flexible }: CompiledStruct): Values {
  const values: Values = {}
  let index = 0
  try {
    for (; index < slots.length; index++) {
      const { name, initial, codec } = slots[index]!
      values[name] = codec === undefined ? initial : codec.read(reader)
    }
  } catch (error) {
    throw located(error, slots[index]!.name)
  }
  if (flexible) readTaggedFields(reader, tagged, values)
  return values
}

function readTaggedFields(reader: Reader, known: readonly CompiledField[], values: Values): void {
  const count = reader.taggedFieldCount()
  for (let index = 0; index < count; index++) {
    const tag = reader.unsignedVarint()
    const size = reader.unsignedVarint()
    const start = reader.take(size)
    const entry = known.find(({ field }) => field.tag === tag)
    if (entry !== undefined) values[entry.name] = readTaggedField(reader, entry, start, size)
  }
}

/** Reads the field in bytes `[start, start + size)`, which it must fill, and leaves the reader after them. */
function readTaggedField(reader: Reader, { name, codec }: CompiledField, start: number, size: number): unknown {
  const end = reader.end
  reader.position = start
  reader.end = start + size
  try {
    const value = codec.read(reader)
    if (reader.remaining > 0)
      reader.fail('MALFORMED', `a tagged field of ${size} bytes has ${reader.remaining} left over`)
    return value
  } catch (error) {
    throw located(error, name)
  } finally {
    reader.end = end
  }
}

function writeStruct(writer: Writer, struct: CompiledStruct, value: unknown): void {
  if (typeof value !== 'object' || value === null) writer.fail('OUT_OF_RANGE', `${String(value)} is not a structure`)
  const values = value as Values
  const { plain, tagged, lacking } = struct
  for (let index = 0; index < lacking.length; index++) checkLacking(writer, lacking[index]!, values)
  for (let index = 0; index < plain.length; index++) writeField(writer, plain[index]!, values)
  if (!struct.flexible) return
  if (tagged.length === 0) writer.unsignedVarint(0)
  else writeTaggedFields(writer, tagged, values)
}

function writeField(writer: Writer, entry: CompiledField, values: Values): void {
  const { name, field, codec } = entry
  let value = values[name]
  try {
    if (value === undefined) {
      if (!field.optional) writer.fail('OUT_OF_RANGE', 'the field has no default and no value was given')
      value = field.default
    }
    if (value === null && !entry.nullable) {
      if (field.nullable !== undefined) writer.fail('UNSUPPORTED_VERSION', 'this version cannot carry null here')
      writer.fail('OUT_OF_RANGE', 'null in a field that is never null')
    }
    codec.write(writer, value)
  } catch (error) {
    throw located(error, name)
  }
}

function writeTaggedFields(writer: Writer, tagged: readonly CompiledField[], values: Values): void {
  const present = tagged.filter(({ name, field }) => !isDefault(field, values[name]))
  writer.unsignedVarint(present.length)
  for (const entry of present) {
    writer.unsignedVarint(entry.field.tag!)
    const mark = writer.openSize()
    writeField(writer, entry, values)
    writer.closeSize(mark)
  }
}

function checkLacking(writer: Writer, { name, field }: CompiledField, values: Values): void {
  if (isDefault(field, values[name])) return
  try {
    writer.fail('UNSUPPORTED_VERSION', 'this version lacks the field, and its value must not be dropped')
  } catch (error) {
    throw located(error, name)
  }
}

/** True for a value that says no more than leaving the field out does. */
function isDefault(field: Field, value: unknown): boolean {
  const { type, default: initial } = field
  if (value === undefined || value === initial) return true
  if (value === null || initial === null) return false
  if (type.kind === 'array') return Array.isArray(value) && value.length === 0
  if (type.kind === 'struct') {
    return Object.entries(type.fields).every(([name, inner]) => isDefault(inner, (value as Values)[name]))
  }
  return value instanceof Uint8Array && value.length === 0
}
