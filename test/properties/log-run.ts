/**
 * Runs operations on a log on a simulated disk, beside the model, and holds the two together after each.
 *
 * A life that ends (at its own wish, by a kill or a power loss, perhaps in the middle of an operation) leaves bounds: how
 * much of the log the next life must and may find. The next life's log then becomes the model's truth, within the bounds.
 */

import { expect } from 'vitest'
import type { LogConfig } from '../../src/broker/config/topic-settings.ts'
import { LogDirectory } from '../../src/broker/log/log-directory.ts'
import type { PartitionLog } from '../../src/broker/log/partition-log.ts'
import { logRules } from '../../src/broker/log/rules.ts'
import { Observer } from '../../src/broker/observe/observer.ts'
import { batchBytes, batchLastOffset, nextSequence, readBatchHeader } from '../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../src/protocol/record-batch-encode.ts'
import type { Uuid } from '../../src/protocol/uuid.ts'
import type { DiskError } from '../../src/world/disk.ts'
import { SimulatedMachine } from '../unit/broker/simulated-machine.ts'
import { expectBytes, LogModel } from './log-model.ts'
import type { Interruption, Operation } from './log-operations.ts'

const PARTITION = 'orders-0'
const TOPIC_ID = 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid
/** First sequence numbers of the producers; one is about to wrap. */
const FIRST_SEQUENCES = [0, 0, 2 ** 31 - 4, 77]

/** What the next life must and may find. */
interface Bounds {
  readonly endMin: number
  readonly endMax: number
  readonly startMin: number
  readonly startMax: number
  /** The end after a power loss, whenever before the next load is done. */
  readonly flushedEnd: number
}

export class LogRun {
  readonly machine: SimulatedMachine
  readonly model = new LogModel()
  readonly #config: LogConfig
  #directory!: LogDirectory
  #log!: PartitionLog
  #leaderEpoch = 0
  /** The start that is on record for good. */
  #durableStart = 0
  #powerLosses = 0
  #wasCreated = true

  constructor(seed: number, config: LogConfig) {
    this.machine = new SimulatedMachine(seed)
    this.#config = config
  }

  get log(): PartitionLog {
    return this.#log
  }

  /** Whether the present life found no log and made one. */
  get wasCreated(): boolean {
    return this.#wasCreated
  }

