/**
 * The table of anomalies that the oracles of the workloads can find, beside those of the checker
 * (`checker/anomalies.ts`). They need what the checker does not know: what the records mean and who had to read them.
 */

import type { Finding } from './checker/anomalies.ts'

export const oracleAnomalies = {
  miscounted: {
    definition:
      'By the reading of everything at the end, an acknowledged event of a user is missing, or one of an idempotent producer counts twice.',
    workloads: ['activity-tracking'],
  },
  'message-order': {
    definition: 'A consumer was given a message after one that was sent once it had been acknowledged.',
    workloads: ['messaging'],
  },
  'message-gap': {
    definition: 'A consumer was given a message without an earlier acknowledged one, or never the last ones.',
    workloads: ['messaging'],
  },
  'wrong-look-up': {
    definition: 'Looking up a time led to a record of an earlier time, or past the first record of that time or later.',
    workloads: ['messaging'],
  },
  'position-lost': {
    definition:
      'A consumer that had read in order was told that its position is not in the log, or that the log was cut.',
    workloads: ['activity-tracking', 'messaging'],
  },
  'missing-above-start': {
    definition:
      'The reading of everything at the end did not return an acknowledged record, although the log was said to begin at or before it afterwards.',
    workloads: ['expiring-events'],
  },
  'read-below-start': {
    definition: 'A consumer was given a record that it had fetched after the log was said to begin behind it.',
    workloads: ['expiring-events'],
  },
  'start-went-back': {
    definition: 'The log was said to begin at an earlier offset than before.',
    workloads: ['expiring-events'],
  },
  'deletion-fell-short': {
    definition: 'A deletion of records was answered, and the log was said to begin before where it was to begin.',
    workloads: ['expiring-events'],
  },
  'topic-made-twice': {
    definition:
      'Two creations of one name were answered without a deletion that could lie between, or it is listed twice.',
    workloads: ['topic-administration'],
  },
  'deletion-undone': {
    definition: 'A topic whose deletion was answered is shown by the last listing, and nobody created it again.',
    workloads: ['topic-administration'],
  },
  'setting-lost': {
    definition:
      'A configuration is shown at the end with a value that a later answered one had replaced, or nobody set.',
    workloads: ['topic-administration'],
  },
} as const satisfies Readonly<Record<string, { readonly definition: string; readonly workloads: readonly string[] }>>

export type OracleAnomaly = keyof typeof oracleAnomalies

/** One anomaly, found once; the other fields mean what they mean to the checker. */
export interface OracleFinding extends Omit<Finding, 'anomaly'> {
  readonly anomaly: OracleAnomaly
}
