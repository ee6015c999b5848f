/**
 * What a client process did, as the client itself saw it: the lines of a history.
 *
 * An operation is an invocation and, unless the run ended first, one completion of the same process: `ok` (it happened),
 * `fail` (it certainly did not and never will), `info` (nobody knows: it may have happened, or happen later). A process
 * does one thing at a time; concurrency is several processes. The shape is that of Jepsen's Kafka workload
 * (`jepsen.tests.kafka`), with topics added and without its transactions.
 *
 * Not here: what went on inside a broker.
 */

/** A partition, named as Kafka names its log directory: `orders-0`. */
export type Key = string

/**
 * What a record carries: an id, sent at most once per partition. A record whose content cannot be decoded is given a
 * value that nobody sends, such as its bytes in hexadecimal.
 */
export type Value = number | string

/** A record to be appended to a partition, and the offset at which it was, where a broker told. */
export interface Send {
  readonly key: Key
  readonly value: Value
  readonly offset?: number
  /** The time that the broker told it gave the record, in milliseconds; absent where the record kept its own. */
  readonly appendTimeMs?: number
}

/** A record as a poll returned it. */
export interface PolledRecord {
  readonly key: Key
  readonly offset: number
  readonly value: Value
  /** The record's time, in milliseconds, where it has that of the broker that appended it (KIP-32). */
  readonly appendTimeMs?: number
}

/** The first offset that a partition still has, as a broker told it; its end where it holds nothing. */
export interface EarliestOffset {
  readonly key: Key
  readonly offset: number
}

/** A deletion of a partition's records. */
export interface RecordDeletion {
  readonly key: Key
  /** The first offset that was to stay; absent where everything was to go that consumers are shown. */
  readonly below?: number
  /** Where the partition began then, as its leader told; where it completed `ok`. */
  readonly lowWatermark?: number
}

/** A topic with the number of its partitions (>= 1). */
export interface TopicShape {
  readonly topic: string
  readonly partitions: number
}

/** One configuration of a topic. */
export interface TopicSetting {
  readonly topic: string
  readonly setting: string
  readonly text: string
}

/** How many acknowledgements a send waits for: none, the leader's, or those of all in-sync replicas. */
export type Acks = 0 | 1 | 'all'

/** What each kind of operation carries besides its occurrence. */
export interface Fields {
  /** Sends records, in this order. Completed `ok`, each has its offset. */
  readonly send: {
    readonly value: readonly Send[]
    readonly acks: Acks
    /** Sent by an idempotent producer: retries neither duplicate nor reorder within its session (KIP-98). */
    readonly idempotent: boolean
  }
  /** Takes the next records of the assigned partitions. Invoked with none. */
  readonly poll: {
    readonly value: readonly PolledRecord[]
    /** Partitions that a rebalance took or gave while the poll ran: their positions may have moved. */
    readonly rebalancedKeys?: readonly Key[]
  }
  /** Reads these partitions from now on and no others; those that were read before keep their position unless sought. */
  readonly assign: {
    readonly value: readonly Key[]
    readonly seekTo?: 'beginning' | 'end'
  }
  /** Reads, as a member of a group, those of these partitions that the group hands out. */
  readonly subscribe: { readonly value: readonly Key[] }
  /** Asks where partitions begin. Completed `ok` it carries every partition asked for; invoked with none. */
  readonly 'earliest-offsets': { readonly value: readonly EarliestOffset[] }
  /** Deletes records of a partition. */
  readonly 'delete-records': { readonly value: RecordDeletion }
  readonly 'create-topic': { readonly value: TopicShape }
  /** Deletes the topic of that name. */
  readonly 'delete-topic': { readonly value: string }
  /** Sets one configuration of a topic. */
  readonly 'set-config': { readonly value: TopicSetting }
  /** Asks for configurations of topics. Completed `ok` it carries what was shown of those asked for; invoked with none. */
  readonly 'describe-configs': { readonly value: readonly TopicSetting[] }
  /** Asks the cluster's metadata. Completed `ok` it carries every topic that was shown; invoked with none. */
  readonly 'list-topics': { readonly value: readonly TopicShape[] }
  /** The client dies and is replaced; completed as `info`, so that the process ends. */
  readonly crash: { readonly value: null }
}

export type ActionName = keyof Fields

/** Which of an operation's two ends this is, and how it ended. */
export type OperationType = 'invoke' | 'ok' | 'fail' | 'info'

/** What all lines of a history have. */
export interface Occurrence {
  /** Position in the history, from 0, without gaps: the order in which things were seen to begin and end. */
  readonly index: number
  readonly process: number
  readonly type: OperationType
  /** Microseconds of the run's one clock, common to all processes; an integer that never decreases along the history. */
  readonly timeUs: number
  /** Why it ended in `fail` or `info`: a code of the protocol or a few words. */
  readonly error?: string
}

export type OperationOf<F extends ActionName> = {
  [Name in F]: Occurrence & { readonly f: Name } & Fields[Name]
}[F]

export type Operation = OperationOf<ActionName>

/** The error of a send with acks=0, which ends in `info` once it was handed over: no answer will ever come. */
export const neverAcknowledged = 'acks=0'