  /** The first life begins. */
  async begin(): Promise<void> {
    await this.machine.run(this.#open())
    this.verify()
  }

  async perform(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'append':
        this.#append(operation)
        break
      case 'read':
        await this.#read(operation)
        break
      case 'find':
        expect(await this.#find(operation.timestamp)).toEqual(this.model.find(operation.timestamp))
        break
      case 'find-newest':
        await this.#findNewest()
        break
      case 'time-passes':
        await this.machine.runEvents(operation.events)
        break
      default:
        await this.#performLong(operation)
    }
    this.verify()
  }

  /** Everything can be read, and is what was appended. */
  async finish(): Promise<void> {
    await this.machine.runAll()
    this.verify()
    for (const { header } of this.model.batches) {
      if (header.lastOffset < this.model.start) continue
      const offset = Math.max(header.baseOffset, this.model.start)
      await this.#read({ kind: 'read', offset, upTo: this.model.end, maxBytes: 1, atLeastOne: true })
    }
    for (const { timestamp } of this.model.records().slice(-20)) {
      if (timestamp >= 0) expect(await this.#find(timestamp)).toEqual(this.model.find(timestamp))
    }
  }

  /** The life ends: cleanly, or by a kill, perhaps with its recovery point on record. */
  async leave(before?: 'stop' | 'checkpoint'): Promise<void> {
    if (before === 'stop') await this.machine.run(this.#directory.stop())
    else if (before === 'checkpoint') await this.#checkpoint({})
    this.#crash('kill')
  }

  /** The next life begins, with whatever is there. */
  async comeBack(): Promise<void> {
    this.machine.startLife()
    await this.machine.run(this.#open())
  }

  /** The batches of the log, as its readers get them, up to where they get none. */
  async readAll(): Promise<Uint8Array[]> {
    const batches: Uint8Array[] = []
    const upTo = this.#log.endOffset
    for (let offset = this.#log.startOffset; offset < upTo; ) {
      const read = { offset, upTo, maxBytes: 2000, atLeastOne: true }
      const bytes = await this.machine.run(this.#asked<Uint8Array>((done) => this.#log.read(read, done)))
      if (bytes.length === 0) break
      for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
        batches.push(bytes.slice(at, at + batchBytes(bytes, at)))
      }
      const next = batchLastOffset(batches.at(-1)!, 0) + 1
      if (next <= offset) break
      offset = next
    }
    return batches
  }

  /** A record more, from a producer that nobody knows. */
  appendOne(): void {
    const { codecs } = this.machine.world
    const batch = encodeBatch({ baseOffset: 0, records: [{ timestamp: 1000, key: null, value: null }] }, codecs.crc32c)
    const end = this.#log.endOffset
    const epoch = Math.max(this.#leaderEpoch, this.#log.epochs.latest ?? 0) + 1
    expect(this.#log.append(batch, epoch)).toMatchObject({ kind: 'appended', baseOffset: end })
  }

  find(timestamp: number) {
    return this.#find(timestamp)
  }

  verify(): void {
    expect(this.machine.halts).toEqual([])
    this.model.verify(this.#log, (path) => this.machine.peek(path))
  }

  async #performLong(operation: Exclude<Operation, { kind: 'append' | 'read' | 'find' | 'find-newest' }>) {
    switch (operation.kind) {
      case 'flush':
        return this.#flush(operation)
      case 'checkpoint':
        return this.#checkpoint(operation)
      case 'retain': {
        const start = this.#log.retainedStart(operation.nowMs, this.#place(operation.limit))
        this.#expectRetained(start, operation.nowMs, this.#place(operation.limit))
        return this.#moveStart(start, 'roll', operation.interruption)
      }
      case 'move-start':
        return this.#moveStart(this.#place(operation.at), operation.emptied, operation.interruption)
      case 'truncate':
        return this.#truncate(operation)
      case 'restart':
        return this.#restart(operation)
    }
  }

  #append(operation: Extract<Operation, { kind: 'append' }>): void {
    const batch = this.#encode(operation)
    if (batch === undefined) return
    if (operation.nextLeaderEpoch) this.#leaderEpoch++
    const producer = readBatchHeader(batch, 0)
    const result = this.#log.append(batch, this.#leaderEpoch)
    const known = this.model.batchesOf(producer.producerId)
    const isSure = producer.producerId < 0 || (known.at(-1)?.lastOffset ?? -1) >= this.model.start
    if (result.kind === 'appended') {
      const count = producer.lastOffset - producer.baseOffset + 1
      expect(result).toMatchObject({ baseOffset: this.model.end, endOffset: this.model.end + count })
      this.model.append(batch)
    }
    if (!isSure) return
    const last = known.at(-1)
    switch (producer.producerId < 0 ? 'next' : operation.how) {
      case 'next':
      case 'new-epoch':
        expect(result.kind).toBe('appended')
        break
      case 'gap':
      case 'new-epoch-gap':
        expect(result).toEqual({ kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
        break
      case 'old-epoch':
        expect(result).toEqual({ kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' })
        break
      case 'duplicate': {
        // More than one where it was appended anew, after the start had passed it and a crash had taken its memory.
        const repeated = known.filter(({ baseSequence }) => baseSequence === producer.baseSequence)
        if (result.kind === 'refused' && repeated.at(-1) !== last) {
          // Only what a snapshot remembers of a producer survives a restart: its last batch.
          expect(result.error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
        } else {
          const answer = result.kind === 'duplicate' ? result.batch.lastOffset : result.kind
          expect(repeated.map(({ lastOffset }) => lastOffset)).toContain(answer)
        }
      }
    }
  }

  /** The batch as its producer sends it; undefined where there is nothing to repeat. */
  #encode({ producer, how, back, records }: Extract<Operation, { kind: 'append' }>): Uint8Array | undefined {
    const codec = this.machine.world.codecs.crc32c
    const inputs = records.map(({ bytes, timestamp }, index) => ({
      timestamp,
      key: null,
      value: new Uint8Array(bytes).fill(index + 1),
    }))
    if (producer === 0) return encodeBatch({ baseOffset: 0, records: inputs }, codec)
    const known = this.model.batchesOf(producer)
    const last = known.at(-1)
    if (how === 'duplicate') {
      const repeated = known.at(-1 - (back % Math.max(1, known.length)))
      if (repeated === undefined) return undefined
      const stored = this.model.batches.find(({ header }) => header.baseOffset === repeated.baseOffset)!
      return stored.bytes.slice()
    }
    if (how === 'old-epoch' && (last?.producerEpoch ?? 0) === 0) return undefined
    const epochStep = how === 'old-epoch' ? -1 : how === 'next' || how === 'gap' ? 0 : 1
    const next =
      last === undefined
        ? FIRST_SEQUENCES[producer]!
        : nextSequence(last.baseSequence, last.lastOffset - last.baseOffset + 1)
    const baseSequence = epochStep > 0 ? (how === 'new-epoch' ? 0 : 3) : how === 'gap' ? nextSequence(next, 5) : next
    const producerEpoch = (last?.producerEpoch ?? 0) + epochStep
    return encodeBatch({ baseOffset: 0, producerId: producer, producerEpoch, baseSequence, records: inputs }, codec)
  }

  async #read(
    operation:
      | Extract<Operation, { kind: 'read' }>
      | { kind: 'read'; offset: number; upTo: number; maxBytes: number; atLeastOne: boolean },
  ): Promise<void> {
    const offset = 'offset' in operation ? operation.offset : this.#place(operation.at)
    const upTo = 'offset' in operation ? operation.upTo : this.#place(operation.upTo)
    const read = { offset, upTo, maxBytes: operation.maxBytes, atLeastOne: operation.atLeastOne }
    const bytes = await this.machine.run(this.#asked<Uint8Array>((done) => this.#log.read(read, done)))
    expectBytes(bytes, this.model.read(this.#log.segments, read), `read ${JSON.stringify(read)}`)
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
      expect(batchLastOffset(bytes, at)).toBeGreaterThanOrEqual(offset)
    }
  }

  #find(timestamp: number) {
    return this.machine.run(
      this.#asked<{ offset: number; timestamp: number } | undefined>((done) =>
        this.#log.offsetForTimestamp(timestamp, done),
      ),
    )
  }

  async #findNewest(): Promise<void> {
    const found = await this.machine.run(
      this.#asked<{ offset: number; timestamp: number } | undefined>((done) => this.#log.offsetOfMaxTimestamp(done)),
    )
    const records = this.model.records()
    const largest = Math.max(-1, ...records.map(({ timestamp }) => timestamp))
    // A start within a segment may hide that segment's newest record; the answer is then allowed to be none.
    const isWithin = this.#log.segments[0]!.baseOffset !== this.model.start
    if (found === undefined && isWithin) return
    expect(found).toEqual(largest < 0 ? undefined : this.model.find(largest))
  }

  async #flush({ waits, interruption }: Extract<Operation, { kind: 'flush' }>): Promise<void> {
    const end = this.model.end
    const flushed = this.#asked<void>((done) => this.#log.flush(() => done(undefined, undefined)))
    if (interruption !== undefined) return this.#interrupt(flushed, interruption)
    if (!waits) return
    await this.machine.run(flushed)
    expect(this.#log.flushedEnd).toBeGreaterThanOrEqual(end)
  }

  async #checkpoint({ interruption }: { interruption?: Interruption }): Promise<void> {
    const start = this.model.start
    const written = this.#asked<void>((done) => this.#directory.checkpoint((error) => done(error, undefined)))
    if (interruption !== undefined) return this.#interrupt(written, interruption)
    await this.machine.run(written)
    this.#durableStart = start
  }

  async #moveStart(start: number, emptied: 'roll' | 'keep', interruption: Interruption | undefined): Promise<void> {
    if (start <= this.#log.startOffset) return
    this.#log.moveStart(start, emptied)
    this.model.start = start
    this.verify()
    // As a broker does it: what a start has passed is durable before files go.
    this.#log.flush(() => this.#directory.removeDeleted())
    if (interruption !== undefined) return this.#interrupt(Promise.resolve(), interruption)
    await this.machine.runAll()
    this.#durableStart = start
    const [first, second] = this.#log.segments
    expect(first!.baseOffset).toBeLessThanOrEqual(start)
    if (second !== undefined) expect(second.baseOffset).toBeGreaterThan(start)
  }

  #expectRetained(start: number, nowMs: number, limit: number): void {
    const { segments } = this.#log
    const gone = segments.filter(({ baseOffset }) => baseOffset < start)
    const kept = segments.slice(gone.length)
    const { retentionMs, retentionBytes } = this.#config
    expect(start).toBe(kept.length === 0 ? this.model.end : kept[0]!.baseOffset)
    if (gone.length > 0) expect(start).toBeLessThanOrEqual(limit)
    const bytes = (of: typeof segments) => of.reduce((sum, segment) => sum + segment.bytes, 0)
    for (const [index, segment] of gone.entries()) {
      const isOld = retentionMs >= 0 && isOlder(segment, nowMs - retentionMs)
      const isMuch = retentionBytes >= 0 && bytes(segments.slice(index + 1)) >= retentionBytes
      expect(isOld || isMuch, `segment ${segment.baseOffset} has a reason to go`).toBe(true)
    }
    const [next] = kept
    if (next === undefined || next.bytes === 0 || next.endOffset > limit) return
    if (retentionMs >= 0) expect(isOlder(next, nowMs - retentionMs) && next.maxTimestamp >= 0).toBe(false)
    if (retentionBytes >= 0) expect(bytes(kept.slice(1))).toBeLessThan(retentionBytes)
  }

  async #truncate({ at, interruption }: Extract<Operation, { kind: 'truncate' }>): Promise<void> {
    const asked = this.#place(at)
    const end = this.model.boundaryAtOrBelow(asked)
    const truncated = this.#log.truncate(asked)
    if (interruption !== undefined) return this.#interrupt(truncated, interruption, end)
    await this.machine.run(truncated)
    this.model.cutTo(this.model.start, end)
    expect(this.#log.endOffset).toBe(end)
    expect(this.#log.flushedEnd).toBeLessThanOrEqual(end)
    // The recovery point that it puts on record goes with the start.
    if (asked < this.model.end) this.#durableStart = this.model.start
  }

  async #restart({ how, interruption }: Extract<Operation, { kind: 'restart' }>): Promise<void> {
    const isStopped = how === 'stop' || how === 'stop-and-powerLoss'
    let bounds = this.#bounds(this.model.end)
    if (isStopped) {
      const stopped = this.#directory.stop()
      if (interruption !== undefined) return this.#interrupt(stopped, interruption)
      await this.machine.run(stopped)
      const { start, end } = this.model
      bounds = { endMin: end, endMax: end, startMin: start, startMax: start, flushedEnd: end }
    }
    await this.#crashAndReload(how === 'powerLoss' || how === 'stop-and-powerLoss' ? 'powerLoss' : 'kill', bounds, {
      interruption: isStopped ? undefined : interruption,
    })
    expect(this.#directory.isClean).toBe(isStopped)
  }

  /** Ends the life in the middle of an operation, which cuts the log to `cutTo` if it is a truncation. */
  async #interrupt(under: Promise<unknown>, { events, how }: Interruption, cutTo = this.model.end): Promise<void> {
    under.catch(() => undefined)
    await this.machine.runEvents(events)
    await this.#crashAndReload(how, this.#bounds(cutTo), {})
  }

  #bounds(cutTo: number): Bounds {
    const { start, end } = this.model
    return {
      endMin: cutTo,
      endMax: end,
      startMin: this.#durableStart,
      startMax: start,
      flushedEnd: Math.min(this.#log.flushedEnd, cutTo),
    }
  }

  async #crashAndReload(
    how: 'kill' | 'powerLoss',
    bounds: Bounds,
    { interruption }: { interruption?: Interruption | undefined },
  ): Promise<void> {
    this.#crash(how)
    let hasLostPower = how === 'powerLoss'
    if (interruption !== undefined) {
      this.machine.startLife()
      this.#open().catch(() => undefined)
      await this.machine.runEvents(interruption.events * 2)
      this.#crash(interruption.how)
      hasLostPower ||= interruption.how === 'powerLoss'
    }
    this.machine.startLife()
    await this.machine.run(this.#open())
    this.#reconcile(hasLostPower ? { ...bounds, endMin: bounds.flushedEnd } : bounds)
  }

  #crash(how: 'kill' | 'powerLoss'): void {
    this.machine.crash(how, ++this.#powerLosses)
  }

  #reconcile({ endMin, endMax, startMin, startMax }: Bounds): void {
    const { startOffset, endOffset, flushedEnd } = this.#log
    if (this.#wasCreated) {
      expect(endMin, 'what was flushed is in a directory that is there').toBe(0)
      this.model.cutTo(0, 0)
      this.#durableStart = 0
      return
    }
    expect(startOffset).toBeGreaterThanOrEqual(startMin)
    expect(startOffset).toBeLessThanOrEqual(startMax)
    expect(endOffset, 'nothing that must be there is lost').toBeGreaterThanOrEqual(Math.max(endMin, startOffset))
    expect(endOffset).toBeLessThanOrEqual(Math.max(endMax, startOffset))
    this.model.start = startOffset
    expect(this.model.isBoundary(endOffset), `${endOffset} is a boundary`).toBe(true)
    this.model.cutTo(startOffset, endOffset)
    this.#durableStart = startOffset
    expect(flushedEnd, 'what is loaded is durable').toBe(endOffset)
  }

  async #open(): Promise<void> {
    const { world } = this.machine
    const observer = new Observer(world.trace)
    const directory = await LogDirectory.open({ world, observer, rules: logRules, nodeId: 1 })
    await directory.start(async () => {
      const present = (await directory.partitionDirectories()).find((found) => found.directory === PARTITION)
      if (present !== undefined && present.topicId !== TOPIC_ID) directory.setAside(PARTITION)
      this.#wasCreated = present?.topicId !== TOPIC_ID
      this.#log =
        present?.topicId === TOPIC_ID
          ? await directory.load(PARTITION, this.#config)
          : directory.create(PARTITION, TOPIC_ID, this.#config)
    })
    this.#directory = directory
  }

  #place(perMille: number): number {
    const { start, end } = this.model
    return start + Math.floor(((end - start) * perMille) / 1000)
  }

  #asked<T>(start: (done: (error: DiskError | undefined, value: T) => void) => void): Promise<T> {
    const { promises } = this.machine.world
    return new Promise<T>((resolve, reject) => {
      start((error, value) => {
        promises.mark()
        if (error === undefined) resolve(value)
        else reject(error)
      })
    })
  }
}

function isOlder(segment: { readonly bytes: number; readonly maxTimestamp: number }, before: number): boolean {
  return segment.bytes > 0 && segment.maxTimestamp < before
}
