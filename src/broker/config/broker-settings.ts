/**
 * Settings of a broker, under Kafka's names, with Kafka 4.2's defaults. A name that is not here is not served, and
 * setting it is an error: a setting that does nothing would be a lie.
 */

import { internalSettings } from './internal-settings.ts'
import { limitSettings } from './limit-settings.ts'
import { parseSetting, type Setting, SettingError, type SettingValue } from './setting.ts'

const forever = Number.MAX_SAFE_INTEGER
const week = 604_800_000

const define = <const T extends Readonly<Record<string, Omit<Setting, 'name'>>>>(settings: T): T => settings

/** Every served broker setting. */
export const brokerSettings = define({
  'node.id': { type: 'int', default: 1, min: 0, doc: 'This node, in the cluster.' },
  'process.roles': {
    type: 'list',
    default: 'broker,controller',
    oneOf: ['broker', 'controller'],
    doc: 'What this node is: a broker, a controller (a voter of the quorum), or both.',
  },
  'controller.quorum.voters': {
    type: 'list',
    default: '',
    doc: 'The voters of the quorum, as ID@HOST:PORT,…; empty: this node alone.',
  },
  'metadata.log.max.record.bytes.between.snapshots': {
    type: 'long',
    default: 20_971_520,
    min: 1,
    doc: 'Bytes of metadata records after which a node writes a snapshot.',
  },
  'metadata.log.max.snapshot.interval.ms': {
    type: 'long',
    default: 3_600_000,
    min: 1,
    doc: 'Time after which a node writes a snapshot, if there are new records.',
  },
  'metadata.max.retention.bytes': {
    type: 'long',
    default: 104_857_600,
    min: 0,
    doc: 'Size of the metadata log above which it forgets what a snapshot stands for.',
  },
  'metadata.max.idle.interval.ms': {
    type: 'int',
    default: 500,
    min: 0,
    doc: 'Time after which an active controller that has nothing to write writes an empty record, where others follow it; 0: never.',
  },
  'broker.rack': {
    type: 'string',
    default: '',
    defaultIsUntold: true,
    doc: 'The rack this broker is in; replicas are spread over racks.',
  },
  'broker.heartbeat.interval.ms': {
    type: 'int',
    default: 2000,
    min: 1,
    doc: 'Time between two heartbeats of a broker to the controller.',
  },
  'controller.quorum.election.timeout.ms': {
    type: 'int',
    default: 1000,
    min: 1,
    doc: 'How long a voter without a leader waits, and up to as much again by chance, before it asks to be elected.',
  },
  'controller.quorum.fetch.timeout.ms': {
    type: 'int',
    default: 2000,
    min: 1,
    doc: 'How long a follower goes without an answer of its leader, and a leader without fetches of a majority (half as long again).',
  },
  'controller.quorum.election.backoff.max.ms': {
    type: 'int',
    default: 1000,
    min: 1,
    doc: 'The longest pause of a voter that lost an election before it asks again.',
  },
  'controller.quorum.request.timeout.ms': {
    type: 'int',
    default: 2000,
    min: 1,
    doc: 'How long a node of the quorum waits for an answer of another.',
  },
  'controller.quorum.retry.backoff.ms': {
    type: 'int',
    default: 20,
    min: 1,
    doc: 'The pause before a request to another node of the quorum is tried again.',
  },
  'broker.session.timeout.ms': {
    type: 'int',
    default: 9000,
    min: 1,
    doc: 'How long a broker may be silent before the controller fences it.',
  },
  'num.partitions': { type: 'int', default: 1, min: 1, doc: 'Partitions of a topic created without a number.' },
  'default.replication.factor': {
    type: 'int',
    default: 1,
    min: 1,
    doc: 'Replicas of a topic created without a number.',
  },
  'auto.create.topics.enable': {
    type: 'boolean',
    default: true,
    doc: 'Whether asking for an unknown topic creates it.',
  },
  'min.insync.replicas': { type: 'int', default: 1, min: 1, doc: 'Replicas that must be in sync for acks=all.' },
  'log.segment.bytes': { type: 'int', default: 2 ** 30, min: 14, minAsked: 2 ** 20, doc: 'Default of segment.bytes.' },
  'log.roll.ms': { type: 'long', default: week, min: 1, defaultIsUntold: true, doc: 'Default of segment.ms.' },
  'log.index.size.max.bytes': { type: 'int', default: 10485760, min: 4, doc: 'Default of segment.index.bytes.' },
  'log.index.interval.bytes': { type: 'int', default: 4096, min: 0, doc: 'Default of index.interval.bytes.' },
  'log.retention.ms': {
    type: 'long',
    default: week,
    except: [0],
    defaultIsUntold: true,
    doc: 'Default of retention.ms.',
  },
  'log.retention.bytes': { type: 'long', default: -1, doc: 'Default of retention.bytes.' },
  'log.retention.check.interval.ms': {
    type: 'long',
    default: 300_000,
    min: 1,
    doc: 'Time between two looks for segments to delete.',
  },
  'log.segment.delete.delay.ms': {
    type: 'long',
    default: 60_000,
    min: 0,
    doc: 'Default of file.delete.delay.ms.',
  },
  'log.cleanup.policy': { type: 'list', default: 'delete', oneOf: ['', 'delete'], doc: 'Default of cleanup.policy.' },
  'log.flush.interval.messages': { type: 'long', default: forever, min: 1, doc: 'Default of flush.messages.' },
  'log.flush.interval.ms': {
    type: 'long',
    default: forever,
    min: 0,
    defaultIsUntold: true,
    doc: 'Default of flush.ms.',
  },
  'log.flush.offset.checkpoint.interval.ms': {
    type: 'int',
    default: 60_000,
    min: 1,
    doc: 'Time between two checkpoints of the recovery points and log start offsets.',
  },
  'replica.high.watermark.checkpoint.interval.ms': {
    type: 'long',
    default: 5_000,
    min: 1,
    doc: 'Time between two checkpoints of the high watermarks.',
  },
  'log.message.timestamp.type': {
    type: 'string',
    default: 'CreateTime',
    oneOf: ['CreateTime', 'LogAppendTime'],
    doc: 'Default of message.timestamp.type.',
  },
  'log.message.timestamp.before.max.ms': {
    type: 'long',
    default: forever,
    min: 0,
    doc: 'Default of message.timestamp.before.max.ms.',
  },
  'log.message.timestamp.after.max.ms': {
    type: 'long',
    default: 3_600_000,
    min: 0,
    doc: 'Default of message.timestamp.after.max.ms.',
  },
  'compression.type': {
    type: 'string',
    default: 'producer',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    doc: 'Default of compression.type of topics.',
  },
  'compression.gzip.level': {
    type: 'int',
    default: -1,
    min: -1,
    max: 9,
    except: [0],
    doc: 'Default of compression.gzip.level.',
  },
  'compression.lz4.level': { type: 'int', default: 9, min: 1, max: 17, doc: 'Default of compression.lz4.level.' },
  'compression.zstd.level': {
    type: 'int',
    default: 3,
    min: -131072,
    max: 22,
    doc: 'Default of compression.zstd.level.',
  },
  'message.max.bytes': { type: 'int', default: 1048588, min: 0, doc: 'Default of max.message.bytes.' },
  'producer.id.expiration.ms': {
    type: 'int',
    default: 86_400_000,
    min: 1,
    doc: 'How long a silent producer is remembered.',
  },
  ...limitSettings,
  ...internalSettings,
})

