/** The judges of a run, fed by hand: events of a broker, what is said on the wire, and what lies on its disk. */

import type { BrokerEvent } from '../../../../src/broker/observe/events.ts'
import { type Api, apis } from '../../../../src/protocol/apis.ts'
import { crc32c } from '../../../../src/protocol/crc32c.ts'
import { batchBytes, readBatchHeader, type TimestampType } from '../../../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { DiskView } from '../../../../src/sim/invariants/disk-view.ts'
import { Ghost } from '../../../../src/sim/invariants/ghost.ts'
import { InvariantWatch } from '../../../../src/sim/invariants/watch.ts'
import type { SeenRequest } from '../../../../src/sim/run/wire-tap.ts'

/** The partition that tests write to. */
export const orders = 'orders-0'
/** A partition whose records are answered only when they are flushed. */
export const safe = 'safe-0'

export interface BatchOfTest {
  readonly at: number
  readonly count?: number
  readonly producer?: number
  readonly producerEpoch?: number
  readonly sequence?: number
  readonly leaderEpoch?: number
  readonly timestamp?: number
  readonly value?: string
  readonly values?: readonly Uint8Array[]
}

/** A batch as it would lie in a log. */
export function batch(of: BatchOfTest): Uint8Array {
  const { at, count = 1, producer = -1, producerEpoch = 0, sequence = 0, timestamp = 1000 + at, value = `${at}` } = of
  const values =
    of.values ?? Array.from({ length: count }, () => new Uint8Array([...value].map((c) => c.charCodeAt(0))))
  const producerFields = producer < 0 ? {} : { producerId: producer, producerEpoch, baseSequence: sequence }
  return encodeBatch(
    {
      ...{ baseOffset: at, leaderEpoch: of.leaderEpoch ?? 0, ...producerFields },
      records: values.map((bytes) => ({ timestamp, key: null, value: bytes })),
    },
    crc32c,
  )
}

interface Answered {
  readonly errorCode?: number
  readonly baseOffset?: number
  readonly logAppendTimeMs?: number
  readonly partition?: string
  readonly connection?: number
}

export class Judge {
  readonly ghost = new Ghost((partition) => partition === safe || partition === '__cluster_metadata-0')
  readonly files = new Map<string, Uint8Array>()
  readonly broken: string[] = []
  readonly looks: string[] = []
  isServing = true
  nowMs = 1_000_000
  timestampType: TimestampType | undefined = 'CreateTime'
  retention = { retentionMs: -1, retentionBytes: -1 }
  readonly #watch = new InvariantWatch({
    ghost: this.ghost,
    isServing: () => this.isServing,
    wallMs: () => this.nowMs,
    wallAtEventMs: () => this.nowMs,
    timestampTypeOf: () => this.timestampType,
    retentionOf: () => this.retention,
    disk: () => new DiskView(this.#viewed()),
    broken: (name) => (message) => {
      this.broken.push(`${name}: ${message}`)
    },
  })

  event(event: BrokerEvent): void {
    this.#watch.onEvent(event)
  }

  /** Batches are appended, and lie on the disk in the segment that was begun last. */
  append(bytes: Uint8Array, partition = orders): void {
    const { baseOffset, lastOffset } = readBatchHeader(bytes, 0)
    this.event({ type: 'BatchAppended', partition, baseOffset, endOffset: lastOffset + 1, batch: bytes })
    const name = [...this.files.keys()]
      .filter((path) => path.startsWith(`${partition}/`) && path.endsWith('.log'))
      .at(-1)
    const path = name ?? logName(partition, 0)
    this.files.set(path, concatenated(this.files.get(path) ?? new Uint8Array(0), bytes))
  }

  flushed(endOffset: number, partition = orders): void {
    this.event({ type: 'LogFlushed', partition, endOffset })
  }

  loaded(endOffset: number, options: { readonly partition?: string; readonly startOffset?: number } = {}): void {
    const { partition = orders, startOffset = 0 } = options
    this.event({ type: 'LogLoaded', partition, startOffset, endOffset, recovered: true, truncatedBytes: 0 })
  }

  /** A life ends, and the next begins to load. */
  restart(how: 'clean' | 'process-kill' | 'power-loss' | 'failed-sync'): void {
    if (how === 'clean') this.event({ type: 'LogsClosing' })
    this.ghost.lifeEnded(how, 77)
    this.event({ type: 'BrokerStarting', clean: how === 'clean' })
  }

  ready(): void {
    this.#watch.onReady()
    this.ghost.ready()
  }

  afterEvents(count: number): void {
    for (let event = 0; event < count; event++) this.#watch.afterEvent()
  }

  diskWiped(): void {
    this.files.clear()
    this.#watch.onDiskWiped()
  }

  recomputeAll(): void {
    this.#watch.recomputeAll()
  }

  /** A batch was sent and answered. */
  produced(sent: Uint8Array, answered: Answered = {}): void {
    const { errorCode = 0, baseOffset = -1, logAppendTimeMs = -1, partition = orders, connection = 1 } = answered
    const name = partition.slice(0, partition.lastIndexOf('-'))
    const place = { name, topicId: ZERO_UUID }
    this.said(
      apis.produce,
      { acks: -1, topicData: [{ ...place, partitionData: [{ index: 0, records: sent }] }] },
      { responses: [{ ...place, partitionResponses: [{ index: 0, errorCode, baseOffset, logAppendTimeMs }] }] },
      connection,
    )
  }

  /** A consumer was shown bytes, and told of a high watermark. */
  fetched(records: Uint8Array | null, highWatermark: number, partition = orders): void {
    const name = partition.slice(0, partition.lastIndexOf('-'))
    const partitions = [{ partitionIndex: 0, errorCode: 0, highWatermark, records }]
    this.said(apis.fetch, {}, { responses: [{ topic: name, topicId: ZERO_UUID, partitions }] })
  }

  said(api: Api, request: unknown, response: unknown, connection = 1): void {
    const seen: SeenRequest = {
      connection,
      client: 10,
      server: 1,
      api,
      version: 9,
      correlationId: 1,
      body: request,
      atUs: 0,
    }
    this.#watch.onRequest(seen)
    this.#watch.onResponse({ request: seen, body: response })
  }

  #viewed() {
    const paths = [...this.files.keys()].sort()
    const within = (directory: string) => paths.filter((path) => path.startsWith(`${directory}/`))
    return {
      directories: () => [...new Set(paths.map((path) => path.slice(0, path.indexOf('/'))))],
      filesIn: (directory: string) => within(directory).map((path) => path.slice(directory.length + 1)),
      look: (directory: string, name: string) => {
        const path = `${directory}/${name}`
        if (this.files.has(path)) this.looks.push(path)
        return this.files.get(path)
      },
    }
  }
}

/** The name of a partition's file: `orders-0/00000000000000000007.log`. */
export function logName(partition: string, baseOffset: number, kind = 'log'): string {
  return `${partition}/${String(baseOffset).padStart(20, '0')}.${kind}`
}

export function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]))
}

/** Where each batch of a segment begins. */
export function positionsOf(segment: Uint8Array): readonly number[] {
  const positions: number[] = []
  for (let at = 0; at < segment.length; at += batchBytes(segment, at)) positions.push(at)
  return positions
}
