import { describe, expect, it } from 'vitest'
import { BrokerSettings, brokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { describeTopic } from '../../../../src/broker/config/describe-settings.ts'
import { parseSetting, type Setting, SettingError } from '../../../../src/broker/config/setting.ts'
import { logConfigOf, topicSettingProblem } from '../../../../src/broker/config/topic-settings.ts'

const setting = (rest: Partial<Setting> & Pick<Setting, 'type'>): Setting => ({
  name: 'x',
  default: 0,
  doc: '',
  ...rest,
})
const valueIn = (of: Setting, text: string) => {
  const parsed = parseSetting(of, text)
  return parsed.ok ? parsed.value : 'refused'
}

describe('a value in text form', () => {
  it.each([
    ['0', 0],
    [' 42 ', 42],
    ['+7', 7],
    ['-7', -7],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
    ['2147483648', 'refused'],
    ['-2147483649', 'refused'],
    ['', 'refused'],
    ['1.5', 'refused'],
    ['1e3', 'refused'],
    ['0x10', 'refused'],
    ['ten', 'refused'],
  ])('as an int: %j is %j', (text, value) => {
    expect(valueIn(setting({ type: 'int' }), text)).toBe(value)
  })

  it('as a long may be Kafka’s largest, which says never', () => {
    expect(valueIn(setting({ type: 'long' }), '9223372036854775807')).toBe(Number.MAX_SAFE_INTEGER)
    expect(valueIn(setting({ type: 'long' }), '604800000')).toBe(604_800_000)
    expect(valueIn(setting({ type: 'long' }), '99999999999999999999')).toBe('refused')
  })

  it('keeps within its bounds, both included', () => {
    const bounded = setting({ type: 'int', min: 1, max: 9 })
    expect(['0', '1', '9', '10'].map((text) => valueIn(bounded, text))).toEqual(['refused', 1, 9, 'refused'])
  })

  it('as a boolean is true or false in any case', () => {
    expect(
      ['true', 'FALSE', ' True ', 'yes', '1', ''].map((text) => valueIn(setting({ type: 'boolean' }), text)),
    ).toEqual([...[true, false, true, 'refused', 'refused', 'refused']])
  })

  it('as a list is parted by commas, each of the words allowed', () => {
    const list = setting({ type: 'list', oneOf: ['delete', 'compact'] })
    expect(['delete', 'compact, delete', 'delete,x', ''].map((text) => valueIn(list, text))).toEqual([
      ...['delete', 'compact,delete', 'refused', 'refused'],
    ])
  })

  it('that is refused says which setting, and what it takes', () => {
    expect(parseSetting(setting({ type: 'int', min: 1 }), '0')).toEqual({
      ok: false,
      problem: 'Invalid value 0 for configuration x: it takes an integer from 1 to 2147483647',
    })
    expect(parseSetting(setting({ type: 'string', oneOf: ['a', 'b'] }), 'c')).toEqual({
      ok: false,
      problem: 'Invalid value c for configuration x: it takes a, b',
    })
  })
})

describe('settings of a broker', () => {
  it('have Kafka’s defaults', () => {
    const settings = new BrokerSettings()
    expect(settings.value('log.segment.bytes')).toBe(1_073_741_824)
    expect(settings.value('log.retention.ms')).toBe(604_800_000)
    expect(settings.value('auto.create.topics.enable')).toBe(true)
    expect(settings.isSet('log.segment.bytes')).toBe(false)
  })

  it('each have a default that they take themselves', () => {
    for (const [name, one] of Object.entries(brokerSettings)) {
      expect(parseSetting({ ...one, name }, String(one.default)), name).toEqual({ ok: true, value: one.default })
    }
  })

  it('may be set by name', () => {
    const settings = new BrokerSettings({ 'log.segment.bytes': '1000', 'auto.create.topics.enable': 'false' })
    expect(settings.value('log.segment.bytes')).toBe(1000)
    expect(settings.value('auto.create.topics.enable')).toBe(false)
    expect(settings.isSet('log.segment.bytes')).toBe(true)
  })

  it('refuse a name that is not served and a value that is wrong', () => {
    expect(() => new BrokerSettings({ 'log.segment.byte': '1' })).toThrow(SettingError)
    expect(() => new BrokerSettings({ 'log.segment.byte': '1' })).toThrow('unknown setting log.segment.byte')
    expect(() => new BrokerSettings({ 'log.segment.bytes': 'many' })).toThrow('it takes an integer')
  })
})

describe('settings of a topic', () => {
  it('follow the broker’s, unless it has its own', () => {
    const broker = new BrokerSettings({ 'log.retention.ms': '1000', 'log.segment.bytes': '2000' })
    const config = logConfigOf(broker, new Map([['segment.bytes', '3000']]))
    expect(config).toMatchObject({ retentionMs: 1000, segmentBytes: 3000, indexIntervalBytes: 4096 })
    expect(config.flushMessages).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('that are internal count over the others, and are told where they are set', () => {
    const own = new Map([
      ['internal.segment.bytes', '200'],
      ['segment.bytes', '2000000'],
    ])
    const broker = new BrokerSettings()
    expect(logConfigOf(broker, own).segmentBytes).toBe(200)
    const told = (settings: ReadonlyMap<string, string>) =>
      describeTopic(broker, settings).some(({ name }) => name === 'internal.segment.bytes')
    expect([told(own), told(new Map())]).toEqual([true, false])
  })

  it('that are on record are obeyed, though nobody may ask for them any more', () => {
    expect(logConfigOf(new BrokerSettings(), new Map([['segment.bytes', '3000']])).segmentBytes).toBe(3000)
    expect(topicSettingProblem('segment.bytes', '3000')).toContain('it takes an integer from 1048576')
  })

  it('pass over a value that does not parse', () => {
    expect(logConfigOf(new BrokerSettings(), new Map([['segment.bytes', 'x']])).segmentBytes).toBe(1_073_741_824)
  })

  it('are described with where they come from', () => {
    const broker = new BrokerSettings({ 'log.retention.ms': '1000' })
    const described = new Map(
      describeTopic(broker, new Map([['segment.bytes', '3000']])).map((setting) => [setting.name, setting]),
    )
    expect(described.get('segment.bytes')).toMatchObject({ value: '3000', source: 1, type: 3, isReadOnly: false })
    expect(described.get('segment.bytes')!.synonyms).toEqual([
      { name: 'segment.bytes', value: '3000', source: 1 },
      { name: 'log.segment.bytes', value: '1073741824', source: 5 },
    ])
    expect(described.get('retention.ms')).toMatchObject({ value: '1000', source: 4, type: 5 })
    expect(described.get('flush.messages')).toMatchObject({ value: '9223372036854775807', source: 5 })
    expect(described.get('compression.type')).toMatchObject({ value: 'producer', source: 5 })
  })

  it.each([
    ['segment.bytes', '1048576', undefined],
    ['segment.bytes', '1048575', 'Invalid value 1048575 for configuration segment.bytes'],
    ['internal.segment.bytes', '14', undefined],
    ['internal.segment.bytes', '13', 'Invalid value 13 for configuration internal.segment.bytes'],
    ['cleanup.policy', '', undefined],
    ['cleanup.policy', 'delete,', 'Invalid value delete, for configuration cleanup.policy'],
    ['segment.bytes', '13', 'Invalid value 13 for configuration segment.bytes'],
    ['segment.bytes', null, 'Null value not supported for topic configs: segment.bytes'],
    ['segment.byte', '1000', 'Unknown topic config name: segment.byte'],
    ['cleanup.policy', 'compact', 'Invalid value compact for configuration cleanup.policy'],
    ['retention.ms', '-1', undefined],
    ['retention.ms', '-2', 'Invalid value -2'],
  ])('%s=%s: %s', (name, value, problem) => {
    const found = topicSettingProblem(name, value)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(problem)
  })
})
