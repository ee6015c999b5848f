import { describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { SettingError } from '../../../../src/broker/config/setting.ts'
import { Admission } from '../../../../src/broker/connections/admission.ts'

function admission(settings: Record<string, string>) {
  const served: string[] = []
  const all = new BrokerSettings(settings)
  return { settings: all, served, admission: new Admission<string>(all, (connection) => served.push(connection)) }
}

describe('connections beyond max.connections', () => {
  const limits = { 'max.connections': '2', 'socket.listen.backlog.size': '2' }

  it('wait in order for others to leave, up to the backlog', () => {
    const { admission: at, served } = admission(limits)
    const came = ['a', 'b', 'c', 'd', 'e'].map((name) => at.arrive(name, 'host'))
    expect(came).toEqual(['served', 'served', 'waits', 'waits', 'turned away'])
    at.leave('e')
    expect(served).toEqual([])
    at.leave('b')
    at.leave('a')
    expect(served).toEqual(['c', 'd'])
  })

  it('that wait may leave, and are not served then', () => {
    const { admission: at, served } = admission(limits)
    for (const name of ['a', 'b', 'c', 'd']) at.arrive(name, 'host')
    at.leave('c')
    at.leave('a')
    expect(served).toEqual(['d'])
  })

  it('are served as soon as the limit is raised while the broker runs', () => {
    const { admission: at, served, settings } = admission(limits)
    settings.onChanged(() => at.admitWaiting())
    for (const name of ['a', 'b', 'c', 'd']) at.arrive(name, 'host')
    settings.changeDynamic(new Map([['max.connections', '3']]), new Map())
    expect(served).toEqual(['c'])
  })
})

describe('connections of one address', () => {
  it('are turned away beyond max.connections.per.ip, whoever else is connected', () => {
    const { admission: at } = admission({ 'max.connections.per.ip': '1' })
    expect(at.arrive('a', 'here')).toBe('served')
    expect(at.arrive('b', 'here')).toBe('turned away')
    expect(at.arrive('c', 'there')).toBe('served')
    at.leave('b')
    expect(at.arrive('d', 'here')).toBe('turned away')
    at.leave('a')
    expect(at.arrive('e', 'here')).toBe('served')
  })

  it('may have a number of their own', () => {
    const overrides = '10.0.0.1:2,::1:0'
    const { admission: at } = admission({
      'max.connections.per.ip': '1',
      'max.connections.per.ip.overrides': overrides,
    })
    expect([at.arrive('a', '10.0.0.1'), at.arrive('b', '10.0.0.1'), at.arrive('c', '10.0.0.1')]).toEqual([
      'served',
      'served',
      'turned away',
    ])
    expect(at.arrive('d', '::1')).toBe('turned away')
  })

  it('are not given a number that is none', () => {
    const set = () => new BrokerSettings({ 'max.connections.per.ip.overrides': '10.0.0.1' })
    expect(set).toThrow(SettingError)
  })
})
