/**
 * A broker under siege: hostile frames, idle and half-open connections and slow readers all at once, while a healthy
 * client goes about its business. Reports figures, and in words what should not have been.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AttackTally, attack } from './attack.ts'
import { Besiegers } from './besiegers.ts'
import { BrokerProcess } from './broker-process.ts'
import { HostileFrames } from './frames.ts'
import { HealthyClient, PLENTY_TOPIC } from './healthy-client.ts'

export interface SiegeOptions {
  readonly seed: number
  readonly frames: number
  readonly minutesMax: number
  readonly idle: number
  readonly halfOpen: number
  readonly slowReaders: number
  /** In the topic that slow readers fetch. */
  readonly plentyBytes: number
  readonly residentBytesMax: number
  /** The longest that the healthy client may wait for an acknowledgement, in ms. */
  readonly latencyMsMax: number
  readonly onProgress: (tally: AttackTally, residentBytes: number) => void
}

export interface SiegeReport {
  readonly tally: AttackTally
  readonly seconds: number
  /** Processor time of the broker in these seconds, in ms. */
  readonly cpuMs: number
  /** Resident memory of the broker: before anything, with everybody there, the most, and at the end. */
  readonly residentBytes: { readonly idle: number; readonly first: number; readonly max: number; readonly last: number }
  /** Of the healthy client's acknowledgements, in ms. */
  readonly latencyMs: { readonly count: number; readonly p50: number; readonly p99: number; readonly longest: number }
  /** The longest time in which the healthy client was given no record, in ms. */
  readonly silentMs: number
  readonly besiegersLeft: number
  readonly logBytes: number
  readonly wrong: readonly string[]
}

/** What is produced must not fill the disk, nor what is created the metadata log. */
const SETTINGS = {
  'node.id': '70003',
  'auto.create.topics.enable': 'false',
  // Who is idle must stay: half an hour is more than the default allows.
  'connections.max.idle.ms': '36000000',
  'log.segment.bytes': '4000000',
  'log.retention.bytes': '8000000',
  'log.retention.check.interval.ms': '2000',
  'log.segment.delete.delay.ms': '0',
  'metadata.log.max.record.bytes.between.snapshots': '4000000',
  'metadata.max.retention.bytes': '16000000',
}
const SAMPLE_MS = 250

export async function besiege(options: SiegeOptions): Promise<SiegeReport> {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-siege-'))
  try {
    const broker = await BrokerProcess.start(folder, SETTINGS)
    return await besiegeBroker(broker, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function besiegeBroker(broker: BrokerProcess, options: SiegeOptions): Promise<SiegeReport> {
  const port = broker.port!
  const memory = new MemorySamples(broker)
  const idle = memory.sample()
  const client = new HealthyClient({ host: '127.0.0.1', port })
  await client.prepare(options.plentyBytes)
  client.start()
  const besiegers = await Besiegers.open({ ...options, port, topic: PLENTY_TOPIC })
  const first = memory.sample()
  const tally: AttackTally = { frames: 0, answers: 0, connections: 0, ended: 0, held: 0, byMutation: new Map() }
  const startMs = performance.now()
  const startCpuMs = broker.cpuMs
  const timer = setInterval(() => options.onProgress(tally, memory.sample()), SAMPLE_MS)
  const wrong: string[] = []
  const goesOn = (): boolean => performance.now() - startMs < options.minutesMax * 60_000 && !broker.hasEnded
  const range = { first: 0, endExclusive: options.frames }
  try {
    await attack({ port, frames: new HostileFrames(options.seed), ...range, goesOn }, tally)
  } catch (error) {
    wrong.push(`no connection could be had any more: ${error instanceof Error ? error.message : String(error)}`)
  }
  clearInterval(timer)
  const seconds = (performance.now() - startMs) / 1000
  const last = memory.sample()
  const cpuMs = broker.cpuMs - startCpuMs
  const besiegersLeft = besiegers.open
  if (broker.hasEnded) wrong.push(`the broker ended: ${broker.errors}`)
  else await client.stop()
  client.close()
  besiegers.close()
  const code = await broker.stop()
  if (code !== 0) wrong.push(`the broker ended with exit code ${code}: ${broker.errors.slice(-2000)}`)
  const latencyMs = figuresOf(client.latencies)
  wrong.push(...client.wrong.slice(0, 10), ...broker.bugs.slice(0, 10))
  if (memory.max > options.residentBytesMax) wrong.push(`resident memory reached ${memory.max} bytes`)
  if (client.silentMs > options.latencyMsMax) wrong.push(`nothing could be read for ${client.silentMs} ms`)
  if (latencyMs.longest > options.latencyMsMax) wrong.push(`an acknowledgement took ${latencyMs.longest} ms`)
  const residentBytes = { idle, first, max: memory.max, last }
  return {
    tally,
    seconds,
    cpuMs,
    residentBytes,
    latencyMs,
    silentMs: client.silentMs,
    besiegersLeft,
    logBytes: broker.errorBytes,
    wrong,
  }
}

class MemorySamples {
  max = 0
  readonly #broker: BrokerProcess

  constructor(broker: BrokerProcess) {
    this.#broker = broker
  }

  /** 0 where the system does not tell. */
  sample(): number {
    const now = this.#broker.residentBytes ?? 0
    this.max = Math.max(this.max, now)
    return now
  }
}

function figuresOf(latencies: readonly number[]): SiegeReport['latencyMs'] {
  const sorted = latencies.map(Math.ceil).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: sorted.at(-1) ?? 0 }
}
