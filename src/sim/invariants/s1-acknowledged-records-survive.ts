/**
 * S1: what was acknowledged is there for good.
 *
 * When a log is loaded it holds all it held: after a process kill and a clean stop everything; after a power loss (or a
 * failed sync) everything up to its flushed end, and, where only flushed records are answered, everything answered. An
 * acknowledgement names the offset at which the record really lies. For the records of the metadata log a snapshot
 * beside it may stand. Topic creations and producer ids that were answered
 * are in the metadata log after every restart, and no producer id is ever given twice. What retention deletes it was
 * allowed to. Sources: design of durability (acks=all, KIP-101), KIP-631, KIP-730.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import type { BrokerEvent } from '../../broker/observe/events.ts'
import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest, ProduceResponse } from '../../protocol/messages/00-produce.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../protocol/messages/19-create-topics.ts'
import type { InitProducerIdResponse } from '../../protocol/messages/22-init-producer-id.ts'
import { decodeMetadataRecord } from '../../protocol/metadata-records/table.ts'
import { BATCH_HEADER_BYTES, batchProducerId, batchRecordCount } from '../../protocol/record-batch.ts'
import { decompressBatch } from '../../protocol/record-batch-compression.ts'
import { decodeRecords } from '../../protocol/records.ts'
import { CompressionError } from '../../world/codecs.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { SeenResponse } from '../run/wire-tap.ts'
import type { DiskView } from './disk-view.ts'
import type { GhostPartition } from './ghost.ts'
import type { Invariant, Judged } from './invariant.ts'
import { sameBytes, segmentsOn, snapshotEndsOn } from './log-files.ts'
import { topicNameOf } from './topic-names.ts'

export function acknowledgedRecordsSurvive(): Invariant {
  const loaded = new Set<string>()
  const topics = new Map<string, string>()
  const producerIds = new Set<number>()
  return {
    name: 'S1 acknowledged records survive',
    source: 'KIP-101; KIP-631; KIP-730',
    onEvent(judged, event) {
      if (event.type === 'BrokerStarting') loaded.clear()
      if (event.type === 'BatchAppended' && !loaded.has(event.partition)) {
        // Clients may be served a moment before all is ready.
        beginsAnew(judged, judged.ghost.partition(event.partition))
        loaded.add(event.partition)
      }
      if (event.type !== 'LogLoaded') return
      loaded.add(event.partition)
      const ghost = judged.ghost.partition(event.partition)
      const snapshots = event.partition === METADATA_DIRECTORY ? snapshotEndsOn(judged.disk()) : []
      if (event.startOffset > ghost.startOffset && !snapshots.includes(event.startOffset)) {
        judged.broken(
          `${event.partition} was loaded with its start at ${event.startOffset}, and had it at ${ghost.startOffset}`,
          { partition: event.partition, offset: event.startOffset },
        )
      }
      checkLoaded(judged, ghost, Math.max(event.endOffset, ...snapshots))
    },
    onReady(judged) {
      for (const partition of judged.ghost.partitions.values())
        if (!loaded.has(partition.name)) beginsAnew(judged, partition)
      loaded.clear()
    },
    onResponse(judged, response) {
      const { api } = response.request
      if (api === apis.produce) checkAcknowledged(judged, response)
      else if (api === apis.createTopics) rememberTopics(response, topics)
      else if (api === apis.initProducerId) checkProducerId(judged, response, producerIds)
    },
    recomputeAll: (judged, disk) => checkMetadata(judged, disk, topics, producerIds),
  }
}

/** A log that this life has not loaded, if there was one, was lost with its directory. */
function beginsAnew(judged: Judged, partition: GhostPartition): void {
  if (partition.endOffset === 0 || judged.ghost.lastEnd === 'none') return
  checkLoaded(judged, partition, 0)
  judged.ghost.observe(vanished(partition.name))
}

function vanished(partition: string): BrokerEvent {
  return { type: 'LogLoaded', partition, startOffset: 0, endOffset: 0, recovered: true, truncatedBytes: 0 }
}

function checkLoaded(judged: Judged, partition: GhostPartition, endOffset: number): void {
  const { name, flushedEnd, answeredEnd } = partition
  const lost = `${name} ended at ${partition.endOffset} and was loaded with its end at ${endOffset}`
  if (endOffset >= partition.endOffset) return
  const where = { partition: name, offset: endOffset }
  const { lastEnd } = judged.ghost
  if (lastEnd !== 'power-loss' && lastEnd !== 'failed-sync') {
    return judged.broken(
      `${lost}, though the broker was ${lastEnd === 'process-kill' ? 'only killed' : 'stopped cleanly'}`,
      where,
    )
  }
  if (endOffset < flushedEnd) judged.broken(`${lost}, though it was flushed to ${flushedEnd}`, where)
  else if (partition.isFlushedBeforeAnswer() && endOffset < answeredEnd) {
    judged.broken(`${lost}, though records up to ${answeredEnd} were answered, flushed as was promised`, where)
  }
}

