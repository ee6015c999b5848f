import { expect, it } from 'vitest'
import { hasVersion, int32, string, versionRange } from '../../../src/protocol/schema.ts'

it('ranges of versions are read as Kafka writes them', () => {
  expect(versionRange('3+')).toEqual({ min: 3, max: 32767 })
  expect(versionRange('3-13')).toEqual({ min: 3, max: 13 })
  expect(versionRange('3')).toEqual({ min: 3, max: 3 })
  expect([2, 3, 4].map((version) => hasVersion(versionRange('3'), version))).toEqual([false, true, false])
  expect(hasVersion(undefined, 0)).toBe(false)
})

it('a schema that makes no sense is a bug that shows at once', () => {
  expect(() => versionRange('5-3')).toThrow('must hold')
  expect(() => string({ versions: '0+', default: null })).toThrow('a field whose default is null is nullable')
  expect(() => int32({ versions: '0+', tag: 1 })).toThrow('a tag and its versions come together')
})
