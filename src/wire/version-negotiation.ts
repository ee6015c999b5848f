/**
 * Which versions a client and a broker have in common: the first exchange on every connection.
 *
 * The client asks with ApiVersions at its highest version. A broker that does not know that version answers with a body
 * of version 0, UNSUPPORTED_VERSION and, if it is recent enough, the range that it knows; the client then asks once more,
 * within that range or at version 0. Source: KIP-35, KIP-511.
 */

import { type Api, apis } from '../protocol/apis.ts'
import { errorCode, errorName } from '../protocol/errors.ts'
import { decodeResponse } from '../protocol/headers.ts'
import type { ApiVersionsResponse } from '../protocol/messages/18-api-versions.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import { Reader } from '../protocol/reader.ts'
import type { Message, VersionRange } from '../protocol/schema.ts'
import { unsent, type WireError } from './wire-error.ts'

/** The version to ask with first. */
export const FIRST_API_VERSIONS_VERSION = apis.apiVersions.versions.max

/** Bytes of the response's header, at every version: the correlation id. */
const RESPONSE_HEADER_BYTES = 4

/** What a broker's answer leads to. */
export type NegotiationStep =
  | { readonly kind: 'agreed'; readonly response: ApiVersionsResponse }
  | { readonly kind: 'ask again'; readonly version: number }
  | { readonly kind: 'failed'; readonly error: WireError }

/** Reads the answer, a frame without its length, to ApiVersions at `version`. */
export function readNegotiation(frame: Uint8Array, version: number): NegotiationStep {
  try {
    const code = new Reader(frame, RESPONSE_HEADER_BYTES).int16()
    if (code === errorCode.UNSUPPORTED_VERSION && version > 0) {
      return { kind: 'ask again', version: Math.min(highestKnown(frame), version - 1) }
    }
    if (code !== errorCode.NONE) {
      const message = `the broker answered ApiVersions with ${errorName(code)}`
      return { kind: 'failed', error: unsent('REFUSED', message) }
    }
    return { kind: 'agreed', response: decodeResponse(apis.apiVersions, version, frame).body }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const message = `the broker's answer to ApiVersions cannot be read: ${error.message}`
    return { kind: 'failed', error: unsent('MALFORMED_RESPONSE', message, error) }
  }
}

/** The highest version of `api` that both sides know; undefined where there is none. */
export function commonVersion(api: Api<Message, Message>, response: ApiVersionsResponse): number | undefined {
  const range = response.apiKeys.find(({ apiKey }) => apiKey === api.key)
  return range && highestCommon(api.versions, { min: range.minVersion, max: range.maxVersion })
}

function highestCommon(ours: VersionRange, theirs: VersionRange): number | undefined {
  const highest = Math.min(ours.max, theirs.max)
  return highest >= Math.max(ours.min, theirs.min) ? highest : undefined
}

/** The highest version of ApiVersions that a refusal names, or 0. Errors: `ProtocolError`. */
function highestKnown(frame: Uint8Array): number {
  return Math.max(commonVersion(apis.apiVersions, decodeResponse(apis.apiVersions, 0, frame).body) ?? 0, 0)
}
