/**
 * The table of Kafka 4.2's error codes: the only place that has them.
 *
 * A code travels as an int16 in responses, per request, topic or partition. Errors are *retriable* where the same
 * request may succeed later; some of those tell besides that what the client believes about leaders and topics may be
 * out of date, so that it must ask for metadata before it tries again. The codes and both properties are those of
 * Apache Kafka's `Errors` (retriable: `RetriableException`; stale: `InvalidMetadataException`); the texts are ours.
 */

/** How a client goes on: not at all, by trying again, or by asking for metadata and trying again. */
type Remedy = 'none' | 'retry' | 'refresh'

function error<const Code extends number>(code: Code, remedy: Remedy, message: string) {
  return { code, retriable: remedy !== 'none', staleMetadata: remedy === 'refresh', message } as const
}

/** Every error by name, in the order of the codes. */
export const errors = {
  UNKNOWN_SERVER_ERROR: error(-1, 'none', 'the broker failed in a way that it did not expect'),
  NONE: error(0, 'none', 'no error'),
  OFFSET_OUT_OF_RANGE: error(1, 'none', "the offset is outside the partition's log"),
  CORRUPT_MESSAGE: error(2, 'retry', 'a record batch is damaged: its checksum, size or key is wrong'),
  UNKNOWN_TOPIC_OR_PARTITION: error(3, 'refresh', 'the broker does not know this topic or partition'),
  INVALID_FETCH_SIZE: error(4, 'none', 'the fetch size is not valid'),
  LEADER_NOT_AVAILABLE: error(5, 'refresh', 'the partition has no leader at the moment'),
  NOT_LEADER_OR_FOLLOWER: error(6, 'refresh', "the broker is not the partition's leader, or not one of its replicas"),
  REQUEST_TIMED_OUT: error(7, 'retry', 'the request was not completed in its time'),
  BROKER_NOT_AVAILABLE: error(8, 'none', 'the broker is not available'),
  REPLICA_NOT_AVAILABLE: error(9, 'refresh', 'the replica is not available'),
  MESSAGE_TOO_LARGE: error(10, 'none', 'a record batch is larger than the broker accepts'),
  STALE_CONTROLLER_EPOCH: error(11, 'none', 'the controller has moved to another node'),
  OFFSET_METADATA_TOO_LARGE: error(12, 'none', 'the metadata of a committed offset is too large'),
  NETWORK_EXCEPTION: error(13, 'refresh', 'the connection ended before the response came'),
  COORDINATOR_LOAD_IN_PROGRESS: error(14, 'retry', 'the coordinator is still loading its state'),
  COORDINATOR_NOT_AVAILABLE: error(15, 'retry', 'there is no coordinator at the moment'),
  NOT_COORDINATOR: error(16, 'retry', 'the broker is not the coordinator'),
  INVALID_TOPIC_EXCEPTION: error(17, 'none', "the topic's name is not allowed"),
  RECORD_LIST_TOO_LARGE: error(18, 'none', 'a record batch is larger than a log segment may be'),
  NOT_ENOUGH_REPLICAS: error(19, 'retry', 'fewer replicas are in sync than required; nothing was appended'),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: error(20, 'retry', 'appended, but then fewer replicas were in sync than required'),
  INVALID_REQUIRED_ACKS: error(21, 'none', 'acks is not -1, 0 or 1'),
  ILLEGAL_GENERATION: error(22, 'none', "the group's generation is another one"),
  INCONSISTENT_GROUP_PROTOCOL: error(23, 'none', "the member's protocols do not fit those of the group"),
  INVALID_GROUP_ID: error(24, 'none', 'the group id is not allowed'),
  UNKNOWN_MEMBER_ID: error(25, 'none', 'the coordinator does not know this member'),
  INVALID_SESSION_TIMEOUT: error(26, 'none', "the session timeout is outside the broker's bounds"),
  REBALANCE_IN_PROGRESS: error(27, 'none', 'the group is rebalancing: join again'),
  INVALID_COMMIT_OFFSET_SIZE: error(28, 'none', 'the offsets to commit take too many bytes'),
  TOPIC_AUTHORIZATION_FAILED: error(29, 'none', 'not authorized for the topic'),
  GROUP_AUTHORIZATION_FAILED: error(30, 'none', 'not authorized for the group'),
  CLUSTER_AUTHORIZATION_FAILED: error(31, 'none', 'not authorized for the cluster'),
  INVALID_TIMESTAMP: error(32, 'none', 'a timestamp is outside the accepted range'),
  UNSUPPORTED_SASL_MECHANISM: error(33, 'none', 'the broker does not offer this SASL mechanism'),
  ILLEGAL_SASL_STATE: error(34, 'none', 'the request does not fit the state of the authentication'),
  UNSUPPORTED_VERSION: error(35, 'none', 'the broker does not speak this version of the API'),
  TOPIC_ALREADY_EXISTS: error(36, 'none', 'a topic of this name exists'),
  INVALID_PARTITIONS: error(37, 'none', 'the number of partitions is not valid'),
  INVALID_REPLICATION_FACTOR: error(38, 'none', 'the replication factor is below 1 or above the number of brokers'),
  INVALID_REPLICA_ASSIGNMENT: error(39, 'none', 'the assignment of replicas is not valid'),
  INVALID_CONFIG: error(40, 'none', 'a configuration is not valid'),
  NOT_CONTROLLER: error(41, 'retry', 'the node is not the active controller'),
  INVALID_REQUEST: error(42, 'none', 'the request makes no sense: a fault of the client, or of the versions in use'),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: error(43, 'none', "the log's record format cannot serve the request"),
  POLICY_VIOLATION: error(44, 'none', 'a policy of the cluster forbids it'),
  OUT_OF_ORDER_SEQUENCE_NUMBER: error(45, 'none', "the producer's sequence number does not follow its last one"),
  DUPLICATE_SEQUENCE_NUMBER: error(46, 'none', "the producer's sequence number was seen before"),
  INVALID_PRODUCER_EPOCH: error(47, 'none', "the producer's epoch is an old one"),
  INVALID_TXN_STATE: error(48, 'none', 'the transaction is not in a state for this'),
  INVALID_PRODUCER_ID_MAPPING: error(49, 'none', 'the producer id does not belong to this transactional id'),
  INVALID_TRANSACTION_TIMEOUT: error(50, 'none', "the transaction timeout is above the broker's maximum"),
  CONCURRENT_TRANSACTIONS: error(51, 'retry', 'another operation on the same transaction is under way'),
  TRANSACTION_COORDINATOR_FENCED: error(52, 'none', 'the transaction coordinator that sends this was replaced'),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: error(53, 'none', 'not authorized for the transactional id'),
  SECURITY_DISABLED: error(54, 'none', 'the cluster has no authorizer'),
  OPERATION_NOT_ATTEMPTED: error(55, 'none', 'not attempted, for another part of the request failed'),
  KAFKA_STORAGE_ERROR: error(56, 'refresh', "the disk under the partition's log failed"),
  LOG_DIR_NOT_FOUND: error(57, 'none', 'the broker has no such log directory'),
  SASL_AUTHENTICATION_FAILED: error(58, 'none', 'the authentication failed'),
  UNKNOWN_PRODUCER_ID: error(59, 'none', 'the broker knows nothing of this producer id any more'),
  REASSIGNMENT_IN_PROGRESS: error(60, 'none', 'the partition is being reassigned'),
  DELEGATION_TOKEN_AUTH_DISABLED: error(61, 'none', 'delegation tokens are not enabled'),
  DELEGATION_TOKEN_NOT_FOUND: error(62, 'none', 'no such delegation token'),
  DELEGATION_TOKEN_OWNER_MISMATCH: error(63, 'none', 'the principal neither owns nor may renew the token'),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: error(64, 'none', 'delegation tokens cannot be handled over this connection'),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: error(65, 'none', 'not authorized for the delegation token'),
  DELEGATION_TOKEN_EXPIRED: error(66, 'none', 'the delegation token has expired'),
  INVALID_PRINCIPAL_TYPE: error(67, 'none', 'the type of principal is not supported'),
  NON_EMPTY_GROUP: error(68, 'none', 'the group has members'),
  GROUP_ID_NOT_FOUND: error(69, 'none', 'no such group'),
  FETCH_SESSION_ID_NOT_FOUND: error(70, 'retry', 'the broker does not know this fetch session'),
  INVALID_FETCH_SESSION_EPOCH: error(71, 'retry', "the fetch session's epoch is not the next one"),
  LISTENER_NOT_FOUND: error(72, 'refresh', 'the leader has no listener of the name through which it was asked for'),
  TOPIC_DELETION_DISABLED: error(73, 'none', 'deleting topics is switched off'),
  FENCED_LEADER_EPOCH: error(74, 'refresh', "the leader epoch in the request is older than the broker's"),
  UNKNOWN_LEADER_EPOCH: error(75, 'retry', "the leader epoch in the request is newer than the broker's"),
  UNSUPPORTED_COMPRESSION_TYPE: error(76, 'none', "the client's version cannot read the partition's compression"),
  STALE_BROKER_EPOCH: error(77, 'none', "the broker's epoch is another one"),
  OFFSET_NOT_AVAILABLE: error(78, 'retry', 'the new leader does not know its high watermark yet'),
  MEMBER_ID_REQUIRED: error(79, 'none', 'the member must join again with the member id it was given'),
  PREFERRED_LEADER_NOT_AVAILABLE: error(80, 'refresh', 'the preferred leader is not available'),
  GROUP_MAX_SIZE_REACHED: error(81, 'none', 'the group is full'),
  FENCED_INSTANCE_ID: error(82, 'none', 'another member has registered with this instance id'),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: error(83, 'refresh', 'no replica is eligible to become leader'),
  ELECTION_NOT_NEEDED: error(84, 'refresh', 'the partition needs no election'),
  NO_REASSIGNMENT_IN_PROGRESS: error(85, 'none', 'the partition is not being reassigned'),
  GROUP_SUBSCRIBED_TO_TOPIC: error(86, 'none', 'the group is subscribed to the topic'),
  INVALID_RECORD: error(87, 'none', "a record did not pass the broker's checks"),
  UNSTABLE_OFFSET_COMMIT: error(88, 'retry', 'offsets of an open transaction are still pending'),
  THROTTLING_QUOTA_EXCEEDED: error(89, 'retry', 'the quota is used up'),
  PRODUCER_FENCED: error(90, 'none', 'a newer producer with the same transactional id has taken over'),
  RESOURCE_NOT_FOUND: error(91, 'none', 'the request names a resource that does not exist'),
  DUPLICATE_RESOURCE: error(92, 'none', 'the request names a resource twice'),
  UNACCEPTABLE_CREDENTIAL: error(93, 'none', 'the credential is not acceptable'),
  INCONSISTENT_VOTER_SET: error(94, 'none', 'sender or receiver is not among the voters it is said to be among'),
  INVALID_UPDATE_VERSION: error(95, 'none', "the update's version is not valid"),
  FEATURE_UPDATE_FAILED: error(96, 'none', 'the features could not be updated'),
  PRINCIPAL_DESERIALIZATION_FAILURE: error(97, 'none', 'the principal of a forwarded request could not be read'),
  SNAPSHOT_NOT_FOUND: error(98, 'none', 'no such snapshot'),
  POSITION_OUT_OF_RANGE: error(99, 'none', 'the position is outside the snapshot'),
  UNKNOWN_TOPIC_ID: error(100, 'refresh', 'the broker does not know this topic id'),
  DUPLICATE_BROKER_REGISTRATION: error(101, 'none', 'a live broker is registered with this id'),
  BROKER_ID_NOT_REGISTERED: error(102, 'none', 'no broker is registered with this id'),
  INCONSISTENT_TOPIC_ID: error(103, 'refresh', 'the topic id is not that of the log'),
  INCONSISTENT_CLUSTER_ID: error(104, 'none', 'the cluster id is not that of this cluster'),
  TRANSACTIONAL_ID_NOT_FOUND: error(105, 'none', 'no such transactional id'),
  FETCH_SESSION_TOPIC_ID_ERROR: error(106, 'retry', 'a fetch session mixes topic names and topic ids'),
  INELIGIBLE_REPLICA: error(107, 'none', 'the new ISR holds a replica that must not be in it'),
  NEW_LEADER_ELECTED: error(108, 'none', 'the partition was changed as asked, and its leader too'),
  OFFSET_MOVED_TO_TIERED_STORAGE: error(109, 'none', 'the offset is in remote storage'),
  FENCED_MEMBER_EPOCH: error(110, 'none', "the member's epoch is fenced: give up the partitions and join again"),
  UNRELEASED_INSTANCE_ID: error(111, 'none', 'the instance id is still in use by another member'),
  UNSUPPORTED_ASSIGNOR: error(112, 'none', 'the group does not support this assignor'),
  STALE_MEMBER_EPOCH: error(113, 'none', "the member's epoch is old: wait for the next heartbeat's answer"),
  MISMATCHED_ENDPOINT_TYPE: error(114, 'none', 'brokers were asked for what controllers do, or the other way round'),
  UNSUPPORTED_ENDPOINT_TYPE: error(115, 'none', 'this type of endpoint is not supported'),
  UNKNOWN_CONTROLLER_ID: error(116, 'none', 'no such controller'),
  UNKNOWN_SUBSCRIPTION_ID: error(117, 'none', 'the telemetry subscription is not the current one'),
  TELEMETRY_TOO_LARGE: error(118, 'none', 'the telemetry is larger than the broker accepts'),
  INVALID_REGISTRATION: error(119, 'none', 'the controller takes the registration to be invalid'),
  TRANSACTION_ABORTABLE: error(120, 'none', 'the transaction must be aborted; the producer may go on after that'),
  INVALID_RECORD_STATE: error(121, 'none', 'the record is not in a state to be acknowledged so'),
  SHARE_SESSION_NOT_FOUND: error(122, 'retry', 'the broker does not know this share session'),
  INVALID_SHARE_SESSION_EPOCH: error(123, 'retry', "the share session's epoch is not the next one"),
  FENCED_STATE_EPOCH: error(124, 'none', "the share group's state epoch is another one"),
  INVALID_VOTER_KEY: error(125, 'none', "the voter's directory id is another one"),
  DUPLICATE_VOTER: error(126, 'none', 'already a voter'),
  VOTER_NOT_FOUND: error(127, 'none', 'not a voter'),
  INVALID_REGULAR_EXPRESSION: error(128, 'none', 'the regular expression is not valid'),
  REBOOTSTRAP_REQUIRED: error(129, 'none', "the client's metadata is too old: begin again at the bootstrap servers"),
  STREAMS_INVALID_TOPOLOGY: error(130, 'none', 'the topology is not valid'),
  STREAMS_INVALID_TOPOLOGY_EPOCH: error(131, 'none', "the topology's epoch is not valid"),
  STREAMS_TOPOLOGY_FENCED: error(132, 'none', "the topology's epoch is old"),
  SHARE_SESSION_LIMIT_REACHED: error(133, 'retry', 'the broker has no room for another share session'),
} as const

