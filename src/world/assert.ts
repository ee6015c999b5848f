/** A bug in this program: something that must hold does not. Never caused by input from a network or a disk. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/** Stays on in production and stops the node. `claim` says what must hold. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionFailed(`must hold: ${claim}`)
}
