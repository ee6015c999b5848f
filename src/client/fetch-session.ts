/**
 * One consumer's fetch session with one broker: which partitions the broker remembers, so that a fetch names only those
 * that changed. Pure: no clock, no network.
 *
 * States: *none* (the next fetch names everything and asks for a session), *open* (epoch 1, 2, …: the next fetch names what
 * changed). An answer with a session id opens; an error, a lost answer or an id of 0 goes back to none. A broker without
 * room answers id 0, and every fetch names everything. Source: KIP-227.
 */

import { errorCode } from '../protocol/errors.ts'
import type { Uuid } from '../protocol/uuid.ts'

/** The epoch of a fetch that asks for a new session. */
const newSession = 0
/** The epoch of a fetch that wants none. */
const sessionless = -1

/** What a fetch says of one partition. */
export interface FetchPosition {
  readonly topic: string
  readonly topicId: Uuid
  readonly partition: number
  readonly offset: number
  /** -1 where unknown. */
  readonly currentLeaderEpoch: number
  /** -1 where unknown. */
  readonly lastFetchedEpoch: number
}

/** What the next fetch is to say. */
export interface FetchPlan {
  readonly sessionId: number
  readonly sessionEpoch: number
  /** Partitions that the broker does not know, or not so. */
  readonly named: readonly FetchPosition[]
  /** Partitions that the broker is to forget. */
  readonly forgotten: readonly FetchPosition[]
}

/** See the head of this file. */
export class FetchSession {
  readonly #isWanted: boolean
  #id = 0
  #epoch = newSession
  /** What the broker will know once it has the last plan, by topic and partition. */
  #known = new Map<string, FetchPosition>()

  /** With `isWanted` false every fetch stands alone. */
  constructor(isWanted: boolean) {
    this.#isWanted = isWanted
  }

  /** Plans a fetch of these partitions and no others. Each plan is followed by `answered` or `lost`. */
  plan(wanted: readonly FetchPosition[]): FetchPlan {
    if (!this.#isWanted) return { sessionId: 0, sessionEpoch: sessionless, named: wanted, forgotten: [] }
    const before = this.#known
    this.#known = new Map(wanted.map((position) => [`${position.topic}/${position.partition}`, position]))
    const sessionId = this.#id
    const sessionEpoch = this.#epoch
    if (sessionEpoch === newSession) return { sessionId, sessionEpoch, named: wanted, forgotten: [] }
    const named: FetchPosition[] = []
    for (const [key, position] of this.#known) if (!isEqual(before.get(key), position)) named.push(position)
    const forgotten: FetchPosition[] = []
    for (const [key, position] of before) {
      // A topic that was created anew is another topic to the broker.
      if (this.#known.get(key)?.topicId !== position.topicId) forgotten.push(position)
    }
    return { sessionId, sessionEpoch, named, forgotten }
  }

  /** The broker has answered the last plan with this error for the whole, and this session id. */
  answered(code: number, sessionId: number): void {
    if (!this.#isWanted) return
    if (code !== errorCode.NONE) {
      if (code === errorCode.FETCH_SESSION_ID_NOT_FOUND) this.#id = 0
      this.#epoch = newSession
    } else {
      this.#id = sessionId
      if (sessionId === 0) this.#epoch = newSession
      else this.#epoch = this.#epoch === 0x7fff_ffff ? 1 : this.#epoch + 1
    }
  }

  /** The last plan got no answer: whether the broker has it is unknown. The old session is named so that it is closed. */
  lost(): void {
    this.#epoch = newSession
  }
}

function isEqual(known: FetchPosition | undefined, wanted: FetchPosition): boolean {
  return (
    known !== undefined &&
    known.offset === wanted.offset &&
    known.topicId === wanted.topicId &&
    known.currentLeaderEpoch === wanted.currentLeaderEpoch &&
    known.lastFetchedEpoch === wanted.lastFetchedEpoch
  )
}