export type BrokerSettingName = keyof typeof brokerSettings

type ValueOf<N extends BrokerSettingName> = (typeof brokerSettings)[N]['type'] extends 'boolean'
  ? boolean
  : (typeof brokerSettings)[N]['type'] extends 'int' | 'long'
    ? number
    : string

/** The broker setting with this name; undefined where none is served. */
export function brokerSetting(name: string): Setting | undefined {
  const setting = (brokerSettings as Readonly<Record<string, Omit<Setting, 'name'>>>)[name]
  return setting === undefined ? undefined : { ...setting, name }
}

/**
 * The settings of one broker, in layers, the first that has a value counting: set dynamically for this broker, set
 * dynamically for all brokers, set when it started, the default. KIP-226.
 */
export class BrokerSettings {
  readonly #static: ReadonlyMap<string, SettingValue>
  #ofCluster: ReadonlyMap<string, SettingValue> = new Map()
  #ofBroker: ReadonlyMap<string, SettingValue> = new Map()
  readonly #onChanged: (() => void)[] = []

  /** @throws {SettingError} at the first unknown name or bad value. */
  constructor(set: Readonly<Record<string, string>> = {}) {
    const values = new Map<string, SettingValue>()
    for (const [name, text] of Object.entries(set)) {
      const setting = brokerSetting(name)
      if (setting === undefined) {
        throw new SettingError(`unknown setting ${name}; served are: ${Object.keys(brokerSettings).join(', ')}`)
      }
      const parsed = parseSetting(setting, text)
      if (!parsed.ok) throw new SettingError(parsed.problem)
      values.set(name, parsed.value)
    }
    this.#static = values
    const [queued, longest] = [this.value('queued.max.request.bytes'), this.value('socket.request.max.bytes')]
    if (queued > 0 && queued < longest) {
      throw new SettingError(
        `queued.max.request.bytes=${queued} is less than socket.request.max.bytes=${longest}: a request must fit into it`,
      )
    }
  }

