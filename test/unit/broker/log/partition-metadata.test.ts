import { expect, it } from 'vitest'
import { readTopicId, writeTopicId } from '../../../../src/broker/log/partition-metadata.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { bytesOf, file, text } from './log-fixture.ts'

const topicId = 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid

it('partition.metadata names the topic by its id', async () => {
  const machine = new SimulatedMachine()
  machine.world.disk.makeDirectory('orders-0')
  writeTopicId(machine.world, 'orders-0', topicId).close()
  expect(text(machine.peek(file('partition.metadata')))).toBe('version: 0\ntopic_id: oNQbK3Q1TxiKpGVDqZ3CQA\n')
  expect(await machine.run(readTopicId(machine.world, 'orders-0'))).toBe(topicId)
})

it('partition.metadata replaces what was there', async () => {
  const machine = new SimulatedMachine()
  await machine.place(file('partition.metadata'), bytesOf('version: 0\ntopic_id: something longer than it should be\n'))
  writeTopicId(machine.world, 'orders-0', topicId).close()
  expect(await machine.run(readTopicId(machine.world, 'orders-0'))).toBe(topicId)
})

it('partition.metadata that does not fit on the disk leaves no file open', () => {
  const machine = new SimulatedMachine()
  const { disk } = machine.world
  disk.makeDirectory('orders-0')
  machine.node.disk.capacityBytes = machine.node.disk.usedBytes + 10
  expect(() => writeTopicId(machine.world, 'orders-0', topicId)).toThrow(/./)
  // The simulated disk refuses to rename what is open.
  expect(() => disk.rename('orders-0', 'orders-0.0-stray')).not.toThrow()
})

it.each([
  ['nothing', ''],
  ['another version', 'version: 1\ntopic_id: oNQbK3Q1TxiKpGVDqZ3CQA\n'],
  ['an id that is cut short', 'version: 0\ntopic_id: oNQbK3Q1TxiKpGVDqZ3CQ\n'],
  ['an id that is not canonical', 'version: 0\ntopic_id: oNQbK3Q1TxiKpGVDqZ3CQB\n'],
  ['zeros', '\0\0\0\0\0\0\0\0'],
])('partition.metadata with %s names no topic', async (_what, content) => {
  const machine = new SimulatedMachine()
  await machine.place(file('partition.metadata'), bytesOf(content))
  expect(await machine.run(readTopicId(machine.world, 'orders-0'))).toBeUndefined()
})

it('a directory without partition.metadata names no topic', async () => {
  const machine = new SimulatedMachine()
  machine.world.disk.makeDirectory('orders-0')
  expect(await machine.run(readTopicId(machine.world, 'orders-0'))).toBeUndefined()
})
