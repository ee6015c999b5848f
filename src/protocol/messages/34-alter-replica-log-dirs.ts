/**
 * AlterReplicaLogDirs (key 34): a broker's replicas move to other log directories of it.
 *
 * Versions 1 to 2; flexible from 2. Each broker is asked for its own replicas.
 * - 1: throttled responses are sent before the throttling (KIP-219); before it: the moves (KIP-113).
 * - 2: flexible (KIP-482).
 */

import { array, type Decoded, type Encodable, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `path` is absolute. */
export const alterReplicaLogDirsRequest = message(
  { name: 'AlterReplicaLogDirsRequest', apiKey: 34, versions: '1-2', flexible: '2+' },
  {
    dirs: array(
      {
        path: string({ versions: '0+', mapKey: true }),
        topics: array(
          {
            name: string({ versions: '0+', mapKey: true }),
            partitions: array('int32', { versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema. No error means that the move began, not that it is done. */
export const alterReplicaLogDirsResponse = message(
  { name: 'AlterReplicaLogDirsResponse', apiKey: 34, versions: '1-2', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    results: array(
      {
        topicName: string({ versions: '0+' }),
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
)

/** An AlterReplicaLogDirs request as decoded. */
export type AlterReplicaLogDirsRequest = Decoded<typeof alterReplicaLogDirsRequest>
/** An AlterReplicaLogDirs response as decoded. */
export type AlterReplicaLogDirsResponse = Decoded<typeof alterReplicaLogDirsResponse>
/** An AlterReplicaLogDirs request to encode. */
export type AlterReplicaLogDirsRequestInput = Encodable<typeof alterReplicaLogDirsRequest>
/** An AlterReplicaLogDirs response to encode. */
export type AlterReplicaLogDirsResponseInput = Encodable<typeof alterReplicaLogDirsResponse>