/** Kafka's name of an error. */
export type ErrorName = keyof typeof errors

/** The code of an error of Kafka 4.2. What is decoded is a plain number: a newer broker may know more codes. */
export type ErrorCode = (typeof errors)[ErrorName]['code']

/** Codes by name: `errorCode.NOT_LEADER_OR_FOLLOWER` is 6. */
export const errorCode = Object.freeze(
  Object.fromEntries(Object.entries(errors).map(([name, { code }]) => [name, code])),
) as { readonly [Name in ErrorName]: (typeof errors)[Name]['code'] }

interface ErrorEntry {
  readonly code: number
  readonly retriable: boolean
  readonly staleMetadata: boolean
  readonly message: string
}

const byCode: ReadonlyMap<number, readonly [string, ErrorEntry]> = new Map(
  Object.entries(errors).map(([name, entry]) => [entry.code, [name, entry]]),
)

/** The name of a code, or `UNKNOWN_ERROR_<code>` for one that Kafka 4.2 does not have. */
export function errorName(code: number): string {
  return byCode.get(code)?.[0] ?? `UNKNOWN_ERROR_${code}`
}

/** What the code says, in a clause; for an unknown one, that it is unknown. */
export function errorMessage(code: number): string {
  return byCode.get(code)?.[1].message ?? `the error code ${code} is not known`
}

/** True where the same request may succeed later. False for unknown codes. */
export function isRetriable(code: number): boolean {
  return byCode.get(code)?.[1].retriable ?? false
}

/** True where the client should ask for metadata before it tries again. False for unknown codes. */
export function impliesStaleMetadata(code: number): boolean {
  return byCode.get(code)?.[1].staleMetadata ?? false
}
