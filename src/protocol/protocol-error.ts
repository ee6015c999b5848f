/**
 * The one error of this module: bytes that are not what the protocol says, or a value that it cannot carry.
 *
 * It is an operating failure, never a bug: whoever reads from a socket or a file catches it in one place (and closes the
 * connection, or ends the log there). It says at which byte and in which field it happened; the path is put together
 * while the error travels outward, so that reading without errors pays nothing for it.
 */

/**
 * - `TRUNCATED`: the bytes end before the value does.
 * - `MALFORMED`: bytes that no encoder could have written (invalid UTF-8, a null where none may be, bytes left over, …).
 * - `TOO_LARGE`: a length that the frame cannot hold or that the protocol does not allow.
 * - `UNSUPPORTED_VERSION`: no such version of the message, or a value that this version of it cannot carry.
 * - `OUT_OF_RANGE`: a number outside its type, an int64 beyond 2^53 − 1, a text that is not valid Unicode.
 */
export type ProtocolErrorCode = 'TRUNCATED' | 'MALFORMED' | 'TOO_LARGE' | 'UNSUPPORTED_VERSION' | 'OUT_OF_RANGE'

/** See the head of this file. The message is for people, `code` is for decisions. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  /** Index of the byte at which the error was found: into the input when decoding, into the output when encoding. */
  readonly position: number
  /** What happened, without place. */
  readonly detail: string
  private location = ''

  constructor(code: ProtocolErrorCode, position: number, detail: string) {
    super(`${detail} (${code} at byte ${position})`)
    this.code = code
    this.position = position
    this.detail = detail
  }

  /** The field, as in `topicData[2].partitionData[0].index`; empty where the error belongs to no field. */
  get path(): string {
    return this.location
  }

  /** Puts the enclosing field's name, or an element's `[index]`, before the path; returns this same error. */
  within(segment: string): this {
    const inner = this.location
    this.location = inner === '' || inner.startsWith('[') ? segment + inner : `${segment}.${inner}`
    this.message = `${this.location}: ${this.detail} (${this.code} at byte ${this.position})`
    return this
  }
}

/** The error to rethrow from inside the field or element `segment`; errors of other kinds are returned untouched. */
export function located(error: unknown, segment: string): unknown {
  return error instanceof ProtocolError ? error.within(segment) : error
}
