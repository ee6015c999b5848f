import { describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import {
  type DescribedSetting,
  describeAllBrokers,
  describeBroker,
  describeTopic,
} from '../../../../src/broker/config/describe-settings.ts'

const named = (settings: readonly DescribedSetting[], name: string) => settings.find((each) => each.name === name)

describe('dynamic settings', () => {
  it('are the limits that count anew at each connection, and not those that a connection begins with', () => {
    const all = describeBroker(new BrokerSettings())
    const names = ['max.connections', 'max.connections.per.ip', 'socket.request.max.bytes', 'queued.max.request.bytes']
    expect(names.map((name) => named(all, name)?.isReadOnly)).toEqual([false, false, true, true])
  })

  it('of this broker count before those of all, those before what was set at the start', () => {
    const settings = new BrokerSettings({ 'log.retention.ms': '1', 'log.segment.bytes': '100' })
    expect(settings.value('log.retention.ms')).toBe(1)
    settings.changeDynamic(new Map([['log.retention.ms', '2']]), new Map())
    expect(settings.value('log.retention.ms')).toBe(2)
    settings.changeDynamic(new Map([['log.retention.ms', '2']]), new Map([['log.retention.ms', '3']]))
    expect([settings.value('log.retention.ms'), settings.value('log.segment.bytes')]).toEqual([3, 100])
    expect(named(describeBroker(settings), 'log.retention.ms')).toMatchObject({
      ...{ value: '3', source: 2, type: 5, isReadOnly: false },
      synonyms: [
        { name: 'log.retention.ms', value: '3', source: 2 },
        { name: 'log.retention.ms', value: '2', source: 3 },
        { name: 'log.retention.ms', value: '1', source: 4 },
      ],
    })
    settings.changeDynamic(new Map(), new Map())
    expect(settings.value('log.retention.ms')).toBe(1)
  })

  it('that are not known or do not parse are passed over', () => {
    const settings = new BrokerSettings()
    settings.changeDynamic(new Map([['what', '1']]), new Map([['log.retention.ms', 'x']]))
    expect(settings.value('log.retention.ms')).toBe(604_800_000)
  })
})

it('a default that stands under another name in Kafka is not told, and counts all the same', () => {
  const settings = new BrokerSettings()
  expect(named(describeBroker(settings), 'log.retention.ms')).toMatchObject({ value: null, source: 5, synonyms: [] })
  expect(named(describeTopic(settings, new Map()), 'retention.ms')).toMatchObject({ value: '604800000', synonyms: [] })
  expect(settings.value('log.retention.ms')).toBe(604_800_000)
})

it('a topic follows its broker in what it does not set', () => {
  const settings = new BrokerSettings()
  settings.changeDynamic(new Map(), new Map([['log.retention.ms', '3']]))
  const described = describeTopic(settings, new Map([['segment.bytes', '2048']]))
  expect(named(described, 'retention.ms')).toMatchObject({ value: '3', source: 2 })
  expect(named(described, 'segment.bytes')).toMatchObject({ value: '2048', source: 1 })
})

it('what cannot change while a broker runs is told to be read-only', () => {
  const described = describeBroker(new BrokerSettings())
  expect(named(described, 'node.id')).toMatchObject({ isReadOnly: true, type: 3, value: '1' })
  expect(named(described, 'auto.create.topics.enable')).toMatchObject({ isReadOnly: true, type: 1 })
  for (const { doc } of described) expect(doc).not.toBe('')
})

it('of all brokers only what is set for them is told', () => {
  const set = new Map([
    ['log.retention.ms', '9223372036854775807'],
    ['unknown', '1'],
  ])
  expect(describeAllBrokers(set)).toMatchObject([
    { name: 'log.retention.ms', value: '9223372036854775807', source: 3, isReadOnly: false },
  ])
})
