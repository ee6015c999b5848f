/**
 * AssignReplicasToDirs (key 73): a broker with several log directories tells in which of them its replicas lie.
 *
 * Version 0; flexible. Only controllers answer it.
 * - 0: the assignment (KIP-858).
 */

import { array, type Decoded, type Encodable, int16, int32, int64, message, uuid } from '../schema.ts'

/** The request's schema. */
export const assignReplicasToDirsRequest = message(
  { name: 'AssignReplicasToDirsRequest', apiKey: 73, versions: '0', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
    directories: array(
      {
        id: uuid({ versions: '0+' }),
        topics: array(
          {
            topicId: uuid({ versions: '0+' }),
            partitions: array(
              {
                partitionIndex: int32({ versions: '0+' }),
              },
              { versions: '0+' },
            ),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema. */
export const assignReplicasToDirsResponse = message(
  { name: 'AssignReplicasToDirsResponse', apiKey: 73, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    directories: array(
      {
        id: uuid({ versions: '0+' }),
        topics: array(
          {
            topicId: uuid({ versions: '0+' }),
            partitions: array(
              {
                partitionIndex: int32({ versions: '0+' }),
                errorCode: int16({ versions: '0+' }),
              },
              { versions: '0+' },
            ),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** An AssignReplicasToDirs request as decoded. */
export type AssignReplicasToDirsRequest = Decoded<typeof assignReplicasToDirsRequest>
/** An AssignReplicasToDirs response as decoded. */
export type AssignReplicasToDirsResponse = Decoded<typeof assignReplicasToDirsResponse>
/** An AssignReplicasToDirs request to encode. */
export type AssignReplicasToDirsRequestInput = Encodable<typeof assignReplicasToDirsRequest>
/** An AssignReplicasToDirs response to encode. */
export type AssignReplicasToDirsResponseInput = Encodable<typeof assignReplicasToDirsResponse>
