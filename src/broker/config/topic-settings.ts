/**
 * Settings of a topic, each with the broker setting that is its default (Kafka 4.2's `LogConfig`).
 *
 * Listed here is what the log obeys. Not here yet: compaction, replication throttles.
 */

import type { Compression } from '../../protocol/record-batch.ts'
import type { CompressionCodec } from '../../world/codecs.ts'
import type { BrokerSettingName, BrokerSettings } from './broker-settings.ts'
import { parseAsked, parseSetting, type Setting, type SettingValue } from './setting.ts'

const forever = Number.MAX_SAFE_INTEGER

/** How one log is kept. Times in milliseconds, sizes in bytes, −1 = without limit where said. */
export interface LogConfig {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  /** −1: no limit. */
  readonly retentionMs: number
  /** −1: no limit. */
  readonly retentionBytes: number
  /** `delete`, `compact` or both, in a list of words; empty: all is kept. */
  readonly cleanupPolicy: string
  readonly maxMessageBytes: number
  /** How long the files of a removed partition stay, under another name. */
  readonly fileDeleteDelayMs: number
  /** A flush is asked for once so many records are unflushed; 1 makes the log vouch for flushed records only. */
  readonly flushMessages: number
  readonly flushMs: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  /** How batches are kept: as their producer sent them, or in one way, whichever way they come. */
  readonly compressionType: 'producer' | 'uncompressed' | CompressionCodec
  /** −1: the codec's own default. */
  readonly gzipLevel: number
  readonly lz4Level: number
  readonly zstdLevel: number
}

/** A setting of a topic. */
export interface TopicSetting extends Setting {
  readonly field?: keyof LogConfig
  /** The broker setting a topic without a value of its own follows. */
  readonly synonym?: BrokerSettingName
}

const table: readonly TopicSetting[] = [
  {
    name: 'segment.bytes',
    field: 'segmentBytes',
    synonym: 'log.segment.bytes',
    type: 'int',
    default: 1073741824,
    min: 14,
    minAsked: 2 ** 20,
    doc: 'Bytes after which the active segment is rolled.',
  },
  {
    name: 'internal.segment.bytes',
    field: 'segmentBytes',
    isInternal: true,
    type: 'int',
    default: 1073741824,
    min: 14,
    doc: 'As segment.bytes, which it overrides, for tests that want small segments.',
  },
  {
    name: 'segment.ms',
    field: 'segmentMs',
    synonym: 'log.roll.ms',
    type: 'long',
    default: 604800000,
    min: 1,
    doc: 'Age, by its records, after which the active segment is rolled.',
  },
  {
    name: 'segment.index.bytes',
    field: 'segmentIndexBytes',
    synonym: 'log.index.size.max.bytes',
    type: 'int',
    default: 10485760,
    min: 4,
    doc: 'Size of an index at which its segment is rolled.',
  },
  {
    name: 'index.interval.bytes',
    field: 'indexIntervalBytes',
    synonym: 'log.index.interval.bytes',
    type: 'int',
    default: 4096,
    min: 0,
    doc: 'Bytes of records between two index entries.',
  },
  {
    name: 'retention.ms',
    field: 'retentionMs',
    synonym: 'log.retention.ms',
    type: 'long',
    default: 604800000,
    min: -1,
    doc: 'Age after which segments are deleted; -1 keeps them for ever.',
  },
  {
    name: 'retention.bytes',
    field: 'retentionBytes',
    synonym: 'log.retention.bytes',
    type: 'long',
    default: -1,
    doc: 'Size of a partition above which its oldest segments are deleted; -1 is without limit.',
  },
  {
    name: 'max.message.bytes',
    field: 'maxMessageBytes',
    synonym: 'message.max.bytes',
    type: 'int',
    default: 1048588,
    min: 0,
    doc: 'The largest batch that is taken.',
  },
  {
    name: 'file.delete.delay.ms',
    field: 'fileDeleteDelayMs',
    synonym: 'log.segment.delete.delay.ms',
    type: 'long',
    default: 60000,
    min: 0,
    doc: 'How long the files of a removed partition stay before they are deleted.',
  },
  {
    name: 'flush.messages',
    field: 'flushMessages',
    synonym: 'log.flush.interval.messages',
    type: 'long',
    default: forever,
    min: 1,
    doc: 'Records between flushes; with 1 only flushed records are acknowledged and shown.',
  },
  {
    name: 'flush.ms',
    field: 'flushMs',
    synonym: 'log.flush.interval.ms',
    type: 'long',
    default: forever,
    min: 0,
    doc: 'The longest time a record stays unflushed.',
  },
  {
    name: 'message.timestamp.type',
    field: 'timestampType',
    synonym: 'log.message.timestamp.type',
    type: 'string',
    default: 'CreateTime',
    oneOf: ['CreateTime', 'LogAppendTime'],
    doc: 'Whether records keep the time of their producer or get that of the append.',
  },
  {
    name: 'message.timestamp.before.max.ms',
    field: 'timestampBeforeMaxMs',
    synonym: 'log.message.timestamp.before.max.ms',
    type: 'long',
    default: forever,
    min: 0,
    doc: 'How far a timestamp may lie before the wall time of the broker.',
  },
  {
    name: 'message.timestamp.after.max.ms',
    field: 'timestampAfterMaxMs',
    synonym: 'log.message.timestamp.after.max.ms',
    type: 'long',
    default: 3600000,
    min: 0,
    doc: 'How far a timestamp may lie after the wall time of the broker.',
  },
  {
    name: 'cleanup.policy',
    field: 'cleanupPolicy',
    synonym: 'log.cleanup.policy',
    type: 'list',
    default: 'delete',
    oneOf: ['', 'delete'],
    doc: 'What happens to old segments: delete; or nothing, where it is empty. Compaction is not served yet.',
  },
  {
    name: 'min.insync.replicas',
    synonym: 'min.insync.replicas',
    type: 'int',
    default: 1,
    min: 1,
    doc: 'Replicas that must be in sync for acks=all.',
  },
  {
    name: 'compression.type',
    field: 'compressionType',
    synonym: 'compression.type',
    type: 'string',
    default: 'producer',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    doc: 'How batches are kept: as their producer sent them (producer), or all in one way, compressed anew if need be.',
  },
  {
    name: 'compression.gzip.level',
    field: 'gzipLevel',
    synonym: 'compression.gzip.level',
    type: 'int',
    default: -1,
    min: -1,
    max: 9,
    except: [0],
    doc: 'Level of gzip where compression.type is gzip; -1 leaves it to the codec.',
  },
  {
    name: 'compression.lz4.level',
    field: 'lz4Level',
    synonym: 'compression.lz4.level',
    type: 'int',
    default: 9,
    min: 1,
    max: 17,
    doc: 'Level of LZ4 where compression.type is lz4. There is one compressor: the level changes nothing.',
  },
  {
    name: 'compression.zstd.level',
    field: 'zstdLevel',
    synonym: 'compression.zstd.level',
    type: 'int',
    default: 3,
    min: -131072,
    max: 22,
    doc: 'Level of zstd where compression.type is zstd; needs Node 22.15 or later, which have a compressor with levels.',
  },
]

