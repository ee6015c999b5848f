/** Which names a topic may have: 1 to 249 of `[a-zA-Z0-9._-]`, not `.` or `..` (Kafka's `Topic.validate`). */

const LENGTH_MAX = 249

/** What is wrong with a name, or undefined. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > LENGTH_MAX) return `the length of '${name}' is longer than the max allowed length ${LENGTH_MAX}`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  }
  return undefined
}

/** Two names collide when they differ only in `.` and `_`, which metrics cannot tell apart. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}

/** Topics in which Kafka keeps state of its own; clients are told that they are internal. */
export function isInternalTopic(name: string): boolean {
  return name === '__consumer_offsets' || name === '__transaction_state' || name === '__share_group_state'
}
