/**
 * Producers that go on while their broker is killed again and again: each sends records of its own to every partition of a
 * topic in turn, idempotently, and keeps account of what was acknowledged to it, and where.
 *
 * A value begins with the id of its record, that of its producer first. What was given up by a client may be there or not.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '../../src/client/client.ts'
import { createRealWorld } from '../../src/real/world.ts'
import { kafkaJs, rdKafka, told } from './clients.ts'
import { isInstalled } from './commands.ts'

export interface Target {
  readonly address: string
  readonly topic: string
  readonly partitions: number
}

/** Where a record was acknowledged, as far as the client tells. */
export interface Place {
  readonly partition?: number
  readonly offset?: number
}

export interface Load {
  /** By the ids of the records. */
  readonly acknowledged: ReadonlyMap<string, Place>
  /** Whether acknowledgements are told one by one, and not all at the end. */
  readonly tellsAtOnce: boolean
  /** Ends when everything sent is settled; what should not have happened, in words. */
  end(): Promise<readonly string[]>
}

export type LoadName = 'kafkajs' | 'librdkafka' | 'kcat' | 'samsa'

const starters: Readonly<Record<LoadName, ((target: Target) => Promise<Load>) | undefined>> = {
  kafkajs: kafkaJs === undefined ? undefined : startKafkaJs,
  librdkafka: rdKafka === undefined ? undefined : startLibrdkafka,
  kcat: isInstalled('kcat') ? startKcat : undefined,
  samsa: startSamsa,
}

/** Every name there is; the first two are other people's, from npm. */
export const loadNames = Object.keys(starters) as readonly LoadName[]

/** What can be started here. */
export const loadsHere = loadNames.filter((name) => starters[name] !== undefined)

/** @throws where the client is not on this machine. */
export function startLoad(name: LoadName, target: Target): Promise<Load> {
  const starter = starters[name]
  if (starter === undefined) throw new Error(`${name} is not on this machine`)
  return starter(target)
}

/** How many records a producer with many under way may have so. */
const UNDER_WAY_MAX = 400
/** As many records as that, every so often. */
const TICK = { records: 20, ms: 10 } as const
/** Longer than any start takes, on however busy a machine. */
const DELIVERY_TIMEOUT_MS = 600_000
const filling = '.'.repeat(80)

const recordOf = (id: string): Buffer => Buffer.from(`${id} ${filling}`)

/** One send at a time, a record to each partition: several at once lose records by a bug of kafkajs (its issue 1005). */
async function startKafkaJs({ address, topic, partitions }: Target): Promise<Load> {
  const retry = { retries: 1_000_000, initialRetryTime: 20, maxRetryTime: 100 }
  const kafka = new kafkaJs!.Kafka({ clientId: 'kafkajs', brokers: [address], retry, logLevel: 0 })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry })
  await producer.connect()
  const acknowledged = new Map<string, Place>()
  const wrong: string[] = []
  const isOver = { value: false }
  const run = async (): Promise<void> => {
    for (let round = 0; !isOver.value; round++) {
      const id = (partition: number): string => `kafkajs-${round * partitions + partition}`
      const all = Array.from({ length: partitions }, (_, partition) => partition)
      try {
        const messages = all.map((partition) => ({ partition, value: recordOf(id(partition)) }))
        for (const { partition, baseOffset } of await producer.send({ topic, acks: -1, messages })) {
          acknowledged.set(id(partition), { partition, offset: Number(baseOffset) })
        }
      } catch (error) {
        // What is sent after it would take its sequences (the same bug).
        wrong.push(`kafkajs gave up: ${error}`)
        return
      }
      await pause(TICK.ms)
    }
  }
  const running = run()
  const end = async (): Promise<readonly string[]> => {
    isOver.value = true
    await running
    await producer.disconnect()
    return wrong
  }
  return { acknowledged, tellsAtOnce: true, end }
}

