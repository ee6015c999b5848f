/**
 * AlterPartitionReassignments (key 45): partitions move to other replicas, or stay where they are after all.
 *
 * Versions 0 to 1; flexible from 0. A broker passes it on; only the active controller decides.
 * - 0: the reassignments (KIP-455).
 * - 1: whether the number of replicas may change (KIP-860).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `replicas` null cancels what is going on. */
export const alterPartitionReassignmentsRequest = message(
  { name: 'AlterPartitionReassignmentsRequest', apiKey: 45, versions: '0-1', flexible: '0+' },
  {
    timeoutMs: int32({ versions: '0+', default: 60_000 }),
    allowReplicationFactorChange: bool({ versions: '1+', default: true }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            replicas: array('int32', { versions: '0+', nullable: '0+', default: null }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema. No error means that the move began, not that it is done. */
export const alterPartitionReassignmentsResponse = message(
  { name: 'AlterPartitionReassignmentsResponse', apiKey: 45, versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    allowReplicationFactorChange: bool({ versions: '1+', default: true, ignorable: true }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+' }),
    responses: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            errorMessage: string({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** An AlterPartitionReassignments request as decoded. */
export type AlterPartitionReassignmentsRequest = Decoded<typeof alterPartitionReassignmentsRequest>
/** An AlterPartitionReassignments response as decoded. */
export type AlterPartitionReassignmentsResponse = Decoded<typeof alterPartitionReassignmentsResponse>
/** An AlterPartitionReassignments request to encode. */
export type AlterPartitionReassignmentsRequestInput = Encodable<typeof alterPartitionReassignmentsRequest>
/** An AlterPartitionReassignments response to encode. */
export type AlterPartitionReassignmentsResponseInput = Encodable<typeof alterPartitionReassignmentsResponse>
