/**
 * Every API that is served, per listener, in the order of the keys. What is not here is neither advertised nor answered.
 *
 * A broker's listener also takes requests that only the active controller can carry out; it passes them on (`forwarded`).
 */

import { handleProduce } from './00-produce.ts'
import { handleFetch } from './01-fetch.ts'
import { handleFetchMetadataLog } from './01-fetch-metadata-log.ts'
import { handleListOffsets } from './02-list-offsets.ts'
import { handleMetadata } from './03-metadata.ts'
import { apiVersionsHandler } from './18-api-versions.ts'
import { handleCreateTopics } from './19-create-topics.ts'
import { handleDeleteTopics } from './20-delete-topics.ts'
import { handleDeleteRecords } from './21-delete-records.ts'
import { handleInitProducerId } from './22-init-producer-id.ts'
import { handleOffsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts'
import { handleDescribeConfigs } from './32-describe-configs.ts'
import { handleAlterConfigs } from './33-alter-configs.ts'
import { handleAlterReplicaLogDirs } from './34-alter-replica-log-dirs.ts'
import { handleDescribeLogDirs } from './35-describe-log-dirs.ts'
import { handleCreatePartitions } from './37-create-partitions.ts'
import { handleElectLeaders } from './43-elect-leaders.ts'
import { handleIncrementalAlterConfigs } from './44-incremental-alter-configs.ts'
import { handleAlterPartitionReassignments } from './45-alter-partition-reassignments.ts'
import { handleListPartitionReassignments } from './46-list-partition-reassignments.ts'
import { handleVote } from './52-vote.ts'
import { handleBeginQuorumEpoch } from './53-begin-quorum-epoch.ts'
import { handleEndQuorumEpoch } from './54-end-quorum-epoch.ts'
import { handleDescribeQuorum } from './55-describe-quorum.ts'
import { handleUpdateFeatures } from './57-update-features.ts'
import { envelopeHandler } from './58-envelope.ts'
import { handleFetchSnapshot } from './59-fetch-snapshot.ts'
import { describeClusterHandler } from './60-describe-cluster.ts'
import { handleDescribeProducers } from './61-describe-producers.ts'
import { handleBrokerRegistration } from './62-broker-registration.ts'
import { handleBrokerHeartbeat } from './63-broker-heartbeat.ts'
import { handleUnregisterBroker } from './64-unregister-broker.ts'
import { handleAllocateProducerIds } from './67-allocate-producer-ids.ts'
import { handleControllerRegistration } from './70-controller-registration.ts'
import { handleListConfigResources } from './74-list-config-resources.ts'
import { handleDescribeTopicPartitions } from './75-describe-topic-partitions.ts'
import type { Handler, HandlerTable } from './services.ts'

/** Who talks to a listener: clients and other brokers, or brokers and voters that need the controller. */
export type ListenerKind = 'broker' | 'controller'

/** Looked at by the broker that is asked, which passes on what is the controller's. */
const alterations: readonly Handler[] = [handleAlterConfigs, handleIncrementalAlterConfigs]

/** Carried out by the active controller, wherever the client asks. KIP-590. */
const administration: ReadonlySet<Handler> = new Set([
  handleCreateTopics,
  handleDeleteTopics,
  handleCreatePartitions,
  handleElectLeaders,
  handleAlterPartitionReassignments,
  handleListPartitionReassignments,
  handleDescribeQuorum,
  handleUpdateFeatures,
  handleUnregisterBroker,
])

const brokerHandlers: HandlerTable = tableOf([
  handleProduce,
  handleFetch,
  handleListOffsets,
  handleMetadata,
  apiVersionsHandler(() => apisOf(brokerHandlers)),
  handleDeleteRecords,
  handleInitProducerId,
  handleOffsetForLeaderEpoch,
  handleDescribeConfigs,
  handleAlterReplicaLogDirs,
  handleDescribeLogDirs,
  describeClusterHandler(1),
  handleDescribeProducers,
  handleListConfigResources,
  handleDescribeTopicPartitions,
  ...alterations,
  ...administration,
])

export const controllerHandlers: HandlerTable = tableOf([
  handleFetchMetadataLog,
  apiVersionsHandler(() => apisOf(controllerHandlers)),
  handleDescribeConfigs,
  describeClusterHandler(2),
  handleControllerRegistration,
  ...alterations,
  ...administration,
  handleVote,
  handleFetchSnapshot,
  handleBeginQuorumEpoch,
  handleEndQuorumEpoch,
  envelopeHandler(() => controllerHandlers),
  handleBrokerRegistration,
  handleBrokerHeartbeat,
  handleAllocateProducerIds,
])

export function handlersOf(listener: ListenerKind): HandlerTable {
  return listener === 'broker' ? brokerHandlers : controllerHandlers
}

/** Whether a broker passes such requests on where the active controller is not on its node. */
export function isForwarded(handler: Handler): boolean {
  return administration.has(handler)
}

function tableOf(handlers: readonly Handler[]): HandlerTable {
  const sorted = [...handlers].sort((a, b) => a.api.key - b.api.key)
  return new Map(sorted.map((handler) => [handler.api.key, handler]))
}

function apisOf(table: HandlerTable) {
  return [...table.values()].map(({ api }) => api)
}