const byName = new Map(table.map((setting) => [setting.name, setting]))

/** What is wrong with a topic's setting, or undefined. A null value is refused as Kafka refuses it. */
export function topicSettingProblem(name: string, value: string | null): string | undefined {
  const setting = byName.get(name)
  if (setting === undefined) return `Unknown topic config name: ${name}`
  if (value === null) return `Null value not supported for topic configs: ${name}`
  const parsed = parseAsked(setting, value)
  return parsed.ok ? undefined : parsed.problem
}

/** The log configuration of a topic: its own settings over the broker's. Settings that do not parse are passed over. */
export function logConfigOf(broker: BrokerSettings, overrides: ReadonlyMap<string, string>): LogConfig {
  const config: Record<string, SettingValue> = {}
  for (const setting of table) {
    const own = overrides.get(setting.name)
    if (setting.field === undefined || (setting.isInternal === true && own === undefined)) continue
    const parsed = own === undefined ? undefined : parseSetting(setting, own)
    config[setting.field] = parsed?.ok
      ? parsed.value
      : setting.synonym === undefined
        ? setting.default
        : broker.value(setting.synonym)
  }
  return config as unknown as LogConfig
}

/** Whether clients may delete records below an offset: not where only compaction deletes any. */
export function mayDeleteRecords({ cleanupPolicy }: Pick<LogConfig, 'cleanupPolicy'>): boolean {
  const words = cleanupPolicy.split(',')
  return words.includes('delete') || !words.includes('compact')
}

/** How the topic's batches are to be compressed; undefined: as they come. */
export function compressionOf(config: LogConfig): { readonly codec: Compression; readonly level?: number } | undefined {
  switch (config.compressionType) {
    case 'producer':
      return undefined
    case 'uncompressed':
      return { codec: 'none' }
    case 'gzip':
      return { codec: 'gzip', level: config.gzipLevel }
    case 'lz4':
      return { codec: 'lz4', level: config.lz4Level }
    case 'zstd':
      return { codec: 'zstd', level: config.zstdLevel }
    case 'snappy':
      return { codec: 'snappy' }
  }
}

/** Every setting of a topic. */
export function topicSettings(): readonly TopicSetting[] {
  return table
}

/** The setting of a topic with this name; undefined where none is served. */
export function topicSetting(name: string): TopicSetting | undefined {
  return byName.get(name)
}
