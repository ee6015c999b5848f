/** What cannot be done with a cluster in this process: wrong options, a topic that is not there, a broker that has halted. */

/** The message says what happened, why, and what to do next. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError'
}
