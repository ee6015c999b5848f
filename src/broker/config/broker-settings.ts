/**
 * Settings of a broker, under Kafka's names, with Kafka 4.2's defaults. A name that is not here is not served, and
 * setting it is an error: a setting that does nothing would be a lie.
 */

import { parseSetting, type Setting, type SettingValue } from './setting.ts'

const forever = Number.MAX_SAFE_INTEGER
const week = 604_800_000

const define = <const T extends Readonly<Record<string, Omit<Setting, 'name'>>>>(settings: T): T => settings

/** Every served broker setting. */
export const brokerSettings = define({
  'node.id': { type: 'int', default: 1, min: 0, doc: 'This node, in the cluster.' },
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
  'log.segment.bytes': { type: 'int', default: 1073741824, min: 14, doc: 'Default of segment.bytes.' },
  'log.roll.ms': { type: 'long', default: week, min: 1, doc: 'Default of segment.ms.' },
  'log.index.size.max.bytes': { type: 'int', default: 10485760, min: 4, doc: 'Default of segment.index.bytes.' },
  'log.index.interval.bytes': { type: 'int', default: 4096, min: 0, doc: 'Default of index.interval.bytes.' },
  'log.retention.ms': { type: 'long', default: week, min: -1, doc: 'Default of retention.ms.' },
  'log.retention.bytes': { type: 'long', default: -1, min: -1, doc: 'Default of retention.bytes.' },
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
  'log.cleanup.policy': { type: 'list', default: 'delete', oneOf: ['delete'], doc: 'Default of cleanup.policy.' },
  'log.flush.interval.messages': { type: 'long', default: forever, min: 1, doc: 'Default of flush.messages.' },
  'log.flush.interval.ms': { type: 'long', default: forever, min: 0, doc: 'Default of flush.ms.' },
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
  'message.max.bytes': { type: 'int', default: 1048588, min: 0, doc: 'Default of max.message.bytes.' },
  'producer.id.expiration.ms': {
    type: 'int',
    default: 86_400_000,
    min: 1,
    doc: 'How long a silent producer is remembered.',
  },
  'socket.request.max.bytes': { type: 'int', default: 104_857_600, min: 1, doc: 'The largest request that is read.' },
  'connections.max.idle.ms': { type: 'long', default: 600_000, min: 1, doc: 'How long a connection may be silent.' },
  'max.connections': { type: 'int', default: 2 ** 31 - 1, min: 0, doc: 'Connections held at one time.' },
  'fetch.max.bytes': { type: 'int', default: 57_671_680, min: 1024, doc: 'The most bytes one fetch is answered with.' },
  'max.incremental.fetch.session.cache.slots': {
    type: 'int',
    default: 1000,
    min: 0,
    doc: 'Fetch sessions kept at one time.',
  },
})

export type BrokerSettingName = keyof typeof brokerSettings

type ValueOf<N extends BrokerSettingName> = (typeof brokerSettings)[N]['type'] extends 'boolean'
  ? boolean
  : (typeof brokerSettings)[N]['type'] extends 'int' | 'long'
    ? number
    : string

/** The settings of one broker: what was set, over the defaults. */
export class BrokerSettings {
  readonly #values = new Map<string, SettingValue>()

  /** @throws {SettingError} at the first unknown name or bad value. */
  constructor(set: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(set)) {
      const setting = (brokerSettings as Readonly<Record<string, Omit<Setting, 'name'>>>)[name]
      if (setting === undefined) {
        throw new SettingError(`unknown setting ${name}; served are: ${Object.keys(brokerSettings).join(', ')}`)
      }
      const parsed = parseSetting({ ...setting, name }, text)
      if (!parsed.ok) throw new SettingError(parsed.problem)
      this.#values.set(name, parsed.value)
    }
  }

  /** Whether the value is not just the default. */
  isSet(name: BrokerSettingName): boolean {
    return this.#values.has(name)
  }

  value<N extends BrokerSettingName>(name: N): ValueOf<N> {
    return (this.#values.get(name) ?? brokerSettings[name].default) as ValueOf<N>
  }
}

/** A setting that is unknown or does not take the value given. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}
