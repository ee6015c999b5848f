/** Batches of the metadata log as records: what is delivered once it is committed. */

import { decodeMetadataRecord } from '../../protocol/metadata-records/table.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import { decodeQuorumControlRecord } from '../../protocol/quorum-control-records.ts'
import { batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { decodeRecords } from '../../protocol/records.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import { kraftVersionProblem } from './kraft-version.ts'
import type { CommittedBatch } from './quorum.ts'

/** The records of the batch at `at`. @throws {DirectoryError} for one that this program does not know: to skip it would lose a decision. */
export function committedIn(bytes: Uint8Array, at: number): CommittedBatch {
  const header = readBatchHeader(bytes, at)
  const { baseOffset, isControl } = header
  const committed = {
    ...{ baseOffset, endOffset: header.lastOffset + 1, epoch: header.leaderEpoch },
    ...{ timestamp: header.maxTimestamp, bytes: batchBytes(bytes, at) },
  }
  try {
    if (isControl) {
      for (const { key, value } of decodeRecords(bytes, at)) refuseKraftVersion(baseOffset, key, value)
      return { ...committed, records: [] }
    }
    const records = decodeRecords(bytes, at).map(({ value }) => decodeMetadataRecord(value ?? new Uint8Array(0)))
    return { ...committed, records }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new DirectoryError(
      `${METADATA_DIRECTORY} has a record at offset ${baseOffset} that cannot be read (${error.message}); was it written by a later version?`,
    )
  }
}

function refuseKraftVersion(offset: number, key: Uint8Array | null, value: Uint8Array | null): void {
  const problem = kraftVersionProblem(decodeQuorumControlRecord(key, value))
  if (problem === undefined) return
  throw new DirectoryError(`${METADATA_DIRECTORY} has a record at offset ${offset} that cannot be followed: ${problem}`)
}