/** node-rdkafka: up to five batches of a partition under way. */
async function startLibrdkafka({ address, topic, partitions }: Target): Promise<Load> {
  const producer = new rdKafka!.Producer(
    {
      ...{ 'metadata.broker.list': address, 'client.id': 'librdkafka', 'enable.idempotence': true, dr_cb: true },
      ...{ 'linger.ms': 5, 'reconnect.backoff.ms': 20, 'reconnect.backoff.max.ms': 100 },
    },
    { 'message.timeout.ms': DELIVERY_TIMEOUT_MS },
  )
  const acknowledged = new Map<string, Place>()
  const wrong: string[] = []
  let underWay = 0
  producer.on('event.error', (error) => {
    if (error.isFatal === true) wrong.push(`librdkafka: ${error.message}`)
  })
  producer.on('delivery-report', (error, { partition, offset, opaque }) => {
    underWay--
    if (error === null || error === undefined) acknowledged.set(String(opaque), { partition, offset })
    else wrong.push(`librdkafka gave up: ${error.message}`)
  })
  await told((done) => producer.connect({ timeout: DELIVERY_TIMEOUT_MS }, done))
  producer.setPollInterval(TICK.ms)
  const stop = ticking((number) => {
    if (underWay >= UNDER_WAY_MAX) return false
    const id = `librdkafka-${number}`
    producer.produce(topic, number % partitions, recordOf(id), null, null, id)
    underWay++
    return true
  })
  const end = async (): Promise<readonly string[]> => {
    stop()
    await told((done) => producer.flush(DELIVERY_TIMEOUT_MS, done))
    // Reports come with the next poll.
    while (underWay > 0) await pause(TICK.ms)
    await told((done) => producer.disconnect(done))
    return wrong
  }
  return { acknowledged, tellsAtOnce: true, end }
}

/** kcat is librdkafka as a process: that it ends well says that everything it was given was acknowledged. */
async function startKcat({ address, topic }: Target): Promise<Load> {
  const settings = ['enable.idempotence=true', `message.timeout.ms=${DELIVERY_TIMEOUT_MS}`, 'linger.ms=5']
  const backoff = ['reconnect.backoff.ms=20', 'reconnect.backoff.max.ms=100', 'sticky.partitioning.linger.ms=0']
  // When so many are under way it reads no more.
  const bound = `queue.buffering.max.messages=${UNDER_WAY_MAX}`
  const sets = [...settings, ...backoff, bound].flatMap((set) => ['-X', set])
  const child = spawn('kcat', ['-b', address, '-P', '-E', '-t', topic, ...sets], { stdio: ['pipe', 'ignore', 'pipe'] })
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  // One that has ended is told of by its status.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const stopChild = endedWithUs(child)
  const sent: string[] = []
  const stop = ticking((number) => {
    if (child.stdin.writableLength > 0) return false
    sent.push(`kcat-${number}`)
    child.stdin.write(`${recordOf(`kcat-${number}`)}\n`)
    return true
  })
  const acknowledged = new Map<string, Place>()
  const end = async (): Promise<readonly string[]> => {
    stop()
    child.stdin.end()
    const code = await ended
    stopChild()
    if (code !== 0) return [`kcat ended with ${code}:\n${said.join('').split('\n').slice(-5).join('\n')}`]
    for (const id of sent) acknowledged.set(id, {})
    return []
  }
  return { acknowledged, tellsAtOnce: false, end }
}

/** Our own client, many batches under way. */
async function startSamsa({ address, topic, partitions }: Target): Promise<Load> {
  const world = createRealWorld({
    directory: 'memory',
    onHalt: (reason) => {
      throw reason
    },
  })
  const [host, port] = address.split(':') as [string, string]
  const backoff = { reconnectBackoffMs: 20, reconnectBackoffMaxMs: 100, retryBackoffMs: 20, retryBackoffMaxMs: 100 }
  const client = new Client(world, { bootstrap: [{ host, port: Number(port) }], clientId: 'samsa', ...backoff })
  const producer = client.producer({ deliveryTimeoutMs: DELIVERY_TIMEOUT_MS })
  const acknowledged = new Map<string, Place>()
  const wrong: string[] = []
  let underWay = 0
  const send = async (id: string, partition: number): Promise<void> => {
    const outcome = await producer.send({ topic, partition, value: recordOf(id) })
    underWay--
    if (outcome.kind === 'failed') wrong.push(`samsa gave up: ${outcome.message}`)
    else acknowledged.set(id, { partition, offset: outcome.offset! })
  }
  const stop = ticking((number) => {
    if (underWay >= UNDER_WAY_MAX) return false
    underWay++
    void send(`samsa-${number}`, number % partitions)
    return true
  })
  const end = async (): Promise<readonly string[]> => {
    stop()
    await producer.flush()
    while (underWay > 0) await pause(TICK.ms)
    client.close()
    world.close()
    return wrong
  }
  return { acknowledged, tellsAtOnce: true, end }
}

/** Calls `send` with 0, 1, 2 and so on, a few at a time, until it says that it is enough for now; gives back the stop. */
function ticking(send: (number: number) => boolean): () => void {
  let number = 0
  const timer = setInterval(() => {
    for (let count = 0; count < TICK.records && send(number); count++) number++
  }, TICK.ms)
  return () => clearInterval(timer)
}

/** A child that does not outlive this process; gives back what lifts that. */
function endedWithUs(child: ChildProcess): () => void {
  const onExit = (): void => void child.kill('SIGKILL')
  process.on('exit', onExit)
  return () => void process.off('exit', onExit)
}
