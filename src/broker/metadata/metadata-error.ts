/**
 * A committed record that this node cannot follow: of a type it does not know how to apply, or one that contradicts what
 * came before (a change of a partition that does not exist). It is not a bug of this node alone: the log came from the
 * disk or from another controller. A node that skipped the record would go on with a state that nobody decided, so it
 * stops. Kafka calls this a fatal fault of the metadata loader.
 */

/** See the head of this file. The message says what the record is and what it contradicts. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
}

/** The value looked for. @throws {MetadataError} where there is none: `claim` says who spoke of what. */
export function found<T>(value: T | undefined, claim: string): T {
  if (value === undefined) throw new MetadataError(`${claim}; the metadata log contradicts itself`)
  return value
}
