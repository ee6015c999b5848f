/**
 * What a workload is: it uses a cluster through the client façade, writes a history, and has an oracle of its own.
 *
 * The operations are data, so that a plan can hold them and leave any of them out. A workload knows nothing of the world
 * it runs in: the same one runs in the simulation and against a real broker.
 */

import type { Client } from '../client/client.ts'
import type { ProducerOptions } from '../client/options.ts'
import type { Compression } from '../protocol/record-batch.ts'
import type { World } from '../world/world.ts'
import type { RestoredPrefix } from './checker/deleted-prefix.ts'
import type { LostSuffix } from './checker/lost-suffix.ts'
import type { History } from './history/history.ts'
import type { Operation } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import type { RequestCopies } from './request-copies.ts'

/** A topic that exists, or is to be created, before the operations begin. */
export interface PlannedTopic {
  readonly name: string
  readonly partitions: number
  /** Topic settings by Kafka's names. */
  readonly settings: Readonly<Record<string, string>>
}

/** One operation. What `kind` and the rest mean is the workload's; everything in it is JSON. */
export interface PlannedOperation {
  /** Unique in its plan, and part of every value the operation writes. */
  readonly id: number
  /** When its actor begins it, in milliseconds since the start; later where the actor is still busy. */
  readonly atMs: number
  /** Who does it; actors are independent clients. */
  readonly actor: string
  readonly kind: string
  readonly topic: string
  readonly partition: number
  /** How many records, or polls. */
  readonly count: number
  /** How its actor's producer compresses; one actor has one way. Absent: not at all. */
  readonly compression?: Compression
}

/** Draws for a workload: uniform integers in `[0, below)`, a function of purpose and ordinal. */
export type Choose = (purpose: string, ordinal: number, below: number) => number

/** What an actor works with. */
export interface ActorSession {
  readonly world: World
  /** The actor's own client; a new one after each restart of the actor. */
  readonly client: Client
  readonly history: History
  /** The history's process as which the actor begins. No other actor, and no earlier life of this one, has been it. */
  readonly process: number
  readonly topics: readonly PlannedTopic[]
  /** What every producer of the actor is given besides, and in place of, what it asks for. */
  readonly producerOptions?: Pick<ProducerOptions, 'firstSequence' | 'deliveryTimeoutMs'>
  /** Monotonic time at which the workload began, by this world's clock. */
  readonly startUs: number
}

export interface Workload {
  readonly name: string
  /** One sentence for people. */
  readonly summary: string
  /**
   * Whether everything that was acknowledged must be there still at the end. Where not, retention deletes, and the history
   * ends with a look-up of the earliest offset of every partition (see `judgeHistory`).
   */
  readonly keepsEverything: boolean
  /** Whether it counts on records in partitions, so that a partition's only replica may not be lost. */
  readonly writesRecords: boolean
  /** Topics and about `size` operations. */
  generate(
    choose: Choose,
    size: number,
  ): {
    readonly topics: readonly PlannedTopic[]
    readonly operations: readonly PlannedOperation[]
  }
  /** Does the operations of one actor, in order; resolves when all have ended one way or the other. */
  act(session: ActorSession, operations: readonly PlannedOperation[]): Promise<void>
  /**
   * At the end, with nothing in the way: reads every partition of every topic from its start to its end, looks up where
   * it begins then if anything may have been deleted, and lists the topics. @throws {WorkloadStuck} where that takes longer than `readAllMsMax`.
   */
  readAll(session: ActorSession): Promise<void>
  /**
   * What only this workload can know to be wrong in its history (order, keys, counts). `excuses` is what power losses
   * took where that is allowed, `restored` what crashes brought back of what was deleted, `copies` what was sent on behalf
   * of administrators, as for the checker.
   */
  judge(
    operations: readonly Operation[],
    excuses: readonly LostSuffix[],
    restored?: readonly RestoredPrefix[],
    copies?: RequestCopies,
  ): readonly OracleFinding[]
}
