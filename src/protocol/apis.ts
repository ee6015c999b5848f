/**
 * The table of APIs: key, schemas, versions. What is in it is what this program can read and write; whether a broker
 * advertises it is the broker's to say.
 *
 * Source: Kafka 4.2's `ApiKeys` and message definitions. Keys that are absent are not implemented yet.
 */

import { produceRequest, produceResponse } from './messages/00-produce.ts'
import { fetchRequest, fetchResponse } from './messages/01-fetch.ts'
import { listOffsetsRequest, listOffsetsResponse } from './messages/02-list-offsets.ts'
import { metadataRequest, metadataResponse } from './messages/03-metadata.ts'
import { apiVersionsRequest, apiVersionsResponse } from './messages/18-api-versions.ts'
import { createTopicsRequest, createTopicsResponse } from './messages/19-create-topics.ts'
import { deleteTopicsRequest, deleteTopicsResponse } from './messages/20-delete-topics.ts'
import { deleteRecordsRequest, deleteRecordsResponse } from './messages/21-delete-records.ts'
import { initProducerIdRequest, initProducerIdResponse } from './messages/22-init-producer-id.ts'
import { offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from './messages/23-offset-for-leader-epoch.ts'
import { describeConfigsRequest, describeConfigsResponse } from './messages/32-describe-configs.ts'
import { alterConfigsRequest, alterConfigsResponse } from './messages/33-alter-configs.ts'
import { alterReplicaLogDirsRequest, alterReplicaLogDirsResponse } from './messages/34-alter-replica-log-dirs.ts'
import { describeLogDirsRequest, describeLogDirsResponse } from './messages/35-describe-log-dirs.ts'
import { createPartitionsRequest, createPartitionsResponse } from './messages/37-create-partitions.ts'
import { electLeadersRequest, electLeadersResponse } from './messages/43-elect-leaders.ts'
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from './messages/44-incremental-alter-configs.ts'
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from './messages/45-alter-partition-reassignments.ts'
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from './messages/46-list-partition-reassignments.ts'
import { voteRequest, voteResponse } from './messages/52-vote.ts'
import { beginQuorumEpochRequest, beginQuorumEpochResponse } from './messages/53-begin-quorum-epoch.ts'
import { endQuorumEpochRequest, endQuorumEpochResponse } from './messages/54-end-quorum-epoch.ts'
import { describeQuorumRequest, describeQuorumResponse } from './messages/55-describe-quorum.ts'
import { alterPartitionRequest, alterPartitionResponse } from './messages/56-alter-partition.ts'
import { updateFeaturesRequest, updateFeaturesResponse } from './messages/57-update-features.ts'
import { envelopeRequest, envelopeResponse } from './messages/58-envelope.ts'
import { fetchSnapshotRequest, fetchSnapshotResponse } from './messages/59-fetch-snapshot.ts'
import { describeClusterRequest, describeClusterResponse } from './messages/60-describe-cluster.ts'
import { describeProducersRequest, describeProducersResponse } from './messages/61-describe-producers.ts'
import { brokerRegistrationRequest, brokerRegistrationResponse } from './messages/62-broker-registration.ts'
import { brokerHeartbeatRequest, brokerHeartbeatResponse } from './messages/63-broker-heartbeat.ts'
import { unregisterBrokerRequest, unregisterBrokerResponse } from './messages/64-unregister-broker.ts'
import { allocateProducerIdsRequest, allocateProducerIdsResponse } from './messages/67-allocate-producer-ids.ts'
import { controllerRegistrationRequest, controllerRegistrationResponse } from './messages/70-controller-registration.ts'
import { assignReplicasToDirsRequest, assignReplicasToDirsResponse } from './messages/73-assign-replicas-to-dirs.ts'
import { listConfigResourcesRequest, listConfigResourcesResponse } from './messages/74-list-config-resources.ts'
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from './messages/75-describe-topic-partitions.ts'
import { ANY_LATER, type Message, type VersionRange } from './schema.ts'

/** One API. */
export interface Api<Request extends Message = Message, Response extends Message = Message> {
  readonly key: number
  readonly name: string
  readonly request: Request
  readonly response: Response
  /** The versions that are understood. */
  readonly versions: VersionRange
  /** What ApiVersions says: `versions`, but for Produce, which begins at 0 there. */
  readonly advertised: VersionRange
  /** The first version with compact lengths and tagged fields, in body and header. */
  readonly flexibleFrom: number
}

function api<Request extends Message, Response extends Message>(
  key: number,
  name: string,
  request: Request,
  response: Response,
  advertised: VersionRange = request.versions,
): Api<Request, Response> {
  const flexibleFrom = request.flexible?.min ?? ANY_LATER + 1
  return { key, name, request, response, versions: request.versions, advertised, flexibleFrom }
}

/** All APIs, in the order of their keys. */
export const apis = {
  produce: api(0, 'Produce', produceRequest, produceResponse, { min: 0, max: produceRequest.versions.max }),
  fetch: api(1, 'Fetch', fetchRequest, fetchResponse),
  listOffsets: api(2, 'ListOffsets', listOffsetsRequest, listOffsetsResponse),
  metadata: api(3, 'Metadata', metadataRequest, metadataResponse),
  apiVersions: api(18, 'ApiVersions', apiVersionsRequest, apiVersionsResponse),
  createTopics: api(19, 'CreateTopics', createTopicsRequest, createTopicsResponse),
  deleteTopics: api(20, 'DeleteTopics', deleteTopicsRequest, deleteTopicsResponse),
  deleteRecords: api(21, 'DeleteRecords', deleteRecordsRequest, deleteRecordsResponse),
  initProducerId: api(22, 'InitProducerId', initProducerIdRequest, initProducerIdResponse),
  offsetForLeaderEpoch: api(23, 'OffsetForLeaderEpoch', offsetForLeaderEpochRequest, offsetForLeaderEpochResponse),
  describeConfigs: api(32, 'DescribeConfigs', describeConfigsRequest, describeConfigsResponse),
  alterConfigs: api(33, 'AlterConfigs', alterConfigsRequest, alterConfigsResponse),
  alterReplicaLogDirs: api(34, 'AlterReplicaLogDirs', alterReplicaLogDirsRequest, alterReplicaLogDirsResponse),
  describeLogDirs: api(35, 'DescribeLogDirs', describeLogDirsRequest, describeLogDirsResponse),
  createPartitions: api(37, 'CreatePartitions', createPartitionsRequest, createPartitionsResponse),
  electLeaders: api(43, 'ElectLeaders', electLeadersRequest, electLeadersResponse),
  incrementalAlterConfigs: api(
    44,
    'IncrementalAlterConfigs',
    incrementalAlterConfigsRequest,
    incrementalAlterConfigsResponse,
  ),
  alterPartitionReassignments: api(
    45,
    'AlterPartitionReassignments',
    alterPartitionReassignmentsRequest,
    alterPartitionReassignmentsResponse,
  ),
  listPartitionReassignments: api(
    46,
    'ListPartitionReassignments',
    listPartitionReassignmentsRequest,
    listPartitionReassignmentsResponse,
  ),
  vote: api(52, 'Vote', voteRequest, voteResponse),
  beginQuorumEpoch: api(53, 'BeginQuorumEpoch', beginQuorumEpochRequest, beginQuorumEpochResponse),
  endQuorumEpoch: api(54, 'EndQuorumEpoch', endQuorumEpochRequest, endQuorumEpochResponse),
  describeQuorum: api(55, 'DescribeQuorum', describeQuorumRequest, describeQuorumResponse),
  alterPartition: api(56, 'AlterPartition', alterPartitionRequest, alterPartitionResponse),
  updateFeatures: api(57, 'UpdateFeatures', updateFeaturesRequest, updateFeaturesResponse),
  envelope: api(58, 'Envelope', envelopeRequest, envelopeResponse),
  fetchSnapshot: api(59, 'FetchSnapshot', fetchSnapshotRequest, fetchSnapshotResponse),
  describeCluster: api(60, 'DescribeCluster', describeClusterRequest, describeClusterResponse),
  describeProducers: api(61, 'DescribeProducers', describeProducersRequest, describeProducersResponse),
  brokerRegistration: api(62, 'BrokerRegistration', brokerRegistrationRequest, brokerRegistrationResponse),
  brokerHeartbeat: api(63, 'BrokerHeartbeat', brokerHeartbeatRequest, brokerHeartbeatResponse),
  unregisterBroker: api(64, 'UnregisterBroker', unregisterBrokerRequest, unregisterBrokerResponse),
  allocateProducerIds: api(67, 'AllocateProducerIds', allocateProducerIdsRequest, allocateProducerIdsResponse),
  controllerRegistration: api(
    70,
    'ControllerRegistration',
    controllerRegistrationRequest,
    controllerRegistrationResponse,
  ),
  assignReplicasToDirs: api(73, 'AssignReplicasToDirs', assignReplicasToDirsRequest, assignReplicasToDirsResponse),
  listConfigResources: api(74, 'ListConfigResources', listConfigResourcesRequest, listConfigResourcesResponse),
  describeTopicPartitions: api(
    75,
    'DescribeTopicPartitions',
    describeTopicPartitionsRequest,
    describeTopicPartitionsResponse,
  ),
} as const

const byKey: ReadonlyMap<number, Api> = new Map(Object.values(apis).map((each): [number, Api] => [each.key, each]))

/** The API with this key, or undefined where it is unknown. */
export function apiByKey(key: number): Api | undefined {
  return byKey.get(key)
}
