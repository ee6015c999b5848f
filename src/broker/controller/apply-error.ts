/**
 * A committed record that does not fit what this node knows, or is of a kind that it does not serve. After it the state
 * is worth nothing; what a node does then is a rule.
 */

/** A record that cannot be applied. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError'
  readonly offset: number

  constructor(record: { readonly type: string }, offset: number, why: string) {
    super(`the metadata record ${record.type} at offset ${offset} cannot be applied: ${why}`)
    this.offset = offset
  }
}
