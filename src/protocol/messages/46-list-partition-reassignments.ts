/**
 * ListPartitionReassignments (key 46): the reassignments that are going on.
 *
 * Version 0; flexible. A broker passes it on; only the active controller answers.
 * - 0: the reassignments (KIP-455).
 */

import { array, type Decoded, type Encodable, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `topics` null stands for all. */
export const listPartitionReassignmentsRequest = message(
  { name: 'ListPartitionReassignmentsRequest', apiKey: 46, versions: '0', flexible: '0+' },
  {
    timeoutMs: int32({ versions: '0+', default: 60_000 }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitionIndexes: array('int32', { versions: '0+' }),
      },
      { versions: '0+', nullable: '0+', default: null },
    ),
  },
)

/** The response's schema. `replicas` are old and new ones together. */
export const listPartitionReassignmentsResponse = message(
  { name: 'ListPartitionReassignmentsResponse', apiKey: 46, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+' }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            replicas: array('int32', { versions: '0+' }),
            addingReplicas: array('int32', { versions: '0+' }),
            removingReplicas: array('int32', { versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A ListPartitionReassignments request as decoded. */
export type ListPartitionReassignmentsRequest = Decoded<typeof listPartitionReassignmentsRequest>
/** A ListPartitionReassignments response as decoded. */
export type ListPartitionReassignmentsResponse = Decoded<typeof listPartitionReassignmentsResponse>
/** A ListPartitionReassignments request to encode. */
export type ListPartitionReassignmentsRequestInput = Encodable<typeof listPartitionReassignmentsRequest>
/** A ListPartitionReassignments response to encode. */
export type ListPartitionReassignmentsResponseInput = Encodable<typeof listPartitionReassignmentsResponse>
