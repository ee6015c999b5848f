/**
 * The floor that a broker is compared with: a process that takes Produce requests as the load generators send them and
 * does for each only what no broker can leave out: cut the frame, check the checksum, set the base offset, append to one
 * file, answer. No topics, no limits, no versions but one, nothing that could be read again. It uses the same sockets, buffers
 * and checksum as samsa, so that the difference is the broker. The program's argument is the file; it prints
 * `ready HOST:PORT`.
 */

import { ftruncateSync, openSync, writeSync } from 'node:fs'
import { apis } from '../../protocol/apis.ts'
import { encodeResponse } from '../../protocol/headers.ts'
import { BATCH_FIELD, batchBytes, batchCrc, batchRecordCount } from '../../protocol/record-batch.ts'
import { writeInt32, writeInt64 } from '../../protocol/record-batch-patch.ts'
import { nativeCodecs } from '../../real/codecs.ts'
import { createRealWorld } from '../../real/world.ts'
import { FRAME_BYTES_MAX, FrameReceiver } from '../../wire/frame-receiver.ts'
import { BufferPool } from '../../world/buffer-pool.ts'
import type { Connection, ConnectionOwner } from '../../world/network.ts'

/** The one version of Produce that is taken; the generators ask for the newest there is. */
const VERSION = 9
const PRODUCE_KEY = 0
const VERSIONS_VERSION = apis.apiVersions.versions.max
/** The file starts again at this size, so that it does not fill the disk. */
const FILE_BYTES_MAX = 512 * 1024 * 1024
/** In a request header: `[api key i16][version i16][correlation id i32][client id: length i16, bytes][tagged fields u8]`. */
const CORRELATION_AT = 4
const CLIENT_LENGTH_AT = 8
/** In a response frame, behind its length. */
const ANSWER_CORRELATION_AT = 4

class MinimalPath {
  readonly #file: number
  #fileBytes = 0
  /** The next offset, by topic and partition as they lie in the request. */
  readonly #offsets = new Map<string, number>()

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  answer(frame: Uint8Array): readonly Uint8Array[] {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
    const correlationId = view.getInt32(CORRELATION_AT)
    if (view.getInt16(0) !== PRODUCE_KEY) return versionsAnswer(correlationId)
    const body = CLIENT_LENGTH_AT + 2 + view.getInt16(CLIENT_LENGTH_AT) + 1
    const { batch, partition, key } = placeOf(frame, body, view)
    const size = batchBytes(frame, batch)
    const crc = nativeCodecs.crc32c(frame, batch + BATCH_FIELD.attributes, batch + size)
    if (crc !== batchCrc(frame, batch)) throw new Error('a batch came damaged')
    const offset = this.#offsets.get(key) ?? 0
    this.#offsets.set(key, offset + batchRecordCount(frame, batch))
    writeInt64(frame, batch + BATCH_FIELD.baseOffset, offset)
    this.#append(frame, batch, size)
    return [produceAnswer(correlationId, partition, offset)]
  }

  #append(frame: Uint8Array, at: number, size: number): void {
    if (this.#fileBytes + size > FILE_BYTES_MAX) {
      ftruncateSync(this.#file, 0)
      this.#fileBytes = 0
    }
    writeSync(this.#file, frame, at, size, this.#fileBytes)
    this.#fileBytes += size
  }
}

/**
 * Where the batch is, in a body `[transactional id u8 = 0][acks i16][timeout i32][topics u8 = 2][name: length + 1 u8,
 * bytes][partitions u8 = 2][index i32][records: length + 1 varint, bytes]`.
 */
function placeOf(frame: Uint8Array, body: number, view: DataView): { batch: number; partition: number; key: string } {
  const nameAt = body + 8
  const indexAt = nameAt + frame[nameAt]! + 1
  let at = indexAt + 4
  while (frame[at++]! > 0x7f);
  const partition = view.getInt32(indexAt)
  return {
    batch: at,
    partition,
    key: `${String.fromCharCode(...frame.subarray(nameAt + 1, indexAt - 1))} ${partition}`,
  }
}

const emptyAnswer = produceTemplate(0, 0)
const partitionAt = firstDifference(emptyAnswer, produceTemplate(-1, 0))
const offsetAt = firstDifference(emptyAnswer, produceTemplate(0, -1))

function produceTemplate(index: number, baseOffset: number): Uint8Array {
  const partitionResponses = [{ index, errorCode: 0, baseOffset, logStartOffset: 0 }]
  const parts = encodeResponse(apis.produce, VERSION, 0, { responses: [{ name: '', partitionResponses }] })
  return Buffer.concat(parts)
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  return one.findIndex((byte, index) => byte !== other[index])
}

function produceAnswer(correlationId: number, partition: number, offset: number): Uint8Array {
  const bytes = Uint8Array.from(emptyAnswer)
  writeInt32(bytes, ANSWER_CORRELATION_AT, correlationId)
  writeInt32(bytes, partitionAt, partition)
  writeInt64(bytes, offsetAt, offset)
  return bytes
}

function versionsAnswer(correlationId: number): readonly Uint8Array[] {
  const apiKeys = [
    { apiKey: apis.produce.key, minVersion: VERSION, maxVersion: VERSION },
    { apiKey: apis.apiVersions.key, minVersion: 0, maxVersion: VERSIONS_VERSION },
  ]
  return encodeResponse(apis.apiVersions, VERSIONS_VERSION, correlationId, { errorCode: 0, apiKeys })
}

const buffers = new BufferPool({ idleBytesMax: 32 * 1024 * 1024 })

/** One connection: frames are answered as they come, those of one delivery together. */
function minimalConnection(connection: Connection, path: MinimalPath): ConnectionOwner {
  let answers: Uint8Array[] = []
  const receive = (frame: Uint8Array): void => {
    answers.push(...path.answer(frame))
    buffers.give(frame)
  }
  const receiver = new FrameReceiver(FRAME_BYTES_MAX, receive, buffers)
  return {
    connected: () => undefined,
    receiveBuffer: () => receiver.receiveBuffer(),
    received: (count) => {
      receiver.received(count)
      if (answers.length === 0) return
      connection.send(answers)
      answers = []
    },
    writable: () => undefined,
    ended: () => connection.end(),
    closed: () => receiver.stop(),
  }
}

function serve(file: string): void {
  const world = createRealWorld({
    directory: 'memory',
    onHalt: (reason) => {
      throw reason
    },
  })
  const path = new MinimalPath(file)
  const accept = (connection: Connection): ConnectionOwner => minimalConnection(connection, path)
  world.network.listen({ host: '127.0.0.1', port: 0 }, accept, (error, bound) => {
    if (error !== undefined) throw error
    process.stdout.write(`ready ${bound.host}:${bound.port}\n`)
  })
  process.on('SIGTERM', () => process.exit())
}

serve(process.argv[2] ?? 'minimal-path.log')
