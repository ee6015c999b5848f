/** A broker of the pair, and what both are started with. */

export interface RunningBroker {
  readonly name: string
  /** On 127.0.0.1. */
  readonly port: number
  /** Where its logs lie, as it says itself. */
  readonly logDirectory: string
  stop(): Promise<void>
}

export const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'

/** So that nothing happens at a time of its own, and what is deleted is soon gone. */
export const SETTINGS: Readonly<Record<string, string>> = {
  // A machine that has too much to do is no reason to be fenced.
  'broker.session.timeout.ms': '600000',
  'node.id': '1',
  'default.replication.factor': '1',
  'metadata.max.idle.interval.ms': '20',
  'process.roles': 'broker,controller',
  'log.retention.check.interval.ms': '3600000',
  'log.segment.delete.delay.ms': '2000',
}
