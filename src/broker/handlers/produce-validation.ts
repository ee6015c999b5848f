/**
 * Whether the records of one partition of a Produce request may be appended, in the order in which Kafka 4.2 asks
 * (`ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords`, `LogValidator`).
 *
 * A batch whose header only has the wrong largest timestamp is corrected, as Kafka does it.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest } from '../../protocol/messages/00-produce.ts'
import {
  BATCH_FIELD,
  batchBaseOffset,
  batchBytes,
  batchCompression,
  batchMagic,
  isTransactionalBatch,
  LOG_OVERHEAD,
  MAGIC,
  NO_TIMESTAMP,
} from '../../protocol/record-batch.ts'
import { compressBatch, decompressBatch } from '../../protocol/record-batch-compression.ts'
import { correctMaxTimestamp } from '../../protocol/record-batch-patch.ts'
import { type BatchLimits, type BatchProblemKind, validateBatch } from '../../protocol/record-batch-validation.ts'
import { RecordCursor } from '../../protocol/records.ts'
import { assert } from '../../world/assert.ts'
import { type Codecs, CompressionError } from '../../world/codecs.ts'
import type { World } from '../../world/world.ts'
import { compressionOf, type LogConfig } from '../config/topic-settings.ts'

export interface ProduceProblem {
  readonly errorCode: ErrorCode
  readonly message: string
  /** Each record that is to blame, by its place in the batch, where single records are. KIP-467. */
  readonly recordErrors?: readonly RecordError[]
}

export interface RecordError {
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
}

const codes: { readonly [kind in Exclude<BatchProblemKind, 'MAX_TIMESTAMP'>]: ErrorCode } = {
  TRUNCATED: errorCode.INVALID_RECORD,
  CORRUPT: errorCode.CORRUPT_MESSAGE,
  UNSUPPORTED_MAGIC: errorCode.INVALID_RECORD,
  INVALID_RECORD: errorCode.INVALID_RECORD,
  INVALID_TIMESTAMP: errorCode.INVALID_TIMESTAMP,
  // A producer splits a batch that is too large and sends its parts.
  TOO_LARGE: errorCode.MESSAGE_TOO_LARGE,
}

/** Why the records are refused; undefined where they may be appended. May change the batch's largest timestamp. */
export function produceProblem(
  { clock, codecs }: World,
  config: LogConfig,
  request: ProduceRequest,
  records: Uint8Array | null,
): ProduceProblem | undefined {
  if (records === null) return undefined
  if (request.transactionalId !== null || isTransactionalBatch(records, 0)) {
    return { errorCode: errorCode.INVALID_TXN_STATE, message: 'transactions are not served yet' }
  }
  const baseOffset = batchBaseOffset(records, 0)
  if (baseOffset !== 0) {
    const message = `a producer sent base offset ${baseOffset}, which must be 0`
    return { errorCode: errorCode.INVALID_RECORD, message }
  }
  if (records.length > config.maxMessageBytes) {
    return tooLarge(records, config)
  }
  const asked = limits(config, clock.wallMs(), codecs)
  const problem = validateBatch(records, 0, records.length, codecs.crc32c, asked)
  if (problem === undefined) return segmentProblem(config, records)
  if (problem.kind !== 'MAX_TIMESTAMP') {
    const { kind, message } = problem
    const isOneRecord = kind === 'INVALID_TIMESTAMP' && problem.recordIndex !== undefined
    const recordErrors = isOneRecord ? timestampErrors(decompressBatch(records, 0, codecs), asked) : []
    return { errorCode: codes[kind], message, recordErrors }
  }
  const plain = decompressBatch(records, 0, codecs)
  assert(!(plain instanceof CompressionError), 'a batch whose records were checked decompresses')
  correctMaxTimestamp(records, 0, codecs.crc32c, plain)
  return segmentProblem(config, records)
}

/** Every record whose time the topic does not take. */
function timestampErrors(plain: Uint8Array | CompressionError, limits: BatchLimits): readonly RecordError[] {
  const { timestampMin = Number.MIN_SAFE_INTEGER, timestampMax = Number.MAX_SAFE_INTEGER } = limits
  const found: RecordError[] = []
  const cursor = plain instanceof CompressionError ? undefined : new RecordCursor(plain, 0)
  while (cursor?.next()) {
    const { index, timestamp } = cursor
    if (timestamp === NO_TIMESTAMP || (timestamp >= timestampMin && timestamp <= timestampMax)) continue
    const batchIndexErrorMessage = `Timestamp ${timestamp} of message with offset ${index} is out of range. The timestamp should be within [${timestampMin}, ${timestampMax}]`
    found.push({ batchIndex: index, batchIndexErrorMessage })
  }
  return found
}

