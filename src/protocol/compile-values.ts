/**
 * How each type of value is read and written, as closures for one flexibility: the leaves of a compiled message.
 *
 * Nothing here looks at a version: `compile.ts` has decided by then whether lengths are compact and a value may be null.
 */

import { located } from './protocol-error.ts'
import type { Reader } from './reader.ts'
import type { Primitive } from './schema.ts'
import type { Uuid } from './uuid.ts'
import type { Writer } from './writer.ts'

/** Reads and writes one type of value; `null` too, where it was compiled to be nullable. */
export interface ValueCodec {
  /** Bytes that the shortest value takes: bounds what a length read from the wire may promise. */
  readonly bytesMin: number
  read(reader: Reader): unknown
  /** Bad values are a `ProtocolError`. */
  write(writer: Writer, value: unknown): void
}

/** Whether lengths are compact, and whether null is a value. */
export interface ValueShape {
  readonly compact: boolean
  readonly nullable: boolean
}

/** The codec of a primitive. `unbounded` is for an int64 whose largest value means "no bound". */
export function primitiveCodec(primitive: Primitive, shape: ValueShape, unbounded: boolean): ValueCodec {
  switch (primitive) {
    case 'string':
      return stringCodec(shape)
    case 'bytes':
    case 'records':
      return bytesCodec(shape)
    case 'int64':
      return unbounded ? UNBOUNDED_INT64 : FIXED.int64
    default:
      return FIXED[primitive]
  }
}

const FIXED: Readonly<Record<Exclude<Primitive, 'string' | 'bytes' | 'records'>, ValueCodec>> = {
  bool: { bytesMin: 1, read: (reader) => reader.bool(), write: (writer, value) => writer.bool(value as boolean) },
  int8: { bytesMin: 1, read: (reader) => reader.int8(), write: (writer, value) => writer.int8(value as number) },
  int16: { bytesMin: 2, read: (reader) => reader.int16(), write: (writer, value) => writer.int16(value as number) },
  uint16: { bytesMin: 2, read: (reader) => reader.uint16(), write: (writer, value) => writer.uint16(value as number) },
  int32: { bytesMin: 4, read: (reader) => reader.int32(), write: (writer, value) => writer.int32(value as number) },
  uint32: { bytesMin: 4, read: (reader) => reader.uint32(), write: (writer, value) => writer.uint32(value as number) },
  int64: { bytesMin: 8, read: (reader) => reader.int64(), write: (writer, value) => writer.int64(value as number) },
  float64: {
    bytesMin: 8,
    read: (reader) => reader.float64(),
    write: (writer, value) => writer.float64(value as number),
  },
  uuid: { bytesMin: 16, read: (reader) => reader.uuid(), write: (writer, value) => writer.uuid(value as Uuid) },
}

const UNBOUNDED_INT64: ValueCodec = {
  bytesMin: 8,
  read: (reader) => reader.int64OrUnbounded(),
  write: (writer, value) => writer.int64OrUnbounded(value as number),
}

function stringCodec({ compact, nullable }: ValueShape): ValueCodec {
  return {
    bytesMin: compact ? 1 : 2,
    read(reader) {
      const length = compact ? reader.compactLength() : reader.length16()
      return length < 0 ? readNull(reader, nullable) : reader.string(length)
    },
    write(writer, value) {
      if (value === null && nullable) writeNull(writer, compact, 2)
      else writer.string(value as string, compact)
    },
  }
}

function bytesCodec({ compact, nullable }: ValueShape): ValueCodec {
  return {
    bytesMin: compact ? 1 : 4,
    read(reader) {
      const length = compact ? reader.compactLength() : reader.length32()
      return length < 0 ? readNull(reader, nullable) : reader.view(length)
    },
    write(writer, value) {
      if (value === null && nullable) writeNull(writer, compact, 4)
      else writer.bytes(value as Uint8Array, compact)
    },
  }
}

/** The codec of an array: its length, then its elements. */
export function arrayCodec(element: ValueCodec, { compact, nullable }: ValueShape): ValueCodec {
  return {
    bytesMin: compact ? 1 : 4,
    read(reader) {
      const count = compact ? reader.compactLength() : reader.length32()
      return count < 0 ? readNull(reader, nullable) : readElements(reader, count, element)
    },
    write(writer: Writer, value: unknown) {
      if (value === null && nullable) {
        writeNull(writer, compact, 4)
        return
      }
      if (!Array.isArray(value)) writer.fail('OUT_OF_RANGE', `${String(value)} is not an array`)
      if (compact) writer.unsignedVarint(value.length + 1)
      else writer.int32(value.length)
      writeElements(writer, value, element)
    },
  }
}

/** The codec of a nullable structure: a byte, negative for null, before it (KIP-893). */
export function nullableStructCodec(struct: ValueCodec): ValueCodec {
  return {
    bytesMin: 1,
    read: (reader) => (reader.int8() < 0 ? null : struct.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1)
      if (value !== null) struct.write(writer, value)
    },
  }
}

function readElements(reader: Reader, count: number, element: ValueCodec): readonly unknown[] {
  // Elements may take no bytes at all; counting those as one keeps the array no longer than the frame.
  if (count * Math.max(1, element.bytesMin) > reader.remaining) {
    reader.fail('TOO_LARGE', `an array of ${count} elements does not fit in the ${reader.remaining} bytes left`)
  }
  const elements: unknown[] = []
  try {
    while (elements.length < count) elements.push(element.read(reader))
  } catch (error) {
    throw located(error, `[${elements.length}]`)
  }
  return elements
}

function writeElements(writer: Writer, elements: readonly unknown[], element: ValueCodec): void {
  let index = 0
  try {
    for (; index < elements.length; index++) element.write(writer, elements[index])
  } catch (error) {
    throw located(error, `[${index}]`)
  }
}

function readNull(reader: Reader, nullable: boolean): null {
  if (!nullable) reader.fail('MALFORMED', 'null where this version has no null')
  return null
}

/** A null is the length -1, in `width` bytes, or compact the varint 0. */
function writeNull(writer: Writer, compact: boolean, width: 2 | 4): void {
  if (compact) writer.unsignedVarint(0)
  else if (width === 2) writer.int16(-1)
  else writer.int32(-1)
}
