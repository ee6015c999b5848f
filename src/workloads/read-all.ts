/**
 * The reading of everything, with which every workload ends: all topics are listed, all partitions are read from their
 * beginning to the end that they had when the reading began, and the topics are listed once more. Where retention may
 * delete while this goes on, earliest offsets are looked up behind it: what lies above them was there all the time.
 *
 * The oracles recognise it by that shape (`acknowledged.ts`). Nothing is in its way, so it must end: attempts are
 * repeated until `readAllMsMax` have passed, and then it is stuck.
 */

import type { Consumer, EndOffset, TopicPartition } from '../client/consumer.ts'
import { Actor, keyOf, type Reading } from './actor.ts'
import type { TopicShape } from './history/operation.ts'
import { lostPositionErrors } from './positions-lost.ts'
import { partitionsOf } from './topic-choices.ts'
import type { ActorSession } from './workload.ts'
import { WorkloadStuck } from './workload-errors.ts'

/** How long the reading of everything may take, in milliseconds of the session's clock. */
const readAllMsMax = 120_000

/** Between two attempts, in milliseconds. */
const pauseMs = 200

/** See `Workload.readAll`, where nothing is ever deleted. */
export function readAll(session: ActorSession): Promise<void> {
  return readThroughout(session, 'all')
}

/** See `Workload.readAll`, where retention deletes even while this goes on. */
export function readWhatIsLeft(session: ActorSession): Promise<void> {
  return readThroughout(session, 'what is left')
}

async function readThroughout(session: ActorSession, what: 'all' | 'what is left'): Promise<void> {
  const reader = new Reader(session, what === 'all' ? 'error' : 'earliest')
  const listed = await reader.listTopics()
  const shown = new Set(listed.map(({ topic }) => topic))
  const planned = session.topics.filter(({ name }) => !shown.has(name))
  const topics = [...listed.map(({ topic, partitions }) => ({ name: topic, partitions })), ...planned]
  const partitions = partitionsOf(topics)
  await reader.read(partitions)
  if (what === 'what is left') await reader.lookUpEarliest(partitions)
  await reader.listTopics()
}

class Reader {
  readonly #session: ActorSession
  readonly #actor: Actor
  readonly #autoOffsetReset: 'error' | 'earliest'
  readonly #deadlineUs: number

  constructor(session: ActorSession, autoOffsetReset: 'error' | 'earliest') {
    this.#session = session
    this.#actor = new Actor(session)
    this.#autoOffsetReset = autoOffsetReset
    this.#deadlineUs = session.world.clock.monotonicUs() + readAllMsMax * 1000
  }

  async listTopics(): Promise<readonly TopicShape[]> {
    for (;;) {
      const shapes = await this.#actor.listTopics()
      if (shapes !== undefined) return shapes
      await this.#retry('The topics could not be listed')
    }
  }

  async read(partitions: readonly TopicPartition[]): Promise<void> {
    const consumer = this.#session.client.consumer({ autoOffsetReset: this.#autoOffsetReset })
    const reading: Reading = { partitions, from: 'beginning' }
    this.#actor.assign(consumer, reading)
    const ends = await this.#endsOf(consumer, partitions)
    for (;;) {
      const unread = ends.filter((end) => end.offset > (consumer.position(end.topic, end.partition) ?? 0))
      if (unread.length === 0) break
      const polled = await this.#actor.poll(consumer)
      const problem = polled.kind === 'failed' ? polled : undefined
      if (problem !== undefined && lostPositionErrors.has(problem.error)) this.#actor.assign(consumer, reading)
      const where = unread.map((end) => `${keyOf(end)} before offset ${end.offset}`).join(', ')
      const what = `Not everything could be read: ${where}`
      if (problem === undefined) this.#checkTime(what)
      else await this.#retry(`${what} (${problem.message})`)
    }
    consumer.close()
  }

  async lookUpEarliest(partitions: readonly TopicPartition[]): Promise<void> {
    const consumer = this.#session.client.consumer({})
    while ((await this.#actor.earliestOffsets(consumer, partitions)) === undefined) {
      await this.#retry('The earliest offsets could not be told')
    }
    consumer.close()
  }

  async #endsOf(consumer: Consumer, partitions: readonly TopicPartition[]): Promise<readonly EndOffset[]> {
    for (;;) {
      const outcome = await consumer.endOffsets(partitions)
      if (outcome.kind === 'ok') return outcome.value
      await this.#retry(`The ends of the partitions could not be told (${outcome.message})`)
    }
  }

  #retry(what: string): Promise<void> {
    this.#checkTime(what)
    return this.#actor.pause(pauseMs)
  }

  #checkTime(what: string): void {
    if (this.#session.world.clock.monotonicUs() <= this.#deadlineUs) return
    throw new WorkloadStuck(`${what}, in ${readAllMsMax} ms with nothing in the way.`)
  }
}
