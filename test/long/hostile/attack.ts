/**
 * Hostile frames on their way to a listener, over many connections at a time, each judged by what becomes of it.
 *
 * A burst of frames leaves in one write, with a sound request behind it that tells when the burst is dealt with. Where the
 * broker ends the connection, the frames that it cannot have looked at are sent again on the next one, so that a frame
 * that counts was read. A connection without an answer for a while has a request that waits: it is reset.
 */

import { connect, type Socket } from 'node:net'
import { apis } from '../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../src/protocol/headers.ts'
import type { HostileFrames } from './frames.ts'

const CONNECTIONS = 240
const BURST = 12
/** A request may be held for as long as it asks to; its connection is not. */
const PATIENCE_MS = 2000
/** Correlation id of the sound request behind a burst; frames do not have it but by chance. */
const SENTINEL = 0x7bad_cafe

export interface AttackTally {
  /** Frames that the broker has read. */
  frames: number
  answers: number
  connections: number
  /** Connections that the broker ended. */
  ended: number
  /** Connections given up, for a request was held. */
  held: number
  readonly byMutation: Map<string, number>
}

export interface AttackOptions {
  readonly port: number
  readonly frames: HostileFrames
  /** Frames `[first, endExclusive)` are sent. */
  readonly first: number
  readonly endExclusive: number
  /** Asked before each burst: whether to go on. */
  readonly goesOn: () => boolean
}

/** Sends all frames. @throws where the broker does not take connections any more. */
export async function attack(options: AttackOptions, tally: AttackTally): Promise<void> {
  const supply = new Supply(options)
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, lane) => attackLane(options, supply, tally, lane)))
}

interface Numbered {
  readonly mutation: string
  readonly bytes: Uint8Array
}

/** The next frames of all lanes. */
class Supply {
  readonly #options: AttackOptions
  #next: number

  constructor(options: AttackOptions) {
    this.#options = options
    this.#next = options.first
  }

  take(count: number): Numbered[] {
    const { frames, endExclusive, goesOn } = this.#options
    const taken: Numbered[] = []
    if (!goesOn()) return taken
    while (taken.length < count && this.#next < endExclusive) taken.push(frames.frame(this.#next++))
    return taken
  }
}

async function attackLane({ port }: AttackOptions, supply: Supply, tally: AttackTally, lane: number): Promise<void> {
  let left: Numbered[] = []
  for (;;) {
    const connection = await Attacker.open(port, lane)
    tally.connections++
    for (;;) {
      const burst = [...left, ...supply.take(BURST - left.length)]
      if (burst.length === 0) return connection.drop()
      const { answers, end } = await connection.send(burst)
      tally.answers += answers
      // The one behind the last answer is what the connection was ended for, or what is held.
      const read = end === 'all' ? burst.length : Math.min(answers + 1, burst.length)
      for (const { mutation } of burst.slice(0, read)) {
        tally.byMutation.set(mutation, (tally.byMutation.get(mutation) ?? 0) + 1)
      }
      tally.frames += read
      left = burst.slice(read)
      if (end === 'all') continue
      if (end === 'ended') tally.ended++
      else tally.held++
      break
    }
  }
}

interface BurstOutcome {
  /** Without that to the sound request. */
  readonly answers: number
  readonly end: 'all' | 'ended' | 'held'
}

const sentinel = encodeRequest(apis.apiVersions, 0, SENTINEL, null, {})

/** One connection, which counts what comes back. */
class Attacker {
  readonly #socket: Socket
  #done: ((outcome: BurstOutcome) => void) | undefined
  #answers = 0
  #isOver = false
  /** Bytes of answers: how many of the present one are still to come, and its first ones. */
  #head: number[] = []
  #restBytes = 0
  readonly #patience: NodeJS.Timeout

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Uint8Array) => this.#received(bytes))
    socket.on('error', () => undefined)
    socket.on('end', () => this.drop())
    socket.on('close', () => this.#settle('ended'))
    this.#patience = setTimeout(() => {
      this.#settle('held')
      this.drop()
    }, PATIENCE_MS)
  }

  static async open(port: number, lane: number): Promise<Attacker> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${1 + lane}`, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    socket.removeAllListeners('error')
    return new Attacker(socket)
  }

  send(burst: readonly Numbered[]): Promise<BurstOutcome> {
    return new Promise((resolve) => {
      this.#answers = 0
      this.#done = resolve
      if (this.#isOver) return this.#settle('ended')
      this.#patience.refresh()
      this.#socket.cork()
      for (const { bytes } of burst) this.#socket.write(bytes)
      this.#socket.write(sentinel)
      this.#socket.uncork()
    })
  }

  drop(): void {
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
    clearTimeout(this.#patience)
  }

  #settle(end: BurstOutcome['end']): void {
    if (end !== 'all') this.#isOver = true
    const done = this.#done
    this.#done = undefined
    done?.({ answers: this.#answers, end })
  }

  #received(bytes: Uint8Array): void {
    this.#patience.refresh()
    for (let at = 0; at < bytes.length; ) {
      if (this.#restBytes > 0) {
        const count = Math.min(this.#restBytes, bytes.length - at)
        at += count
        this.#restBytes -= count
        continue
      }
      this.#head.push(bytes[at++]!)
      if (this.#head.length === 8) this.#startsAnswer()
    }
  }

  #startsAnswer(): void {
    const view = new DataView(Uint8Array.from(this.#head).buffer)
    this.#head = []
    this.#restBytes = view.getInt32(0) - 4
    if (view.getInt32(4) === SENTINEL) this.#settle('all')
    else this.#answers++
  }
}
