/**
 * A broker is killed (SIGKILL) again and again while clients produce to it, idempotently, and is started again each time.
 *
 * Judged by what is consumed in the end: every record that was acknowledged is there, where the client was told, and no
 * record is there twice. What no client was told of may be there or not.
 */

import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '../../src/client/client.ts'
import { createRealWorld } from '../../src/real/world.ts'
import { type Load, type LoadName, type Place, startLoad } from './kill-loads.ts'
import { KilledBroker, type Start } from './killed-broker.ts'

const TOPIC = 'load'
/** Records that each client must have been told of between two kills. */
const BETWEEN_KILLS = 50
const PROGRESS_TIMEOUT_MS = 60_000

export interface KillsOptions {
  /** For everything the broker writes. */
  readonly folder: string
  readonly clients: readonly LoadName[]
  readonly kills: number
  readonly partitions: number
  /** Told of each kill. */
  readonly tell?: (line: string) => void
}

export interface KillsReport {
  readonly starts: readonly Start[]
  /** Records that were acknowledged, by client. */
  readonly acknowledged: ReadonlyMap<LoadName, number>
  readonly found: number
  /** What should not be, in words; empty where all is well. */
  readonly wrong: readonly string[]
}

/** Kills as `options` say; every process has ended afterwards. */
export async function killBroker(options: KillsOptions): Promise<KillsReport> {
  const { folder, clients, partitions } = options
  const broker = await KilledBroker.start(join(folder, 'data'), TOPIC, partitions)
  try {
    const target = { address: broker.address, topic: TOPIC, partitions }
    const loads = new Map<LoadName, Load>()
    for (const name of clients) loads.set(name, await startLoad(name, target))
    const starts = await strike(broker, [...loads.values()], options)
    const wrong: string[] = []
    for (const problems of await Promise.all([...loads.values()].map((load) => load.end()))) wrong.push(...problems)
    const records = await consumed(broker.port, partitions)
    for (const load of loads.values()) wrong.push(...missing(load.acknowledged, records))
    wrong.push(...doubled(records))
    const acknowledged = new Map([...loads].map(([name, load]) => [name, load.acknowledged.size]))
    return { starts, acknowledged, found: records.length, wrong }
  } finally {
    await broker.end()
  }
}

async function strike(broker: KilledBroker, loads: readonly Load[], options: KillsOptions): Promise<Start[]> {
  const { kills, partitions, tell = () => undefined } = options
  const starts: Start[] = []
  for (let kill = 1; kill <= kills; kill++) {
    await Promise.all(loads.filter(({ tellsAtOnce }) => tellsAtOnce).map((load) => progress(load)))
    // At another moment of the clients' and the broker's work each time.
    await pause((kill * 37) % 200)
    await broker.kill()
    const start = await broker.startAgain(TOPIC, partitions)
    starts.push(start)
    const { metadataMs, producedMs, processorMs } = start
    tell(
      `${kill}: metadata after ${metadataMs} ms, a record after ${producedMs} ms (${processorMs} ms of processor time)`,
    )
  }
  return starts
}

/** Waits until a client was told of more records. @throws where it is told of none for long. */
async function progress({ acknowledged }: Load): Promise<void> {
  const [before, until] = [acknowledged.size, Date.now() + PROGRESS_TIMEOUT_MS]
  while (acknowledged.size < before + BETWEEN_KILLS) {
    if (Date.now() > until) throw new Error(`${acknowledged.size - before} records within a minute`)
    await pause(5)
  }
}

interface Found extends Required<Place> {
  readonly id: string
}

/** Every record of the topic. */
async function consumed(port: number, partitions: number): Promise<readonly Found[]> {
  const world = createRealWorld({
    directory: 'memory',
    onHalt: (reason) => {
      throw reason
    },
  })
  const client = new Client(world, { bootstrap: [{ host: '127.0.0.1', port }], clientId: 'judge' })
  const consumer = client.consumer({ maxPollRecords: 10_000 })
  try {
    const places = Array.from({ length: partitions }, (_, partition) => ({ topic: TOPIC, partition }))
    const ends = await consumer.endOffsets(places)
    if (ends.kind === 'failed') throw new Error(ends.message)
    const total = ends.value.reduce((sum, { offset }) => sum + offset, 0)
    consumer.assign(places.map((place) => ({ ...place, from: 'earliest' as const })))
    const found: Found[] = []
    while (found.length < total) {
      const outcome = await consumer.poll(10_000)
      if (outcome.kind === 'failed') throw new Error(outcome.message)
      if (outcome.records.length === 0) throw new Error(`${found.length} of ${total} records can be consumed`)
      for (const { partition, offset, value } of outcome.records) {
        found.push({ partition, offset, id: Buffer.from(value!).toString().split(' ')[0]! })
      }
    }
    return found
  } finally {
    client.close()
    world.close()
  }
}

function missing(acknowledged: ReadonlyMap<string, Place>, records: readonly Found[]): string[] {
  const byId = new Map(records.map((record) => [record.id, record]))
  const wrong: string[] = []
  for (const [id, { partition, offset }] of acknowledged) {
    const record = byId.get(id)
    if (record === undefined) wrong.push(`${id} was acknowledged and is lost`)
    else if ((partition ?? record.partition) !== record.partition || (offset ?? record.offset) !== record.offset) {
      wrong.push(`${id} was acknowledged at ${partition}/${offset} and is at ${record.partition}/${record.offset}`)
    }
  }
  return wrong
}

function doubled(records: readonly Found[]): string[] {
  const byId = new Map<string, Found>()
  const wrong: string[] = []
  for (const record of records) {
    const first = byId.get(record.id)
    if (first === undefined) byId.set(record.id, record)
    else wrong.push(`${record.id} is twice: at ${places(first)} and ${places(record)}`)
  }
  return wrong
}

function places({ partition, offset }: Found): string {
  return `${partition}/${offset}`
}
