import { describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { SettingError } from '../../../../src/broker/config/setting.ts'
import { ConnectionMemory, type Holder } from '../../../../src/broker/connections/memory.ts'

function holder(): Holder {
  return { hold: () => undefined, release: () => undefined, reset: () => undefined }
}

const [a, b, c] = [holder(), holder(), holder()]

function memory(settings: Record<string, string> = {}, unsentBytesMax = 100) {
  return new ConnectionMemory(new BrokerSettings(settings), unsentBytesMax)
}

describe('requests', () => {
  const limit = { 'queued.max.request.bytes': '1000', 'socket.request.max.bytes': '1000' }

  it('are not read above queued.max.request.bytes', () => {
    const bytes = memory(limit)
    expect(bytes.note(a, 600, 0)).toBe(false)
    expect(bytes.note(b, 400, 0)).toBe(false)
    expect([bytes.note(b, 401, 0), bytes.isFull]).toEqual([true, true])
    expect([bytes.note(a, 599, 0), bytes.isFull]).toEqual([true, false])
    expect(bytes.requestBytes).toBe(1000)
  })

  it('have no limit unless one is set', () => {
    const bytes = memory()
    expect(bytes.note(a, 2 ** 40, 0)).toBe(false)
  })

  it('must each fit into the limit', () => {
    expect(() => new BrokerSettings({ 'queued.max.request.bytes': '1000' })).toThrow(SettingError)
  })
})

describe('answers that nobody takes', () => {
  it('cost the connection that has stood still for the longest time, beyond the bound', () => {
    const bytes = memory()
    bytes.note(a, 0, 40)
    bytes.note(b, 0, 60)
    expect(bytes.stoodStillTooLong()).toEqual([])
    bytes.note(c, 0, 30)
    expect(bytes.stoodStillTooLong()).toEqual([a])
    bytes.note(c, 0, 80)
    expect(bytes.stoodStillTooLong()).toEqual([a, b])
  })

  it('are forgotten when they are taken', () => {
    const bytes = memory()
    bytes.note(a, 0, 40)
    bytes.note(a, 0, 0)
    bytes.note(b, 0, 60)
    bytes.note(a, 0, 50)
    expect(bytes.stoodStillTooLong()).toEqual([b])
    expect(bytes.unsentBytes).toBe(110)
  })
})
