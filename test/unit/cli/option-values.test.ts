import { expect, test } from 'vitest'
import { knownMutant } from '../../../src/cli/known-mutant.ts'
import { integerIn, keyValue, positiveMinutes } from '../../../src/cli/option-values.ts'
import { mutants } from '../../../src/sim/mutants/table.ts'

test('counts and ports are decimal integers within their bounds, and nothing else', () => {
  const port = integerIn(0, 65_535)
  expect([port('0'), port('9092'), port('65535')]).toEqual([0, 9092, 65_535])
  for (const text of ['', '-1', '65536', '1.5', '0x10', '1e3', ' 7', 'seven'])
    expect(() => port(text)).toThrow(/0 to 65535/)
})

test('minutes may be fractions, but not nothing', () => {
  expect([positiveMinutes('5'), positiveMinutes('0.5')]).toEqual([5, 0.5])
  for (const text of ['0', '-1', 'x', '', '1,5']) expect(() => positiveMinutes(text)).toThrow(/minutes/)
})

test('settings gather by key; a value may hold an equals sign, or be empty', () => {
  const set = keyValue('b==', keyValue('a=1'))
  expect(keyValue('c=', set)).toEqual({ a: '1', b: '=', c: '' })
  expect(keyValue('a=2', set)['a']).toBe('2')
  for (const text of ['a', '=1', '']) expect(() => keyValue(text)).toThrow(/KEY=VALUE/)
})

test('an unknown mutant is answered with the names there are', () => {
  expect(() => knownMutant('nobody')).toThrow(new RegExp(mutants[0]!.name))
  expect(knownMutant(mutants[0]!.name)).toBe(mutants[0])
})
