/**
 * Messages from bytes and to bytes, at one version of their schema.
 *
 * Malformed bytes and values that cannot be carried are `ProtocolError`s; nothing else is thrown. Decoded byte fields are
 * views of the input. A version is compiled when it is first used and kept with its schema.
 */

import { compileStruct, type MessageCodec } from './compile.ts'
import { ProtocolError } from './protocol-error.ts'
import { Reader } from './reader.ts'
import { type Decoded, type Encodable, hasVersion, type Message } from './schema.ts'
import { Writer } from './writer.ts'

/** Decodes bytes `[start, end)`, which must hold the message and nothing after it. */
export function decodeMessage<M extends Message>(
  schema: M,
  version: number,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Decoded<M> {
  const reader = new Reader(bytes, start, end)
  const decoded = readMessage(schema, version, reader)
  reader.expectEnd(schema.name)
  return decoded
}

/** Reads the message at the reader's position and leaves the reader after it. */
export function readMessage<M extends Message>(schema: M, version: number, reader: Reader): Decoded<M> {
  // The schema's type was inferred from the very fields that the codec was compiled from.
  return codecOf(schema, version, reader.position).read(reader) as Decoded<M>
}

/** Encodes a message into one new array, which may be a view of a larger buffer that nobody else has. */
export function encodeMessage<M extends Message>(schema: M, version: number, value: Encodable<M>): Uint8Array {
  const writer = new Writer({ splits: false })
  writeMessage(schema, version, value, writer)
  return writer.whole()
}

/**
 * Encodes a message into parts, in order: byte fields of 1 KiB or more are parts of their own, uncopied, and belong to
 * the output until it was sent. `prefix` is copied before the message.
 */
export function encodeMessageParts<M extends Message>(
  schema: M,
  version: number,
  value: Encodable<M>,
  prefix?: Uint8Array,
): Uint8Array[] {
  const writer = new Writer({ splits: true })
  if (prefix !== undefined) writer.raw(prefix)
  writeMessage(schema, version, value, writer)
  return writer.parts()
}

/** Writes the message at the writer's end. */
export function writeMessage<M extends Message>(schema: M, version: number, value: Encodable<M>, writer: Writer): void {
  codecOf(schema, version, writer.length).write(writer, value)
}

/** True where the version has compact lengths and tagged fields. */
function isFlexible(schema: Message, version: number): boolean {
  return hasVersion(schema.flexible, version)
}

function codecOf(schema: Message, version: number, position: number): MessageCodec {
  const known = schema.compiled[version]
  if (known !== undefined) return known
  if (!Number.isInteger(version) || !hasVersion(schema.versions, version)) {
    const { min, max } = schema.versions
    const detail = `${schema.name} has versions ${min} to ${max}, not ${version}`
    throw new ProtocolError('UNSUPPORTED_VERSION', position, detail)
  }
  const codec = compileStruct(schema.fields, version, isFlexible(schema, version))
  schema.compiled[version] = codec
  return codec
}
