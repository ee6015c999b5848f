/**
 * Hostile frames by number: frame `n` of a seed is always the same. Held back is only what a client with every right may
 * ask for and a disk must pay for: topics under other names than the few meant for it, and partitions by the thousand.
 */

import { apis } from '../../../src/protocol/apis.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { decodeRequestHeader } from '../../../src/protocol/headers.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import { Dice } from './dice.ts'
import { type Mutation, mutations } from './mutations.ts'
import { drawTemplates, HOSTILE_TOPICS, type Template } from './templates.ts'

/** A client may have as many partitions made as this with one frame. */
const PARTITIONS_MAX = 16

export interface HostileFrame {
  readonly mutation: string
  readonly bytes: Uint8Array
}

export class HostileFrames {
  readonly #seed: number
  readonly #templates: readonly Template[]
  readonly #deck: readonly Mutation[]

  constructor(seed: number) {
    this.#seed = seed
    this.#templates = drawTemplates(seed)
    this.#deck = mutations.flatMap((mutation) => Array<Mutation>(mutation.weight).fill(mutation))
  }

  frame(index: number): HostileFrame {
    const dice = new Dice(this.#seed, index)
    const template = dice.oneOf(this.#templates)
    for (;;) {
      const mutation = dice.oneOf(this.#deck)
      const bytes = mutation.apply(template, dice, this.#templates)
      if (!asksForTooMuch(bytes)) return { mutation: mutation.name, bytes }
    }
  }
}

/** Whether this is a sound request for topics or partitions that would pile up. */
function asksForTooMuch(bytes: Uint8Array): boolean {
  const key = bytes.length > 6 ? (bytes[4]! << 8) | bytes[5]! : -1
  if (key !== apis.createTopics.key && key !== apis.createPartitions.key) return false
  const api = key === apis.createTopics.key ? apis.createTopics : apis.createPartitions
  try {
    const { apiVersion, bodyStart } = decodeRequestHeader(bytes, 4)
    if (apiVersion < api.versions.min || apiVersion > api.versions.max) return false
    const { topics } = decodeMessage(api.request, apiVersion, bytes, bodyStart)
    return topics.some((topic) => {
      const count = 'count' in topic ? topic.count : Math.max(topic.numPartitions, topic.assignments.length)
      return count > PARTITIONS_MAX || !HOSTILE_TOPICS.includes(topic.name)
    })
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
