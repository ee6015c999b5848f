/** Batches of the metadata log as records: what is delivered once it is committed. */

import { decodeMetadataRecord } from '../../protocol/metadata-records/table.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import { batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { decodeRecords } from '../../protocol/records.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { CommittedBatch } from './quorum.ts'

/** The records of the batch at `at`. @throws {DirectoryError} for one that this program does not know: to skip it would lose a decision. */
export function committedIn(bytes: Uint8Array, at: number): CommittedBatch {
  const header = readBatchHeader(bytes, at)
  const { baseOffset, isControl } = header
  const committed = {
    ...{ baseOffset, endOffset: header.lastOffset + 1, epoch: header.leaderEpoch },
    ...{ timestamp: header.maxTimestamp, bytes: batchBytes(bytes, at) },
  }
  if (isControl) return { ...committed, records: [] }
  try {
    const records = decodeRecords(bytes, at).map(({ value }) => decodeMetadataRecord(value ?? new Uint8Array(0)))
    return { ...committed, records }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new DirectoryError(
      `${METADATA_DIRECTORY} has a record at offset ${baseOffset} that cannot be read (${error.message}); was it written by a later version?`,
    )
  }
}
