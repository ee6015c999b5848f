/** The judges of a cluster, fed by hand: what three nodes tell, and what clients are answered. */

import type { BrokerEvent, QuorumRole } from '../../../../../src/broker/observe/events.ts'
import type { Api } from '../../../../../src/protocol/apis.ts'
import { crc32c } from '../../../../../src/protocol/crc32c.ts'
import { encodeMetadataRecord, type MetadataRecordInput } from '../../../../../src/protocol/metadata-records/table.ts'
import { readBatchHeader } from '../../../../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../../../../src/protocol/record-batch-encode.ts'
import { ClusterWatch } from '../../../../../src/sim/invariants/cluster/cluster-watch.ts'
import { onlyTheLeaderAppends } from '../../../../../src/sim/invariants/cluster/s2-appended-by-leader.ts'
import { DiskView } from '../../../../../src/sim/invariants/disk-view.ts'
import { Ghost } from '../../../../../src/sim/invariants/ghost.ts'

export const METADATA = '__cluster_metadata-0'

export interface MetadataBatchOfTest {
  readonly at: number
  readonly epoch: number
  readonly records?: readonly MetadataRecordInput[]
}

/** A batch of the metadata log; without records it holds one that says nothing. */
function metadataBatch({ at, epoch, records = [noOp] }: MetadataBatchOfTest): Uint8Array {
  const values = records.map(encodeMetadataRecord)
  return encodeBatch(
    { baseOffset: at, leaderEpoch: epoch, records: values.map((value) => ({ timestamp: 5, key: null, value })) },
    crc32c,
  )
}

const noOp: MetadataRecordInput = { type: 'NoOpRecord', version: 0 }

/** Its findings are kept apart: most tests append without an election before. */
const ORIGIN = onlyTheLeaderAppends().name

export class ClusterJudge {
  readonly broken: string[] = []
  /** Records of the metadata log that no leader made. */
  readonly strangers: string[] = []
  /** Files of the metadata log's directory, by node. */
  readonly files = new Map<number, string[]>()
  readonly #ghosts: ReadonlyMap<number, Ghost>
  readonly watch: ClusterWatch
  nowUs = 0

  constructor(voters: readonly number[] = [1, 2, 3]) {
    this.#ghosts = new Map(voters.map((id) => [id, new Ghost(() => true, { isReplicated: true })]))
    this.watch = new ClusterWatch({
      voters,
      nowUs: () => this.nowUs,
      ghostOf: (node) => this.#ghosts.get(node)!,
      disk: (node) =>
        new DiskView({
          directories: () => [METADATA],
          filesIn: () => this.files.get(node) ?? [],
          look: () => new Uint8Array(0),
        }),
      broken: (name) => (message) => {
        if (name === ORIGIN) this.strangers.push(message)
        else this.broken.push(`${name.split(' ')[0]}: ${message}`)
      },
    })
  }

  event(node: number, event: BrokerEvent): void {
    this.#ghosts.get(node)!.observe(event)
    this.watch.onEvent(node, event)
  }

  role(node: number, role: QuorumRole, epoch: number, leaderId = role === 'leader' ? node : -1): void {
    this.event(node, { type: 'QuorumRoleChanged', role, epoch, leaderId })
  }

  restart(node: number): void {
    this.event(node, { type: 'BrokerStarting', clean: false })
  }

  append(node: number, of: MetadataBatchOfTest): void {
    const batch = metadataBatch(of)
    const { baseOffset, lastOffset } = readBatchHeader(batch, 0)
    this.event(node, { type: 'BatchAppended', partition: METADATA, baseOffset, endOffset: lastOffset + 1, batch })
  }

  /** A start finds a batch whose append a crash kept from being told. */
  load(node: number, of: MetadataBatchOfTest): void {
    const batch = metadataBatch(of)
    const endOffset = readBatchHeader(batch, 0).lastOffset + 1
    this.restart(node)
    this.#ghosts.get(node)!.adopt(METADATA, [batch])
    const told = { startOffset: 0, endOffset, recovered: true, truncatedBytes: 0 }
    this.event(node, { type: 'LogLoaded', partition: METADATA, ...told })
  }

  flush(node: number, endOffset: number): void {
    this.event(node, { type: 'LogFlushed', partition: METADATA, endOffset })
  }

  truncate(node: number, endOffset: number): void {
    this.event(node, { type: 'LogTruncated', partition: METADATA, endOffset })
  }

  /** The metadata log of a node begins anew behind a snapshot that lies there. */
  begin(node: number, offset: number): void {
    this.files.set(node, [`${String(offset).padStart(20, '0')}-0000000001.checkpoint`])
    this.event(node, { type: 'LogBegunAnew', partition: METADATA, offset })
  }

  commit(node: number, endOffset: number): void {
    this.event(node, { type: 'MetadataCommitted', endOffset })
  }

  /** Every one of the nodes appends and flushes it; the first tells it committed. */
  replicate(nodes: readonly number[], of: MetadataBatchOfTest): void {
    const end = of.at + (of.records?.length ?? 1)
    for (const node of nodes) {
      this.append(node, of)
      this.flush(node, end)
    }
    this.commit(nodes[0]!, end)
  }

  /** A client was answered by a node in the latest version; the event in which it was is over. */
  answered(server: number, api: Api, request: unknown, response: unknown): void {
    const version = api.versions.max
    const seen = { connection: 1, client: 10, server, api, version, correlationId: 1, body: request, atUs: this.nowUs }
    this.watch.onResponse({ request: seen, body: response })
    this.watch.afterEvent()
  }
}

/** What is found once these batches are committed, one record after the other. */
export function foundIn(...batches: readonly (readonly MetadataRecordInput[])[]): readonly string[] {
  const judge = new ClusterJudge()
  let at = 0
  for (const records of batches) {
    judge.replicate([1, 2], { at, epoch: 1, records })
    at += records.length
  }
  return judge.broken
}