/** An acknowledgement must name the place where the records lie. */
function checkAcknowledged(judged: Judged, { request, body }: SeenResponse): void {
  const asked = request.body as ProduceRequest
  ;(body as ProduceResponse).responses.forEach((topic, at) => {
    const name = topicNameOf(judged, request, topic)
    topic.partitionResponses.forEach(({ index, errorCode: code, baseOffset }, partitionAt) => {
      if (code !== errorCode.NONE || name === undefined) return
      const sent = asked.topicData[at]?.partitionData[partitionAt]?.records
      const partition = `${name}-${index}`
      const batch = judged.ghost.batchAt(partition, baseOffset)
      const where = { partition, offset: baseOffset }
      if (sent === undefined || sent === null) return
      if (batch === undefined || batch.header.baseOffset !== baseOffset) {
        judged.broken(`records were acknowledged at offset ${baseOffset} of ${partition}, where no batch begins`, where)
        return
      }
      const isSame =
        batch.header.recordCount === batchRecordCount(sent, 0) &&
        batch.header.producerId === batchProducerId(sent, 0) &&
        sameRecords(batch.bytes, sent)
      if (!isSame)
        judged.broken(`records were acknowledged at offset ${baseOffset} of ${partition}, where others lie`, where)
      judged.ghost.answered(partition, batch.header.lastOffset + 1)
    })
  })
}

/** The same records, byte for byte once decompressed: the topic may keep them in another way than they were sent. */
function sameRecords(kept: Uint8Array, sent: Uint8Array): boolean {
  if (sameBytes(kept.subarray(BATCH_HEADER_BYTES), sent.subarray(BATCH_HEADER_BYTES))) return true
  const [plainKept, plainSent] = [decompressBatch(kept, 0, simCodecs), decompressBatch(sent, 0, simCodecs)]
  if (plainKept instanceof CompressionError || plainSent instanceof CompressionError) return false
  return sameBytes(plainKept.subarray(BATCH_HEADER_BYTES), plainSent.subarray(BATCH_HEADER_BYTES))
}

function rememberTopics({ request, body }: SeenResponse, topics: Map<string, string>): void {
  if ((request.body as CreateTopicsRequest).validateOnly) return
  for (const { name, errorCode: code, topicId } of (body as CreateTopicsResponse).topics) {
    if (code === errorCode.NONE) topics.set(name, topicId)
  }
}

function checkProducerId(judged: Judged, { body }: SeenResponse, given: Set<number>): void {
  const { errorCode: code, producerId } = body as InitProducerIdResponse
  if (code !== errorCode.NONE) return
  if (given.has(producerId)) judged.broken(`producer id ${producerId} was given twice`)
  given.add(producerId)
}

/** Folds the metadata log off the disk and compares it with what was answered. */
function checkMetadata(
  judged: Judged,
  disk: DiskView,
  topics: ReadonlyMap<string, string>,
  producerIds: ReadonlySet<number>,
): void {
  if (topics.size === 0 && producerIds.size === 0) return
  // A node of a cluster may learn later what another one has answered (`cluster/s7-metadata-matching.ts`).
  if (judged.ghost.isReplicated(METADATA_DIRECTORY)) return
  const found = new Set<string>()
  const present = new Map<string, string>()
  let nextProducerId = 0
  for (const { batches } of segmentsOn(disk, METADATA_DIRECTORY)) {
    for (const { bytes, header } of batches) {
      if (header.isControl) continue
      for (const { value } of decodeRecords(bytes, 0)) {
        const record = decodeMetadataRecord(value!)
        if (record.type === 'TopicRecord') {
          if ([...present.values()].includes(record.name)) judged.broken(`topic ${record.name} was created twice`)
          found.add(record.name)
          present.set(record.topicId, record.name)
        }
        if (record.type === 'RemoveTopicRecord') present.delete(record.topicId)
        if (record.type === 'ProducerIdsRecord') nextProducerId = Math.max(nextProducerId, record.nextProducerId)
      }
    }
  }
  for (const name of topics.keys()) {
    if (!found.has(name)) judged.broken(`the creation of topic ${name} was answered and is not in the metadata log`)
  }
  for (const id of producerIds) {
    if (id >= nextProducerId)
      judged.broken(`producer id ${id} was given out of a block that is not in the metadata log`)
  }
}
