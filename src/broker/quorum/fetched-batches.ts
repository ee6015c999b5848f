/**
 * What a follower fetched, checked before a byte of it is appended: whole batches that go on where the log ends, with
 * checksums that hold and epochs that do not go back and are not above the leader's.
 *
 * A batch that is cut off behind others is no fault (the leader's limit cut it); anything else that is wrong refuses
 * the whole answer. Source: KIP-595; KAFKA-14104 for the checksum.
 */

import { BATCH_HEADER_BYTES, batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../protocol/record-batch-validation.ts'
import type { Codecs } from '../../world/codecs.ts'
import type { LogEnd } from './raft/raft-events.ts'

/** The batches, each a slice of `records`; or what is wrong with them, for people. */
export function fetchedBatches(
  records: Uint8Array,
  end: LogEnd,
  leaderEpoch: number,
  codecs: Codecs,
): readonly Uint8Array[] | string {
  const batches: Uint8Array[] = []
  let { epoch, endOffset } = end
  let at = 0
  while (records.length - at >= BATCH_HEADER_BYTES) {
    const until = at + batchBytes(records, at)
    if (until > records.length) break
    const problem = checkBatchFrame(records, at, Math.max(until, at), codecs.crc32c)
    if (problem !== undefined) return `the batch fetched at offset ${endOffset} is refused: ${problem.message}`
    const header = readBatchHeader(records, at)
    if (header.baseOffset !== endOffset) return `a batch of offset ${header.baseOffset} was fetched for ${endOffset}`
    if (header.leaderEpoch < epoch || header.leaderEpoch > leaderEpoch) {
      return `a batch of epoch ${header.leaderEpoch} was fetched from the leader of epoch ${leaderEpoch}, behind one of ${epoch}`
    }
    batches.push(records.slice(at, until))
    epoch = header.leaderEpoch
    endOffset = header.lastOffset + 1
    at = until
  }
  if (batches.length === 0 && records.length > 0) return `no whole batch was fetched at offset ${endOffset}`
  return batches
}
