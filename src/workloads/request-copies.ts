/**
 * Copies of requests for a change: what was really sent on behalf of administrators, and until when each copy might still
 * be carried out. Whoever watches the wire can tell; a history alone cannot.
 *
 * An administrator's one operation may travel as several requests. A client that hears nothing asks another broker; a
 * broker that hears nothing of the active controller sends the request to it, or to the next one, again (KIP-590; Kafka's
 * `NodeToControllerChannelManager` does the same after a disconnect). So what was answered by one copy can happen once
 * more by another, but by nothing else: each copy is carried out once at most, after it was sent and before it is
 * answered. A decision that a deposed controller appended, and that its successor commits, is no exception: it lies in
 * the log before everything that was decided later.
 */

import type { ActionName } from './history/operation.ts'

export type Change = Extract<ActionName, 'create-topic' | 'delete-topic' | 'set-config'>

/** What a change is about: `text` and `setting` of `set-config` only. */
export interface ChangeSubject {
  readonly change: Change
  readonly topic: string
  readonly setting?: string
  readonly text?: string
}

export interface RequestCopy extends ChangeSubject {
  readonly sentUs: number
  /** When it was answered, or who had it was gone; without end while neither is so. Times as in the history. */
  readonly doneUs: number
  /**
   * How often it may be carried out: not by a broker that passes it on, once by a controller that was passed it, and
   * again and again by a node that is both, which asks itself without anybody seeing it.
   */
  readonly decides: 'never' | 'once' | 'often'
}

/** From when an operation was asked for to its end, both inclusive; times as in the history. */
export interface AskedDuring {
  readonly fromUs: number
  readonly toUs: number
}

/** Copies to look things up in; without any, what nobody watched may have happened. */
export class RequestCopies {
  readonly #copies: readonly RequestCopy[] | undefined

  constructor(copies: readonly RequestCopy[] | undefined) {
    this.#copies = copies
  }

  /** Whether anybody watched. */
  get areKnown(): boolean {
    return this.#copies !== undefined
  }

  /**
   * Whether a copy that was sent while somebody asked was on its way, or being carried out, at `atUs` or later. What a
   * broker passes on after that time it does for a client whose copy it has not answered.
   */
  mayActAfter(subject: ChangeSubject, asked: AskedDuring, atUs: number): boolean {
    return this.#sentDuring(subject, asked)?.some(({ doneUs }) => doneUs > atUs) ?? true
  }

  /** Whether it may have been carried out more than once while somebody asked. */
  mayActTwice(subject: ChangeSubject, asked: AskedDuring): boolean {
    const within = this.#sentDuring(subject, asked)?.filter(({ decides }) => decides !== 'never')
    if (within === undefined) return true
    return within.length > 1 || within.some(({ decides }) => decides === 'often')
  }

  #sentDuring(subject: ChangeSubject, { fromUs, toUs }: AskedDuring): readonly RequestCopy[] | undefined {
    return this.#copies?.filter((copy) => isOf(copy, subject) && copy.sentUs >= fromUs && copy.sentUs <= toUs)
  }
}

function isOf(copy: RequestCopy, { change, topic, setting, text }: ChangeSubject): boolean {
  return copy.change === change && copy.topic === topic && copy.setting === setting && copy.text === text
}
