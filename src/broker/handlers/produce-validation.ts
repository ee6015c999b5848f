/**
 * Whether the records of one partition of a Produce request may be appended, in the order in which Kafka 4.2 asks
 * (`ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords`, `LogValidator`).
 *
 * A batch whose header only has the wrong largest timestamp is corrected, as Kafka does it.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest } from '../../protocol/messages/00-produce.ts'
import {
  BATCH_HEADER_BYTES,
  batchBytes,
  batchCompression,
  batchMagic,
  isTransactionalBatch,
  MAGIC,
} from '../../protocol/record-batch.ts'
import { compressBatch, decompressBatch } from '../../protocol/record-batch-compression.ts'
import { correctMaxTimestamp } from '../../protocol/record-batch-patch.ts'
import { type BatchLimits, type BatchProblemKind, validateBatch } from '../../protocol/record-batch-validation.ts'
import { assert } from '../../world/assert.ts'
import { CompressionError } from '../../world/codecs.ts'
import type { World } from '../../world/world.ts'
import { compressionOf, type LogConfig } from '../config/topic-settings.ts'

export interface ProduceProblem {
  readonly errorCode: ErrorCode
  readonly message: string
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
  const form = formProblem(records)
  if (form !== undefined || records === null) return form
  if (request.transactionalId !== null || isTransactionalBatch(records, 0)) {
    return { errorCode: errorCode.INVALID_TXN_STATE, message: 'transactions are not served yet' }
  }
  if (records.length > config.maxMessageBytes) {
    return tooLarge(records, config)
  }
  const asked = { ...limits(config, clock.wallMs()), decompressor: codecs }
  const problem = validateBatch(records, 0, records.length, codecs.crc32c, asked)
  if (problem === undefined) return segmentProblem(config, records)
  if (problem.kind !== 'MAX_TIMESTAMP') return { errorCode: codes[problem.kind], message: problem.message }
  const plain = decompressBatch(records, 0, codecs)
  assert(!(plain instanceof CompressionError), 'a batch whose records were checked decompresses')
  correctMaxTimestamp(records, 0, codecs.crc32c, plain)
  return segmentProblem(config, records)
}

/** A partition's records are exactly one batch of the present format. */
function formProblem(records: Uint8Array | null): ProduceProblem | undefined {
  const invalid = (message: string): ProduceProblem => ({ errorCode: errorCode.INVALID_RECORD, message })
  if (records === null) return invalid('Produce requests must have a non-null record set')
  if (records.length === 0) return invalid('Produce requests must have exactly one record batch per partition')
  if (records.length < BATCH_HEADER_BYTES) {
    return { errorCode: errorCode.CORRUPT_MESSAGE, message: 'the record batch is cut short' }
  }
  if (batchMagic(records, 0) === MAGIC && batchBytes(records, 0) < records.length && batchBytes(records, 0) > 0) {
    return invalid('Produce requests must contain exactly one record batch per partition')
  }
  return undefined
}

/** zstd came with version 7 (KIP-110): an older request that holds it is a mistake of its client's. */
export function versionProblem(apiVersion: number, records: Uint8Array | null): ProduceProblem | undefined {
  if (apiVersion >= 7 || records === null || records.length < BATCH_HEADER_BYTES) return undefined
  if (batchMagic(records, 0) !== MAGIC || batchCompression(records, 0) !== 'zstd') return undefined
  const message = `Produce requests with version ${apiVersion} are not allowed to use ZStandard compression`
  return { errorCode: errorCode.UNSUPPORTED_COMPRESSION_TYPE, message }
}

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

function limits(config: LogConfig, nowMs: number): BatchLimits {
  if (config.timestampType === 'LogAppendTime') return { isFromClient: true }
  return {
    isFromClient: true,
    timestampMin: Math.max(nowMs - config.timestampBeforeMaxMs, Number.MIN_SAFE_INTEGER),
    timestampMax: Math.min(nowMs + config.timestampAfterMaxMs, Number.MAX_SAFE_INTEGER),
  }
}
