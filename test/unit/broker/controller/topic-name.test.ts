import { expect, it } from 'vitest'
import { collisionKey, topicNameProblem } from '../../../../src/broker/controller/topic-name.ts'

it.each(['a', 'orders', 'a.b_c-D9', '...', '_', '-', 'x'.repeat(249)])('%j is a name for a topic', (name) => {
  expect(topicNameProblem(name)).toBeUndefined()
})

it.each([
  ['', 'the empty string'],
  ['.', 'not allowed'],
  ['..', 'not allowed'],
  ['x'.repeat(250), 'longer than the max allowed length 249'],
  ['a b', 'other than ASCII alphanumerics'],
  ['a/b', 'other than ASCII alphanumerics'],
  ['a\n', 'other than ASCII alphanumerics'],
  ['größe', 'other than ASCII alphanumerics'],
  ['주문', 'other than ASCII alphanumerics'],
])('%j is none: %s', (name, problem) => {
  expect(topicNameProblem(name)).toContain(problem)
})

it('names collide that differ in full stops and underscores only', () => {
  expect(collisionKey('a.b_c')).toBe(collisionKey('a_b.c'))
  expect(collisionKey('a.b')).not.toBe(collisionKey('ab'))
})
