import { describe, expect, it } from 'vitest'
import { decodeContent, encodeContent, encodeKey, partsOf, recordValue } from '../../../src/workloads/record-content.ts'

const timestampMs = 1_700_000_000_123
const key = 'tracker-0/user-7'

function received(value: string) {
  return { timestampMs, key: encodeKey(key), value: encodeContent({ value, timestampMs, key }) }
}

describe('the content of a record', () => {
  it.each(['0.0', '12.19', recordValue(12, 3, { attempt: 2 }), recordValue(12, 3, { attempt: 1, timestampMs })])(
    'comes back as the value %s under which it was sent',
    (value) => {
      expect(decodeContent(received(value))).toBe(value)
    },
  )

  it('is of many sizes, from small ones to 2 KiB', () => {
    const sizes = Array.from({ length: 400 }, (_, id) => encodeContent({ value: `${id}.0`, timestampMs, key }).length)
    expect(Math.min(...sizes)).toBeLessThan(50)
    expect(Math.max(...sizes)).toBeGreaterThan(1800)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048)
    expect(new Set(sizes).size).toBeGreaterThan(150)
  })

  it('is the same size for all records of an operation, and never the same bytes', () => {
    const first = encodeContent({ value: '7.0', timestampMs, key })
    const second = encodeContent({ value: '7.1', timestampMs, key })
    expect(second.length).toBe(first.length)
    expect(second).not.toEqual(first)
  })

  it('is not recognised when any one of its bytes is another', () => {
    const whole = received('3.1')
    for (let index = 0; index < whole.value.length; index++) {
      const value = whole.value.slice()
      value[index] = value[index]! ^ 1
      expect(decodeContent({ ...whole, value })).toMatch(/^corrupt: /)
    }
  })

  it('is not recognised when it is cut, longer, or there is none', () => {
    const whole = received('3.1')
    expect(decodeContent({ ...whole, value: whole.value.slice(0, -1) })).toMatch(/^corrupt: content/)
    expect(decodeContent({ ...whole, value: Uint8Array.of(...whole.value, 0x61) })).toMatch(/^corrupt: content/)
    expect(decodeContent({ ...whole, value: new Uint8Array(0) })).toMatch(/^corrupt: content, 0 bytes/)
    expect(decodeContent({ ...whole, value: Uint8Array.of(0xff, 0xfe) })).toBe('corrupt: content, 2 bytes, fffe')
    expect(decodeContent({ ...whole, value: null })).toBe('corrupt: no value')
  })

  it('is not recognised under the key or the time of another record', () => {
    const whole = received('3.1')
    expect(decodeContent({ ...whole, key: encodeKey('tracker-1/user-7') })).toMatch(/^corrupt: key of 3\.1/)
    expect(decodeContent({ ...whole, key: null })).toBe('corrupt: no key')
    expect(decodeContent({ ...whole, timestampMs: timestampMs + 1 })).toBe(
      `corrupt: timestamp ${timestampMs + 1} of 3.1`,
    )
    expect(decodeContent({ ...whole, timestampMs: timestampMs + 1, timestampType: 'LogAppendTime' })).toBe('3.1')
  })
})

describe('a value', () => {
  it('tells its operation, index, attempt and time', () => {
    expect(partsOf(recordValue(12, 3))).toEqual({ operationId: 12, index: 3, attempt: 0, timestampMs: undefined })
    expect(partsOf(recordValue(12, 3, { attempt: 2, timestampMs }))).toEqual({
      ...{ operationId: 12, index: 3, attempt: 2, timestampMs },
    })
  })

  it('tells nothing where it is none of ours', () => {
    for (const value of ['', '12', '12.', 'corrupt: no key', '1.2.3', 17]) expect(partsOf(value)).toBeUndefined()
  })
})