  /** Whether the value is not just the default. */
  isSet(name: BrokerSettingName): boolean {
    return this.#ofBroker.has(name) || this.#ofCluster.has(name) || this.#static.has(name)
  }

  value<N extends BrokerSettingName>(name: N): ValueOf<N> {
    const set = this.#ofBroker.get(name) ?? this.#ofCluster.get(name) ?? this.#static.get(name)
    return (set ?? brokerSettings[name].default) as ValueOf<N>
  }

  /**
   * Puts other dynamic settings in place of those there were, in text form: those for all brokers, and those for this
   * one. What does not parse, or is not served, is passed over: another node may know more settings.
   */
  changeDynamic(ofCluster: ReadonlyMap<string, string>, ofBroker: ReadonlyMap<string, string>): void {
    this.#ofCluster = parsedOnes(ofCluster)
    this.#ofBroker = parsedOnes(ofBroker)
    for (const changed of this.#onChanged) changed()
  }

  /** Calls `changed` whenever dynamic settings may have changed. */
  onChanged(changed: () => void): void {
    this.#onChanged.push(changed)
  }

  /** Every value of a setting that is told, the one that counts first; the sources are Kafka's (`ConfigSource`). */
  layers(name: BrokerSettingName): readonly { readonly source: 2 | 3 | 4 | 5; readonly value: SettingValue }[] {
    const sets = [this.#ofBroker, this.#ofCluster, this.#static]
    const layers = sets.flatMap((set, index) => {
      const value = set.get(name)
      return value === undefined ? [] : [{ source: (2 + index) as 2 | 3 | 4, value }]
    })
    const { defaultIsUntold, default: value } = brokerSetting(name)!
    return defaultIsUntold === true ? layers : [...layers, { source: 5, value }]
  }
}

function parsedOnes(texts: ReadonlyMap<string, string>): ReadonlyMap<string, SettingValue> {
  const values = new Map<string, SettingValue>()
  for (const [name, text] of texts) {
    const setting = brokerSetting(name)
    const parsed = setting === undefined ? undefined : parseSetting(setting, text)
    if (parsed?.ok) values.set(name, parsed.value)
  }
  return values
}
