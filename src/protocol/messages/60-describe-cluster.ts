/**
 * DescribeCluster (key 60): the cluster id, the controller, and the endpoints of brokers or controllers.
 *
 * Versions 0 to 2; flexible from 0.
 * - 0: the brokers (KIP-700).
 * - 1: the controllers instead, where asked for (KIP-919).
 * - 2: fenced brokers too, where asked for (KIP-1073).
 */

import { NO_AUTHORIZED_OPERATIONS } from '../authorized-operations.ts'
import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `endpointType` is 1 for brokers, 2 for controllers. */
export const describeClusterRequest = message(
  { name: 'DescribeClusterRequest', apiKey: 60, versions: '0-2', flexible: '0+' },
  {
    includeClusterAuthorizedOperations: bool({ versions: '0+' }),
    endpointType: int8({ versions: '1+', default: 1 }),
    includeFencedBrokers: bool({ versions: '2+', default: false }),
  },
)

/** The response's schema. A broker names any live broker as `controllerId`: clients cannot reach the controllers. */
export const describeClusterResponse = message(
  { name: 'DescribeClusterResponse', apiKey: 60, versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+', default: null }),
    endpointType: int8({ versions: '1+', default: 1 }),
    clusterId: string({ versions: '0+' }),
    controllerId: int32({ versions: '0+', default: -1 }),
    brokers: array(
      {
        brokerId: int32({ versions: '0+', mapKey: true }),
        host: string({ versions: '0+' }),
        port: int32({ versions: '0+' }),
        rack: string({ versions: '0+', nullable: '0+', default: null }),
        isFenced: bool({ versions: '2+', default: false }),
      },
      { versions: '0+' },
    ),
    clusterAuthorizedOperations: int32({ versions: '0+', default: NO_AUTHORIZED_OPERATIONS }),
  },
)

/** A DescribeCluster request as decoded. */
export type DescribeClusterRequest = Decoded<typeof describeClusterRequest>
/** A DescribeCluster response as decoded. */
export type DescribeClusterResponse = Decoded<typeof describeClusterResponse>
/** A DescribeCluster request to encode. */
export type DescribeClusterRequestInput = Encodable<typeof describeClusterRequest>
/** A DescribeCluster response to encode. */
export type DescribeClusterResponseInput = Encodable<typeof describeClusterResponse>
