/** Record batches as producers send them, right ones and wrong ones, from a description that prints and shrinks. */

import type { Compression } from '../../src/protocol/record-batch.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD } from '../../src/protocol/record-batch.ts'
import { compressBatch } from '../../src/protocol/record-batch-compression.ts'
import { encodeBatch } from '../../src/protocol/record-batch-encode.ts'
import { writeCrc, writeInt16, writeInt32, writeInt64 } from '../../src/protocol/record-batch-patch.ts'
import { nativeCodecs } from '../../src/real/codecs.ts'

/** What is wrong with a batch. */
export const FLAWS = [
  'checksum',
  'magic 0',
  'magic 1',
  'magic 3',
  'cut short',
  'a byte alone',
  'length too small',
  'length too large',
  'base offset 5',
  'leader epoch 7',
  'control',
  'transactional',
  'delete horizon',
  'one record more in the header',
  'one record less in the header',
  'no records in the header',
  'last offset delta too large',
  'maximum timestamp too small',
  'maximum timestamp too large',
  'twice',
  'bytes behind the records',
  'nothing',
] as const

export type Flaw = (typeof FLAWS)[number]

export interface DescribedRecord {
  readonly key: string | null
  readonly value: string | null
  /** From the sequence's base time; null: none. */
  readonly plusMs: number | null
  readonly headers?: readonly string[]
}

export interface BatchDescription {
  readonly $: 'batch'
  readonly codec: Compression
  readonly records: readonly DescribedRecord[]
  /** Null: not idempotent. */
  readonly producer: { readonly of: number; readonly epoch: number; readonly sequence: number } | null
  readonly flaw: Flaw | null
}

const { crc32c } = nativeCodecs

/** The bytes; times count from `baseMs`. */
export function batchOf(
  { codec, records, producer, flaw }: BatchDescription,
  baseMs: number,
  producerIdOf: (producer: number) => number,
): Uint8Array {
  const plain = encodeBatch(
    {
      baseOffset: 0,
      ...(producer !== null && {
        ...{ producerId: producerIdOf(producer.of), producerEpoch: producer.epoch, baseSequence: producer.sequence },
      }),
      records: records.map(({ key, value, plusMs, headers = [] }) => ({
        timestamp: plusMs === null ? -1 : baseMs + plusMs,
        ...{ key: encoded(key), value: encoded(value) },
        headers: headers.map((header) => ({ key: header, value: encoded(header) })),
      })),
    },
    crc32c,
  )
  // A decompressor need not look at what follows its stream.
  const isPlain = codec === 'none' || flaw === 'bytes behind the records'
  const batch = isPlain ? plain : compressBatch(plain, nativeCodecs, codec)
  return flaw === null ? batch : flawed(batch.slice(), flaw, records.length, baseMs)
}

function encoded(text: string | null): Uint8Array | null {
  return text === null ? null : new Uint8Array(Buffer.from(text))
}

function flawed(batch: Uint8Array, flaw: Flaw, count: number, baseMs: number): Uint8Array {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length)
  const attributes = view.getInt16(BATCH_FIELD.attributes)
  const resealed = (change: () => void): Uint8Array => {
    change()
    writeCrc(batch, 0, crc32c)
    return batch
  }
  const changed = (change: () => void): Uint8Array => {
    change()
    return batch
  }
  switch (flaw) {
    case 'checksum':
      return changed(() => writeInt32(batch, BATCH_FIELD.crc, view.getInt32(BATCH_FIELD.crc) ^ 1))
    case 'magic 0':
    case 'magic 1':
    case 'magic 3':
      return changed(() => view.setInt8(BATCH_FIELD.magic, Number(flaw.at(-1))))
    case 'cut short':
      return batch.subarray(0, batch.length - 3)
    case 'a byte alone':
      return batch.subarray(0, 1)
    case 'nothing':
      return batch.subarray(0, 0)
    case 'length too small':
      return changed(() => writeInt32(batch, BATCH_FIELD.batchLength, 10))
    case 'length too large':
      return changed(() => writeInt32(batch, BATCH_FIELD.batchLength, view.getInt32(BATCH_FIELD.batchLength) + 9))
    case 'base offset 5':
      return changed(() => writeInt64(batch, BATCH_FIELD.baseOffset, 5))
    case 'leader epoch 7':
      return changed(() => writeInt32(batch, BATCH_FIELD.leaderEpoch, 7))
    case 'control':
    case 'transactional':
      return resealed(() => writeInt16(batch, BATCH_FIELD.attributes, attributes | BATCH_ATTRIBUTE[flaw]))
    case 'delete horizon':
      return resealed(() => writeInt16(batch, BATCH_FIELD.attributes, attributes | BATCH_ATTRIBUTE.deleteHorizon))
    case 'one record more in the header':
      return resealed(() => writeCounts(batch, count + 1, count))
    case 'one record less in the header':
      return resealed(() => writeCounts(batch, count - 1, count - 2))
    case 'no records in the header':
      return resealed(() => writeCounts(batch, 0, -1))
    case 'last offset delta too large':
      return resealed(() => writeInt32(batch, BATCH_FIELD.lastOffsetDelta, count + 4))
    case 'maximum timestamp too small':
      return resealed(() => writeInt64(batch, BATCH_FIELD.maxTimestamp, baseMs - 86_400_000))
    case 'maximum timestamp too large':
      return resealed(() => writeInt64(batch, BATCH_FIELD.maxTimestamp, baseMs + 1_700_000))
    case 'twice':
      return new Uint8Array(Buffer.concat([batch, batch]))
    case 'bytes behind the records':
      return behind(batch)
  }
}

function writeCounts(batch: Uint8Array, count: number, lastOffsetDelta: number): void {
  writeInt32(batch, BATCH_FIELD.recordCount, count)
  writeInt32(batch, BATCH_FIELD.lastOffsetDelta, lastOffsetDelta)
}

function behind(batch: Uint8Array): Uint8Array {
  const longer = new Uint8Array([...batch, 0, 0, 0])
  writeInt32(longer, BATCH_FIELD.batchLength, longer.length - 12)
  writeCrc(longer, 0, crc32c)
  return longer
}
