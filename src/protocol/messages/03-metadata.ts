/**
 * Metadata (key 3): the brokers, and for topics their partitions with leaders and replicas.
 *
 * Versions 0 to 13; flexible from 9.
 * - 0: an empty list of topics asks for all.
 * - 1: null asks for all topics, an empty list for none; racks, the controller, internal topics (KIP-4).
 * - 2: cluster id (KIP-78).
 * - 3: throttle time (KIP-124).
 * - 4: whether the broker may create missing topics (KIP-204).
 * - 5: offline replicas (KIP-112).
 * - 6: throttled responses are sent before the throttling (KIP-219).
 * - 7: leader epochs (KIP-320).
 * - 8: operations that the client is authorized for (KIP-430).
 * - 9: flexible (KIP-482).
 * - 10: topic ids in both directions; not to be used in requests yet (KIP-516).
 * - 11: the cluster's authorized operations move to DescribeCluster (KIP-700).
 * - 12: topics may be asked for by id (KIP-516).
 * - 13: an error for the whole response, to tell clients to bootstrap again (KIP-1102).
 */

import { NO_AUTHORIZED_OPERATIONS } from '../authorized-operations.ts'
import { array, bool, type Decoded, type Encodable, int16, int32, message, string, uuid } from '../schema.ts'

/** The request's schema. */
export const metadataRequest = message(
  { name: 'MetadataRequest', apiKey: 3, versions: '0-13', flexible: '9+' },
  {
    topics: array(
      {
        topicId: uuid({ versions: '10+', ignorable: true }),
        name: string({ versions: '0+', nullable: '10+' }),
      },
      { versions: '0+', nullable: '1+' },
    ),
    allowAutoTopicCreation: bool({ versions: '4+', default: true }),
    includeClusterAuthorizedOperations: bool({ versions: '8-10', default: false }),
    includeTopicAuthorizedOperations: bool({ versions: '8+', default: false }),
  },
)

/** The response's schema. A topic asked for by id and not found has no name; by name and not found, no id. */
export const metadataResponse = message(
  { name: 'MetadataResponse', apiKey: 3, versions: '0-13', flexible: '9+' },
  {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    brokers: array(
      {
        nodeId: int32({ versions: '0+', mapKey: true }),
        host: string({ versions: '0+' }),
        port: int32({ versions: '0+' }),
        rack: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
      },
      { versions: '0+' },
    ),
    clusterId: string({ versions: '2+', nullable: '2+', default: null, ignorable: true }),
    controllerId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      {
        errorCode: int16({ versions: '0+' }),
        name: string({ versions: '0+', nullable: '12+', mapKey: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        isInternal: bool({ versions: '1+', default: false, ignorable: true }),
        partitions: array(
          {
            errorCode: int16({ versions: '0+' }),
            partitionIndex: int32({ versions: '0+' }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
            replicaNodes: array('int32', { versions: '0+' }),
            isrNodes: array('int32', { versions: '0+' }),
            offlineReplicas: array('int32', { versions: '5+', ignorable: true }),
          },
          { versions: '0+' },
        ),
        topicAuthorizedOperations: int32({ versions: '8+', default: NO_AUTHORIZED_OPERATIONS }),
      },
      { versions: '0+' },
    ),
    clusterAuthorizedOperations: int32({ versions: '8-10', default: NO_AUTHORIZED_OPERATIONS }),
    errorCode: int16({ versions: '13+', ignorable: true }),
  },
)

/** A Metadata request as decoded. */
export type MetadataRequest = Decoded<typeof metadataRequest>
/** A Metadata response as decoded. */
export type MetadataResponse = Decoded<typeof metadataResponse>
/** A Metadata request to encode. */
export type MetadataRequestInput = Encodable<typeof metadataRequest>
/** A Metadata response to encode. */
export type MetadataResponseInput = Encodable<typeof metadataResponse>
