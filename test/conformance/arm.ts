/**
 * What a conformance suite needs of an implementation: machines on which lives begin and end, and time that passes.
 *
 * A suite is written against `World` alone. It never sleeps: it waits for conditions, and for the moment when nothing
 * more would happen by itself.
 */

import type { World } from '../../src/world/world.ts'

/** Two machines of one network; each has a disk that outlives its lives. */
export type Machine = 'a' | 'b'

export interface Arm {
  /** Begins a life; the machine's last one must be over. Its disk is as that one left it. */
  world(machine?: Machine): World
  /** Ends a life as the death of its process does. */
  kill(world: World): void
  /** Lets events happen until the condition holds; fails, naming `what`, if it never does. */
  until(what: string, condition: () => boolean): Promise<void>
  /** Lets everything happen that would happen by itself by now. */
  settle(): Promise<void>
  /** The name under which both machines reach this one. */
  host(machine: Machine): string
  /** Ends all lives and removes what they left behind. */
  end(): Promise<void>
}

export interface ArmOptions {
  /** What the files on each machine's disk may hold; unlimited by default. */
  readonly diskBytes?: number
}

/** One implementation under test. */
export interface ArmKind {
  readonly name: string
  /** False where a disk cannot be made small, with the reason. */
  readonly smallDisks: true | { readonly reason: string }
  begin(options?: ArmOptions): Arm
}
