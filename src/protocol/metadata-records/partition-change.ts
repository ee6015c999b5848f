/**
 * PartitionChangeRecord (type 5): what has changed in the state of one partition; what is not there stays.
 *
 * Versions 0 to 2. Each one raises the partition's epoch by one; a `leader` that is there, though it be the same,
 * raises the leader epoch by one.
 * - 0: replicas, in-sync replicas, leader (KIP-631).
 * - 1: the log directory of each replica, in the order of `replicas` (KIP-858).
 * - 2: eligible leader replicas (KIP-966).
 */

import { array, int8, int32, message, uuid } from '../schema.ts'

/** The record's schema. Unchanged is null, for `leader` -2 (-1 is none), for `leaderRecoveryState` -1. */
export const partitionChangeRecord = message(
  { name: 'PartitionChangeRecord', apiKey: 5, versions: '0-2', flexible: '0+' },
  {
    partitionId: int32({ versions: '0+', default: -1 }),
    topicId: uuid({ versions: '0+' }),
    isr: array('int32', { versions: '0+', nullable: '0+', tagged: '0+', tag: 0, default: null }),
    leader: int32({ versions: '0+', tagged: '0+', tag: 1, default: -2 }),
    replicas: array('int32', { versions: '0+', nullable: '0+', tagged: '0+', tag: 2, default: null }),
    removingReplicas: array('int32', { versions: '0+', nullable: '0+', tagged: '0+', tag: 3, default: null }),
    addingReplicas: array('int32', { versions: '0+', nullable: '0+', tagged: '0+', tag: 4, default: null }),
    leaderRecoveryState: int8({ versions: '0+', tagged: '0+', tag: 5, default: -1 }),
    directories: array('uuid', { versions: '1+', nullable: '1+', tagged: '1+', tag: 8, default: null }),
    eligibleLeaderReplicas: array('int32', { versions: '2+', nullable: '2+', tagged: '2+', tag: 6, default: null }),
    lastKnownElr: array('int32', { versions: '2+', nullable: '2+', tagged: '2+', tag: 7, default: null }),
  },
)
