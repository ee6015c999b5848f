/**
 * PartitionRecord (type 3): the whole state of one partition: replicas, in-sync replicas, leader and epochs.
 *
 * Versions 0 to 2. Written when a partition is created, and in snapshots.
 * - 0: the state (KIP-631).
 * - 1: the log directory of each replica, in the order of `replicas` (KIP-858).
 * - 2: eligible leader replicas (KIP-966).
 */

import { array, int8, int32, message, uuid } from '../schema.ts'

/** The record's schema. `leader` is -1 for none; `leaderRecoveryState` 1 while it recovers from an unclean election. */
export const partitionRecord = message(
  { name: 'PartitionRecord', apiKey: 3, versions: '0-2', flexible: '0+' },
  {
    partitionId: int32({ versions: '0+', default: -1 }),
    topicId: uuid({ versions: '0+' }),
    replicas: array('int32', { versions: '0+' }),
    isr: array('int32', { versions: '0+' }),
    removingReplicas: array('int32', { versions: '0+' }),
    addingReplicas: array('int32', { versions: '0+' }),
    leader: int32({ versions: '0+', default: -1 }),
    leaderRecoveryState: int8({ versions: '0+', tagged: '0+', tag: 0, default: 0 }),
    leaderEpoch: int32({ versions: '0+', default: -1 }),
    partitionEpoch: int32({ versions: '0+', default: -1 }),
    directories: array('uuid', { versions: '1+' }),
    eligibleLeaderReplicas: array('int32', { versions: '2+', nullable: '2+', tagged: '2+', tag: 1, default: null }),
    lastKnownElr: array('int32', { versions: '2+', nullable: '2+', tagged: '2+', tag: 2, default: null }),
  },
)
