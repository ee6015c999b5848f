/** Logs, batches and bytes for tests of the log's parts. */

import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../../../../src/broker/config/topic-settings.ts'
import { LeaderEpochs } from '../../../../src/broker/log/leader-epochs.ts'
import { loadLog } from '../../../../src/broker/log/log-loader.ts'
import { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { ProducerState } from '../../../../src/broker/log/producer-state.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Segment } from '../../../../src/broker/log/segment.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { batchBytes } from '../../../../src/protocol/record-batch.ts'
import { type BatchInput, encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { type DecodedRecord, decodeRecords } from '../../../../src/protocol/records.ts'
import { decodeUtf8 } from '../../../../src/protocol/utf8.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import type { DiskError } from '../../../../src/world/disk.ts'
import type { SimulatedMachine } from '../simulated-machine.ts'

export const DIRECTORY = 'orders-0'
const LETTERS = new Map(Array.from({ length: 128 }, (_, unit) => [String.fromCharCode(unit), unit]))

export function text(bytes: Uint8Array): string {
  return decodeUtf8(bytes, 0, bytes.length) ?? ''
}

export function bytesOf(content: string): Uint8Array {
  return Uint8Array.from(content, (letter) => LETTERS.get(letter)!)
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface Sent extends Partial<Omit<BatchInput, 'records'>> {
  /** Values of the records. Default: one record, `x`. */
  readonly values?: readonly string[]
  /** Of all records. Default 1000. */
  readonly timestamp?: number
}

/** A batch as a producer sends it. */
export function batchOf({ values = ['x'], timestamp = 1000, ...rest }: Sent = {}): Uint8Array {
  const records = values.map((value) => ({ timestamp, key: null, value: bytesOf(value) }))
  return encodeBatch({ baseOffset: 0, records, ...rest }, simCodecs.crc32c)
}

export function configOf(settings: Readonly<Record<string, string>> = {}): LogConfig {
  return logConfigOf(new BrokerSettings(), new Map(Object.entries(settings)))
}

function partsOf(machine: SimulatedMachine, settings: Readonly<Record<string, string>>) {
  const { world } = machine
  return {
    ...{ world, rules: logRules, directory: DIRECTORY, config: configOf(settings) },
    observer: new Observer(world.trace),
    onFailed: (error: DiskError) => world.halt(error),
    checkpoint: (done: (error: DiskError | undefined) => void) => done(undefined),
  }
}

/** A new, empty log; `checkpoint` is asked to put its recovery point on record. */
export function createLog(
  machine: SimulatedMachine,
  settings: Readonly<Record<string, string>> = {},
  checkpoint: (log: PartitionLog, done: (error: DiskError | undefined) => void) => void = (_log, done) =>
    done(undefined),
): PartitionLog {
  machine.world.disk.makeDirectory(DIRECTORY)
  const parts = partsOf(machine, settings)
  const log: PartitionLog = new PartitionLog({
    ...parts,
    checkpoint: (done) => checkpoint(log, done),
    segments: [new Segment(machine.world, DIRECTORY, 0, parts.config.indexIntervalBytes)],
    startOffset: 0,
    producers: new ProducerState(logRules),
    epochs: new LeaderEpochs(),
    isDurable: false,
  })
  return log
}

export interface Reload {
  readonly settings?: Readonly<Record<string, string>>
  readonly recoveryPoint?: number
  readonly startOffset?: number
  readonly isClean?: boolean
}

/** The log as the next life loads it, after a kill unless told otherwise. */
export function load(machine: SimulatedMachine, reload: Reload = {}): Promise<PartitionLog> {
  const { settings = {}, recoveryPoint = 0, startOffset = 0, isClean = false } = reload
  return machine.run(loadLog({ ...partsOf(machine, settings), recoveryPoint, startOffset, isClean }))
}

/** A kill of the present life, and the log in the next. */
export function killAndLoad(machine: SimulatedMachine, reload: Reload = {}): Promise<PartitionLog> {
  machine.crash('kill')
  machine.startLife()
  return load(machine, reload)
}

/** Appends one batch per value list; each record is of epoch `leaderEpoch`. */
export function appendAll(log: PartitionLog, batches: readonly Sent[], leaderEpoch = 0): void {
  for (const sent of batches) {
    const result = log.append(batchOf(sent), leaderEpoch)
    if (result.kind !== 'appended') throw new Error(`the batch was not appended: ${result.kind}`)
  }
}

export async function flush(machine: SimulatedMachine, log: PartitionLog): Promise<void> {
  await machine.run(new Promise<void>((resolve) => log.flush(() => resolve(machine.world.promises.mark()))))
}

/** The records that readers get, from the start to the end. */
async function recordsOf(machine: SimulatedMachine, log: PartitionLog): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = []
  const upTo = log.endOffset
  for (let offset = log.startOffset; offset < upTo; ) {
    const bytes = await read(machine, log, { offset, upTo, maxBytes: 100_000, atLeastOne: true })
    if (bytes.length === 0) break
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) records.push(...decodeRecords(bytes, at))
    offset = records.at(-1)!.offset + 1
  }
  return records.filter(({ offset }) => offset >= log.startOffset)
}

/** Their values, as text. */
export async function valuesOf(machine: SimulatedMachine, log: PartitionLog): Promise<string[]> {
  return (await recordsOf(machine, log)).map(({ value }) => text(value!))
}

export function read(
  machine: SimulatedMachine,
  log: PartitionLog,
  asked: Parameters<PartitionLog['read']>[0],
): Promise<Uint8Array> {
  return machine.run(
    new Promise<Uint8Array>((resolve, reject) => {
      log.read(asked, (error, batches) => {
        machine.world.promises.mark()
        if (error === undefined) resolve(batches)
        else reject(error)
      })
    }),
  )
}

/** Where the log finds a timestamp; -1 asks for the newest record. */
export function find(
  machine: SimulatedMachine,
  log: PartitionLog,
  timestamp: number,
): Promise<{ readonly offset: number; readonly timestamp: number } | undefined> {
  return machine.run(
    new Promise((resolve, reject) => {
      const done: Parameters<PartitionLog['offsetForTimestamp']>[1] = (error, found) => {
        machine.world.promises.mark()
        if (error === undefined) resolve(found)
        else reject(error)
      }
      if (timestamp === -1) log.offsetOfMaxTimestamp(done)
      else log.offsetForTimestamp(timestamp, done)
    }),
  )
}

export const file = (name: string): string => `${DIRECTORY}/${name}`
export const logFile = (base: number): string => file(`${String(base).padStart(20, '0')}.log`)
export const indexFile = (base: number): string => file(`${String(base).padStart(20, '0')}.index`)
export const timeIndexFile = (base: number): string => file(`${String(base).padStart(20, '0')}.timeindex`)
export const snapshotFile = (offset: number): string => file(`${String(offset).padStart(20, '0')}.snapshot`)

/** Bytes of a log's batches, those below its start included where they share a segment with others. */
export function bytesOfLog({ segments }: PartitionLog): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}
