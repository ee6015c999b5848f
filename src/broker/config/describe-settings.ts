/**
 * Settings as DescribeConfigs tells them: value, where it comes from, what would count without it (the synonyms), type,
 * meaning, and whether it can be changed while the broker runs. Numbers are Kafka's (`ConfigSource`, `ConfigType`).
 */

import { type BrokerSettingName, type BrokerSettings, brokerSetting, brokerSettings } from './broker-settings.ts'
import { parseSetting, type Setting, type SettingType, type SettingValue } from './setting.ts'
import { topicSettings } from './topic-settings.ts'

/** 1 a topic's, 2 a broker's, 3 all brokers', each set dynamically; 4 set at the start, 5 the default. */
export type SettingSource = 1 | 2 | 3 | 4 | 5

export interface SettingSynonym {
  readonly name: string
  readonly value: string
  readonly source: SettingSource
}

export interface DescribedSetting {
  readonly name: string
  /** Null: it is not set, and its default is not told. */
  readonly value: string | null
  readonly source: SettingSource
  readonly isReadOnly: boolean
  /** Every value there is, the one that counts first. */
  readonly synonyms: readonly SettingSynonym[]
  /** Kafka's number: 1 boolean, 2 string, 3 int, 5 long, 7 list. */
  readonly type: number
  readonly doc: string
}

const TYPE_NUMBERS: Readonly<Record<SettingType, number>> = { boolean: 1, string: 2, int: 3, long: 5, list: 7 }

/** Every setting of a topic, given what is set for it. Of an internal one only what is set is told. */
export function describeTopic(broker: BrokerSettings, own: ReadonlyMap<string, string>): readonly DescribedSetting[] {
  const told = topicSettings().filter(({ name, isInternal }) => isInternal !== true || own.has(name))
  return told.map((setting) => {
    const { name, synonym } = setting
    const text = own.get(name)
    const inherited = synonym === undefined ? [] : synonymsOf(broker, synonym)
    const synonyms =
      text === undefined ? inherited : [{ name, value: asParsed(setting, text), source: 1 as const }, ...inherited]
    // A setting without a synonym has its default from nowhere.
    const counting = synonyms[0] ?? { value: textOf(setting.default), source: 5 as const }
    return described(setting, counting, synonyms, false)
  })
}

/** Every setting of a broker. Of an internal one only what is set is told. */
export function describeBroker(broker: BrokerSettings): readonly DescribedSetting[] {
  const told = settingNames().filter((name) => brokerSetting(name)?.isInternal !== true || broker.isSet(name))
  return told.map((name) => {
    const synonyms = synonymsOf(broker, name)
    const counting = synonyms[0] ?? { value: null, source: 5 as const }
    return described(brokerSetting(name)!, counting, synonyms, !isDynamic(name))
  })
}

/** What is set dynamically for all brokers. */
export function describeAllBrokers(ofCluster: ReadonlyMap<string, string>): readonly DescribedSetting[] {
  return [...ofCluster].flatMap(([name, text]) => {
    const setting = brokerSetting(name)
    if (setting === undefined) return []
    const own = { name, value: asParsed(setting, text), source: 3 as const }
    return [described(setting, own, [own], !isDynamic(name))]
  })
}

/** Limits that count anew whenever they are looked at. */
const DYNAMIC_LIMITS: readonly string[] = [
  'max.connections',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
] satisfies readonly BrokerSettingName[]

/** Whether a broker setting can be changed while the broker runs: defaults of topics, and some limits. */
export function isDynamic(name: string): boolean {
  return DYNAMIC_LIMITS.includes(name) || topicSettings().some(({ synonym }) => synonym === name)
}

function settingNames(): readonly BrokerSettingName[] {
  return Object.keys(brokerSettings) as BrokerSettingName[]
}

function synonymsOf(broker: BrokerSettings, name: BrokerSettingName): readonly SettingSynonym[] {
  return broker.layers(name).map(({ source, value }) => ({ name, value: textOf(value), source }))
}

function described(
  { name, type, doc }: Setting,
  { value, source }: Pick<DescribedSetting, 'value' | 'source'>,
  synonyms: readonly SettingSynonym[],
  isReadOnly: boolean,
): DescribedSetting {
  return { name, value, source, isReadOnly, synonyms, type: TYPE_NUMBERS[type], doc }
}

function asParsed(setting: Setting, text: string): string {
  const parsed = parseSetting(setting, text)
  return parsed.ok ? textOf(parsed.value) : text
}

/** "Never" is Kafka's largest long, which is beyond exact integers here. */
function textOf(value: SettingValue): string {
  return value === Number.MAX_SAFE_INTEGER ? '9223372036854775807' : String(value)
}
