/**
 * One machine's place in the network: its name, whether it is on, its ports, the connections of the process that runs
 * on it. Outlives the process.
 */

import type { Connection, ConnectionOwner } from '../../../world/network.ts'
import type { Life } from '../life.ts'
import type { Endpoint } from './endpoint.ts'

/** First of the ports that are handed out, and how many there are (as Linux does by default). */
const PORT_FIRST = 32_768
const PORT_COUNT = 28_232

/** A process listens at a port. */
export interface OpenListener {
  readonly life: Life
  /** False until the process was told the address, and after it closed the listener. */
  open: boolean
  readonly accept: (connection: Connection) => ConnectionOwner
}

export class Host {
  readonly node: number
  readonly name: string
  /** Has the machine power? A host that is off answers nothing. */
  up = true
  readonly listeners = new Map<number, OpenListener>()
  /** Of the present life, in the order in which they came to be. */
  readonly endpoints = new Set<Endpoint>()
  #portsTaken = 0

  constructor(node: number, name: string) {
    this.node = node
    this.name = name
  }

  /** Does this name mean this host, seen from itself? */
  answersTo(name: string): boolean {
    return name === this.name || isOwnName(name) || name === '0.0.0.0' || name === '::'
  }

  /** A port that nobody listens at. */
  freePort(): number {
    for (;;) {
      const port = PORT_FIRST + (this.#portsTaken++ % PORT_COUNT)
      if (!this.listeners.has(port)) return port
    }
  }
}

/** Names by which every host means itself. */
export function isOwnName(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1'
}
