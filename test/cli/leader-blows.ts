/**
 * The leader of three controllers is struck again and again while topics are created as fast as they are answered.
 *
 * Each name is asked for twice at the same time. Judged by the metadata logs of the three controllers: no creation that
 * was answered is missing, no name was created twice, none was answered twice, and the logs agree. So that partitions do
 * not pile up at the one broker, topics are deleted after they were seen there.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '../../src/client/client.ts'
import { decodeMetadataRecord } from '../../src/protocol/metadata-records/table.ts'
import { batchBytes, batchLastOffset, isControlBatch } from '../../src/protocol/record-batch.ts'
import { decodeRecords } from '../../src/protocol/records.ts'
import { type Blow, Controllers, metadataSegments } from './controllers.ts'

/** Names that are asked for at the same time. */
const CREATORS = 2
const CREATE_TIMEOUT_MS = 60_000

export interface Report {
  /** From each blow to the first answer of a leader of a later epoch, in ms. */
  readonly leaderMs: readonly number[]
  /** From each blow to the first creation that was asked for and answered after it, in ms. */
  readonly answerMs: readonly number[]
  readonly answered: number
  /** What should not be, in words; empty where all is well. */
  readonly wrong: readonly string[]
}

/** Strikes as `blows` say, with everything in `folder`; every process has ended afterwards. */
export async function strikeLeaders(
  folder: string,
  blows: readonly Blow[],
  tell: (line: string) => void = () => undefined,
): Promise<Report> {
  const controllers = await Controllers.start(folder)
  try {
    return await strike(controllers, blows, tell)
  } finally {
    await controllers.end()
  }
}

async function strike(controllers: Controllers, blows: readonly Blow[], tell: (line: string) => void): Promise<Report> {
  const creators = Array.from({ length: CREATORS }, (_, number) => new Creator(controllers, number))
  const leaderMs: number[] = []
  const answerMs: number[] = []
  let leader = await controllers.leaderAbove(0)
  for (const [index, blow] of blows.entries()) {
    await Promise.all(creators.map((creator) => creator.nextAnswer(Date.now())))
    const { id, epoch } = leader
    const from = Date.now()
    const answer = Promise.all(creators.map((creator) => creator.nextAnswer(from)))
    await controllers.strike(id, blow)
    leader = await controllers.leaderAbove(epoch)
    leaderMs.push(Date.now() - from)
    await answer
    answerMs.push(Date.now() - from)
    await controllers.undo(id, blow)
    const times = `node ${leader.id} leads after ${leaderMs.at(-1)} ms, a creation is answered after ${answerMs.at(-1)} ms`
    tell(`${index + 1}: ${blow} to node ${id}, the leader of epoch ${epoch}; ${times}`)
    for (const creator of creators) await creator.seeAndDelete()
  }
  const wrong = (await Promise.all(creators.map((creator) => creator.end()))).flat()
  await controllers.end()
  const created = creators.flatMap((creator) => [...creator.created])
  wrong.push(...judgeLogs(controllers.directories, new Map(created)))
  return { leaderMs, answerMs, answered: created.length, wrong }
}

/** Creates topics one after the other, each asked for twice at once, until it is told to end. */
class Creator {
  /** Ids of the topics whose creation was answered. */
  readonly created = new Map<string, string>()
  readonly #clients: readonly Client[]
  readonly #name: string
  readonly #wrong: string[] = []
  readonly #run: Promise<void>
  #unseen: string[] = []
  #waiting: { readonly after: number; readonly resolve: () => void }[] = []
  #isOver = false

