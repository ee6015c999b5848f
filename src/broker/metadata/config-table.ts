/**
 * Dynamic settings of every resource: topics, brokers, all brokers together (a broker with an empty name), groups,
 * clients' metrics. A resource without settings is not there. Each resource's settings are an immutable map, replaced
 * when one changes.
 */

import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { Digest } from './digest.ts'

/** What settings belong to. */
export interface ConfigResource {
  /** Kafka's number: 2 a topic, 4 a broker, 16 client metrics, 32 a group. */
  readonly type: number
  /** Empty for the default of all brokers. */
  readonly name: string
}

/** A resource and its settings by name, as texts. */
export interface ResourceSettings extends ConfigResource {
  readonly settings: ReadonlyMap<string, string>
}

/** The type number of topics (Kafka's `ConfigResource.Type`). */
export const TOPIC_RESOURCE = 2
/** And of brokers; the empty name stands for all of them. */
export const BROKER_RESOURCE = 4

export class ConfigTable {
  readonly #byKey = new Map<string, ResourceSettings>()
  readonly #noSettings: ReadonlyMap<string, string> = new Map()
  readonly #digest: Digest

  constructor(digest: Digest) {
    this.#digest = digest
  }

  /** Every resource that has settings. */
  values(): IterableIterator<ResourceSettings> {
    return this.#byKey.values()
  }

  /** The settings of a resource; empty where it has none. */
  get(type: number, name: string): ReadonlyMap<string, string> {
    return this.#byKey.get(keyOf(type, name))?.settings ?? this.#noSettings
  }

  /** Gives a setting a value, or takes it away with null. */
  set(type: number, name: string, setting: string, value: string | null): void {
    const before = this.get(type, name)
    const settings = new Map(before)
    const old = before.get(setting)
    if (old !== undefined) this.#digest.removeRecord(recordOf(type, name, setting, old))
    if (value === null) settings.delete(setting)
    else {
      this.#digest.addRecord(recordOf(type, name, setting, value))
      settings.set(setting, value)
    }
    if (settings.size === 0) this.#byKey.delete(keyOf(type, name))
    else this.#byKey.set(keyOf(type, name), { type, name, settings })
  }

  /** Forgets a resource; false where it had no settings. */
  remove(type: number, name: string): boolean {
    for (const [setting, value] of this.get(type, name)) {
      this.#digest.removeRecord(recordOf(type, name, setting, value))
    }
    return this.#byKey.delete(keyOf(type, name))
  }
}

/** The records that give a resource its settings, as snapshots have them. */
export function* recordsOfResource({ type, name, settings }: ResourceSettings): Generator<MetadataRecordInput> {
  for (const [setting, value] of settings) yield recordOf(type, name, setting, value)
}

function recordOf(type: number, name: string, setting: string, value: string): MetadataRecordInput {
  return { type: 'ConfigRecord', version: 0, resourceType: type, resourceName: name, name: setting, value }
}

function keyOf(type: number, name: string): string {
  return `${type}/${name}`
}