/**
 * Why a whole request is refused; undefined where each partition is judged by itself. Kafka looks at the first batch of
 * every partition before anything else: one that cannot be a batch, or a transactional one that comes without a
 * transactional id, refuses all of them.
 */
export function requestProblem({ transactionalId, topicData }: ProduceRequest): ErrorCode | undefined {
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      const found = records === null ? 'none' : batchAt(records, 0)
      if (found === 'corrupt') return errorCode.CORRUPT_MESSAGE
      if (records === null || found === 'none') continue
      if (batchMagic(records, 0) === MAGIC && isTransactionalBatch(records, 0) && transactionalId === null) {
        return errorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
      }
    }
  }
  return undefined
}

/**
 * Why the records of a partition are no batch that a producer may send, before the partition's log is asked: they are
 * exactly one batch of the present format. zstd came with version 7 (KIP-110): an older request that holds it is a
 * mistake of its client's.
 */
export function formProblem(apiVersion: number, records: Uint8Array | null): ProduceProblem | undefined {
  const invalid = (message: string): ProduceProblem => ({ errorCode: errorCode.INVALID_RECORD, message })
  if (records === null) return invalid('Produce requests must have a non-null record set')
  const first = batchAt(records, 0)
  if (typeof first !== 'number') return invalid('Produce requests must have at least one record batch per partition')
  if (batchMagic(records, 0) !== MAGIC) return invalid('Produce requests take record batches with magic version 2 only')
  if (apiVersion < 7 && batchCompression(records, 0) === 'zstd') {
    const message = `Produce requests with version ${apiVersion} are not allowed to use ZStandard compression`
    return { errorCode: errorCode.UNSUPPORTED_COMPRESSION_TYPE, message }
  }
  const second = batchAt(records, first)
  if (second === 'corrupt') return { errorCode: errorCode.CORRUPT_MESSAGE, message: 'the record batch is damaged' }
  if (second === 'none') return undefined
  return invalid('Produce requests must contain exactly one record batch per partition')
}

/** Where the batch at `at` ends; `none`: too few bytes are there; `corrupt`: its length or magic is impossible. */
function batchAt(records: Uint8Array, at: number): number | 'none' | 'corrupt' {
  const available = records.length - at
  if (available < LOG_OVERHEAD) return 'none'
  const size = batchBytes(records, at)
  if (size < LOG_OVERHEAD + SMALLEST_LENGTH) return 'corrupt'
  if (available <= BATCH_FIELD.magic) return 'none'
  if (batchMagic(records, at) < 0 || batchMagic(records, at) > MAGIC) return 'corrupt'
  return size <= available ? at + size : 'none'
}

/** The least that a length may say in any format there was (Kafka's `RECORD_OVERHEAD_V0`). */
const SMALLEST_LENGTH = 14

/**
 * A batch that was found right, as the topic wants it kept: the same array, or where `compression.type` names another
 * codec, one of its own with the same records, offsets, timestamps and sequence numbers.
 */
export function asTopicKeeps({ codecs }: World, config: LogConfig, records: Uint8Array): Uint8Array | ProduceProblem {
  const wanted = compressionOf(config)
  if (wanted === undefined || wanted.codec === batchCompression(records, 0)) return records
  const plain = decompressBatch(records, 0, codecs)
  assert(!(plain instanceof CompressionError), 'a batch whose records were checked decompresses')
  const batch = compressBatch(plain, codecs, wanted.codec, wanted.level)
  if (batch.length <= config.maxMessageBytes) return segmentProblem(config, batch) ?? batch
  return tooLarge(batch, config)
}

function tooLarge(records: Uint8Array, { maxMessageBytes }: LogConfig): ProduceProblem {
  const message = `The record batch size is ${records.length} bytes, which exceeds the maximum of ${maxMessageBytes}.`
  return { errorCode: errorCode.MESSAGE_TOO_LARGE, message }
}

function segmentProblem({ segmentBytes }: LogConfig, records: Uint8Array): ProduceProblem | undefined {
  if (records.length <= segmentBytes) return undefined
  const message = `The record batch size is ${records.length} bytes, which exceeds the segment size of ${segmentBytes}.`
  return { errorCode: errorCode.RECORD_LIST_TOO_LARGE, message }
}

function limits(config: LogConfig, nowMs: number, decompressor: Codecs): BatchLimits {
  if (config.timestampType === 'LogAppendTime') return { isFromClient: true, decompressor }
  return {
    isFromClient: true,
    decompressor,
    timestampMin: Math.max(nowMs - config.timestampBeforeMaxMs, Number.MIN_SAFE_INTEGER),
    timestampMax: Math.min(nowMs + config.timestampAfterMaxMs, Number.MAX_SAFE_INTEGER),
  }
}