  constructor({ world, address }: Controllers, number: number) {
    this.#name = `topics-of-${number}`
    const options = { bootstrap: [address], clientId: this.#name }
    this.#clients = [new Client(world, options), new Client(world, options)]
    this.#run = this.#create()
  }

  /** Waits for a creation that is asked for at or after that time and answered. */
  nextAnswer(after: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ after, resolve }))
  }

  /** Looks for everything that was answered at the broker, and deletes it. */
  async seeAndDelete(): Promise<void> {
    const names = this.#unseen
    this.#unseen = []
    const [client] = this.#clients
    for (let tries = 0; ; tries++) {
      const found = await client!.describeTopics()
      const ids = new Map(found.kind === 'ok' ? found.value.map(({ name, topicId }) => [name, topicId as string]) : [])
      const missing = names.filter((name) => ids.get(name) !== this.created.get(name))
      if (missing.length === 0) break
      // The broker learns what is committed a moment after the answer.
      if (tries === 100) {
        this.#wrong.push(`answered, and never seen at the broker: ${missing.join(', ')}`)
        break
      }
      await pause(100)
    }
    for (let at = 0; at < names.length; at += 500) await client!.deleteTopics(names.slice(at, at + 500))
  }

  /** What should not be, in words. */
  async end(): Promise<string[]> {
    this.#isOver = true
    await this.#run
    await this.seeAndDelete()
    for (const client of this.#clients) client.close()
    return this.#wrong
  }

  async #create(): Promise<void> {
    for (let number = 0; !this.#isOver; number++) {
      const name = `${this.#name}-${number}`
      const from = Date.now()
      const asked = this.#clients.map((client) =>
        client.createTopics([{ name, numPartitions: 1 }], { timeoutMs: CREATE_TIMEOUT_MS }),
      )
      const outcomes = (await Promise.all(asked)).flat()
      const answered = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome] : []))
      if (answered.length > 1) this.#wrong.push(`${name} was answered twice as created`)
      for (const outcome of outcomes) {
        if (outcome.kind === 'failed' && outcome.error !== 'TOPIC_ALREADY_EXISTS')
          this.#wrong.push(`${name}: ${outcome.error}, ${outcome.message}`)
      }
      for (const { topicId } of answered) {
        this.created.set(name, topicId)
        this.#unseen.push(name)
      }
      const told = this.#waiting.filter(({ after }) => from >= after && answered.length > 0)
      this.#waiting = this.#waiting.filter((waiting) => !told.includes(waiting))
      for (const { resolve } of told) resolve()
    }
  }
}

/** Compares the logs with what was answered, and with one another. */
function judgeLogs(directories: readonly string[], answered: ReadonlyMap<string, string>): string[] {
  const wrong: string[] = []
  const logs = directories.map(topicsInLog)
  const longest = logs.reduce((a, b) => (b.endOffset > a.endOffset ? b : a))
  for (const [name, ids] of longest.topics) {
    if (ids.length > 1) wrong.push(`${name} was created ${ids.length} times`)
  }
  for (const [name, id] of answered) {
    if (longest.topics.get(name)?.includes(id) !== true) wrong.push(`${name} was answered and is not in the log`)
  }
  for (const [index, log] of logs.entries()) {
    for (const [name, ids] of log.topics) {
      if (ids.some((id, at) => longest.topics.get(name)?.[at] !== id)) {
        wrong.push(`${name} is in ${directories[index]} and not in the longest log`)
      }
    }
  }
  return wrong
}

/** Ids of the topics that a metadata log creates, by name. */
function topicsInLog(directory: string): {
  readonly endOffset: number
  readonly topics: ReadonlyMap<string, readonly string[]>
} {
  const topics = new Map<string, string[]>()
  let endOffset = 0
  for (const bytes of metadataSegments(directory)) {
    for (let at = 0; at < bytes.length && batchBytes(bytes, at) > 12; at += batchBytes(bytes, at)) {
      endOffset = batchLastOffset(bytes, at) + 1
      if (isControlBatch(bytes, at)) continue
      for (const { value } of decodeRecords(bytes, at)) {
        const record = decodeMetadataRecord(value!)
        if (record.type === 'TopicRecord') topics.set(record.name, [...(topics.get(record.name) ?? []), record.topicId])
      }
    }
  }
  return { endOffset, topics }
}
