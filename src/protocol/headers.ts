/**
 * Headers of requests and responses, and whole frames.
 *
 * A frame is `[length i32]` and then that many bytes, of which the header is the first part:
 * - request header v1: `[api key i16][api version i16][correlation id i32][client id: nullable string]`; v2, of flexible
 *   versions, adds tagged fields. The client id has a two-byte length in both, so that a broker can read the header of
 *   an ApiVersions request that is newer than itself.
 * - response header v0: `[correlation id i32]`; v1, of flexible versions, adds tagged fields. ApiVersions keeps v0 always.
 *
 * Source: Kafka protocol guide; KIP-482; KIP-511. Decoding begins behind the length: frames are cut by `wire`.
 */

import { type Api, apiByKey, apis } from './apis.ts'
import { readMessage, writeMessage } from './codec.ts'
import { Reader } from './reader.ts'
import type { Decoded, Encodable, Message } from './schema.ts'
import { Writer } from './writer.ts'

/** A request's header. */
export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** Where the body begins: an index into the bytes that were decoded. */
  readonly bodyStart: number
  /** The API of this key; undefined where it is unknown, and the header was read as v1. */
  readonly api: Api | undefined
}

/** Reads the header of the request in bytes `[start, end)`, a frame without its length. Errors: `ProtocolError`. */
export function decodeRequestHeader(bytes: Uint8Array, start = 0, end: number = bytes.length): RequestHeader {
  const reader = new Reader(bytes, start, end)
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const length = reader.length16()
  const clientId = length < 0 ? null : reader.string(length)
  const api = apiByKey(apiKey)
  if (api !== undefined && apiVersion >= api.flexibleFrom) skipTaggedFields(reader)
  return { apiKey, apiVersion, correlationId, clientId, bodyStart: reader.position, api }
}

/**
 * Reads the body of the request in bytes `[start, end)`. Bytes behind it are passed over, as Kafka does: librdkafka leaves
 * three behind a Metadata request from version 9 on that asks for all topics. Errors: `ProtocolError`.
 */
export function decodeRequestBody<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  bytes: Uint8Array,
  start: number,
  end: number = bytes.length,
): Decoded<Request> {
  return readMessage(api.request, version, new Reader(bytes, start, end))
}

/** A whole request, length included, in one array. Errors: `ProtocolError`. */
export function encodeRequest<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Encodable<Request>,
): Uint8Array {
  const writer = new Writer({ splits: false })
  writeRequest(writer, api, { version, correlationId, clientId }, body)
  return writer.whole()
}

/** As `encodeRequest`, in parts: byte fields of 1 KiB or more are uncopied, and borrowed until the parts are sent. */
export function encodeRequestParts<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Encodable<Request>,
): Uint8Array[] {
  const writer = new Writer({ splits: true })
  writeRequest(writer, api, { version, correlationId, clientId }, body)
  return writer.parts()
}

/**
 * A whole response, length included, in parts: byte fields of 1 KiB or more are uncopied, and borrowed until the parts
 * are sent. Errors: `ProtocolError`.
 */
export function encodeResponse<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  body: Encodable<Response>,
): Uint8Array[] {
  const writer = new Writer({ splits: true })
  writer.int32(0)
  writer.int32(correlationId)
  if (hasFlexibleResponseHeader(api, version)) writer.unsignedVarint(0)
  writeMessage(api.response, version, body, writer)
  writer.patchFrameLength(0)
  return writer.parts()
}

/** The correlation id of the response in bytes `[start, end)`: it tells which request, thus which version, is answered. */
export function correlationIdOf(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return new Reader(bytes, start, end).int32()
}

/** Reads the response in bytes `[start, end)`, a frame without its length, all of it. Errors: `ProtocolError`. */
export function decodeResponse<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): { readonly correlationId: number; readonly body: Decoded<Response> } {
  const reader = new Reader(bytes, start, end)
  const correlationId = reader.int32()
  if (hasFlexibleResponseHeader(api, version)) skipTaggedFields(reader)
  const body = readMessage(api.response, version, reader)
  reader.expectEnd(api.response.name)
  return { correlationId, body }
}

function writeRequest<Request extends Message, Response extends Message>(
  writer: Writer,
  api: Api<Request, Response>,
  header: { readonly version: number; readonly correlationId: number; readonly clientId: string | null },
  body: Encodable<Request>,
): void {
  writer.int32(0)
  writer.int16(api.key)
  writer.int16(header.version)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.int16(-1)
  else writer.string(header.clientId, false)
  if (header.version >= api.flexibleFrom) writer.unsignedVarint(0)
  writeMessage(api.request, header.version, body, writer)
  writer.patchFrameLength(0)
}

function hasFlexibleResponseHeader<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
): boolean {
  return version >= api.flexibleFrom && api.key !== apis.apiVersions.key
}

/** No tag is known in a header yet: all are stepped over. */
function skipTaggedFields(reader: Reader): void {
  const count = reader.taggedFieldCount()
  for (let index = 0; index < count; index++) {
    reader.unsignedVarint()
    reader.take(reader.unsignedVarint())
  }
}
