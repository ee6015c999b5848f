/**
 * ClearElrRecord (type 28): the eligible leader replicas of a topic, or of all, are forgotten (KIP-966).
 *
 * Version 0 only. Written when `min.insync.replicas` changes, which they depend on.
 */

import { message, string } from '../schema.ts'

/** The record's schema. An empty `topicName` stands for all topics. */
export const clearElrRecord = message(
  { name: 'ClearElrRecord', apiKey: 28, versions: '0', flexible: '0+' },
  {
    topicName: string({ versions: '0+' }),
  },
)
