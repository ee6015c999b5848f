/**
 * How calls end, and what a failure proves.
 *
 * A *definite* failure means the call had no effect and never will. An *indefinite* one means it may have had, or may yet
 * have. Checkers rely on it, so where nothing is known the answer is indefinite. One attempt is judged here; a call of
 * several attempts is indefinite as soon as one of them was, unless a later answer proves what became of it.
 *
 * Source: the classification of Jepsen's Kafka tests; KAFKA-13574 for NOT_LEADER_OR_FOLLOWER, which a leader also
 * answers after it has appended; NOT_CONTROLLER is
 * answered too by a controller that appended a change and then lost its leadership, which may be committed all the same.
 */

import { type ErrorName, errorCode, errorName } from '../protocol/errors.ts'
import type { WireError } from '../wire/wire-error.ts'

/** Whether a failed call certainly had no effect. */
export type Certainty = 'definite' | 'indefinite'

/** A call that did not succeed. */
export interface Failure {
  readonly kind: 'failed'
  readonly certainty: Certainty
  /** Kafka's name of the error, or one of the client's own: see `ClientErrorName`. For decisions. */
  readonly error: string
  /** What happened, why, and what can be done. For people. */
  readonly message: string
}

/** A value, or why there is none. */
export type Outcome<T> = { readonly kind: 'ok'; readonly value: T } | Failure

/**
 * Failures that no broker answered:
 * - `DELIVERY_TIMED_OUT`: no acknowledgement came in `deliveryTimeoutMs`.
 * - `METADATA_TIMED_OUT`: the topic's partitions, or a broker to ask, were not found in time.
 * - `API_TIMED_OUT`: a call found no final answer in `defaultApiTimeoutMs`.
 * - `MESSAGE_TOO_LARGE`: the record is larger than `maxRequestBytes`; Kafka's name, for brokers answer it too.
 * - `BUFFER_EXHAUSTED`: the producer holds `bufferBytes` of unsettled records already.
 * - `INVALID_PARTITION`: the topic has no such partition.
 * - `LOG_TRUNCATED`: records that this consumer has read, or stands behind, are gone from the log (KIP-320).
 * - `CLOSED`: the client was closed first.
 */
export type ClientErrorName =
  | 'DELIVERY_TIMED_OUT'
  | 'METADATA_TIMED_OUT'
  | 'API_TIMED_OUT'
  | 'MESSAGE_TOO_LARGE'
  | 'BUFFER_EXHAUSTED'
  | 'INVALID_PARTITION'
  | 'LOG_TRUNCATED'
  | 'CLOSED'

/** Errors after which nothing was done, and nothing of this attempt will be. Every other one is indefinite. */
const definiteCodes: ReadonlySet<number> = new Set([
  errorCode.OFFSET_OUT_OF_RANGE,
  errorCode.CORRUPT_MESSAGE,
  errorCode.UNKNOWN_TOPIC_OR_PARTITION,
  errorCode.INVALID_FETCH_SIZE,
  errorCode.LEADER_NOT_AVAILABLE,
  errorCode.MESSAGE_TOO_LARGE,
  errorCode.INVALID_TOPIC_EXCEPTION,
  errorCode.RECORD_LIST_TOO_LARGE,
  errorCode.NOT_ENOUGH_REPLICAS,
  errorCode.INVALID_REQUIRED_ACKS,
  errorCode.TOPIC_AUTHORIZATION_FAILED,
  errorCode.CLUSTER_AUTHORIZATION_FAILED,
  errorCode.INVALID_TIMESTAMP,
  errorCode.UNSUPPORTED_VERSION,
  errorCode.TOPIC_ALREADY_EXISTS,
  errorCode.INVALID_PARTITIONS,
  errorCode.INVALID_REPLICATION_FACTOR,
  errorCode.INVALID_REPLICA_ASSIGNMENT,
  errorCode.INVALID_CONFIG,
  errorCode.INVALID_REQUEST,
  errorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  errorCode.POLICY_VIOLATION,
  errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  errorCode.INVALID_PRODUCER_EPOCH,
  errorCode.INVALID_TXN_STATE,
  errorCode.INVALID_PRODUCER_ID_MAPPING,
  errorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  errorCode.UNKNOWN_PRODUCER_ID,
  errorCode.UNSUPPORTED_COMPRESSION_TYPE,
  errorCode.OFFSET_NOT_AVAILABLE,
  errorCode.INVALID_RECORD,
  errorCode.THROTTLING_QUOTA_EXCEEDED,
  errorCode.PRODUCER_FENCED,
  errorCode.UNKNOWN_TOPIC_ID,
  errorCode.INCONSISTENT_TOPIC_ID,
])

/** What an attempt that was answered with this error code proves. */
export function certaintyOf(code: number): Certainty {
  return definiteCodes.has(code) ? 'definite' : 'indefinite'
}

/** The failure of a call whose one attempt was answered with this error code. */
export function failureOfCode(code: number, context: string, detail: string | null): Failure {
  const name = errorName(code)
  return failure(
    certaintyOf(code),
    name,
    `${context}: the broker answered ${name}${detail === null ? '' : ` (${detail})`}`,
  )
}

/** The failure of a call whose one attempt got no answer: definite where no byte of it can have left. */
export function failureOfWire(error: WireError, context: string): Failure {
  return failure(error.sent ? 'indefinite' : 'definite', nameOfWire(error), `${context}: ${error.message}`)
}

/** Kafka's names for what its own clients meet. */
function nameOfWire({ code }: WireError): ErrorName {
  if (code === 'TIMED_OUT') return 'REQUEST_TIMED_OUT'
  return code === 'UNSUPPORTED_VERSION' ? code : 'NETWORK_EXCEPTION'
}

/** A failure of this client's own making. */
export function clientFailure(certainty: Certainty, name: ClientErrorName, message: string): Failure {
  return failure(certainty, name, message)
}

/** The same failure as the end of a call that had an indefinite attempt before. */
export function afterIndefinite(last: Failure): Failure {
  if (last.certainty === 'indefinite') return last
  return failure('indefinite', last.error, `${last.message}; what became of an earlier attempt is unknown`)
}

function failure(certainty: Certainty, error: string, message: string): Failure {
  return { kind: 'failed', certainty, error, message }
}
