import { describe, expect, it } from 'vitest'
import {
  DirectoryError,
  encodeMetaProperties,
  openMetaProperties,
  parseMetaProperties,
} from '../../../../src/broker/log/meta-properties.ts'
import { parseUuid, type Uuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { bytesOf, text } from './log-fixture.ts'

const properties = { clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', nodeId: 7, directoryId: 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid }

describe('meta.properties', () => {
  it('is a file of Java properties', () => {
    const bytes = encodeMetaProperties(properties)
    expect(text(bytes)).toBe(
      '#\nversion=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\nnode.id=7\ndirectory.id=oNQbK3Q1TxiKpGVDqZ3CQA\n',
    )
    expect(parseMetaProperties(bytes)).toEqual(properties)
  })

  it('is read as Java writes it: comments, any order, spaces, carriage returns', () => {
    const content = '#\r\n#Sat Aug 01 10:00:00 UTC 2026\r\nnode.id = 7\r\ncluster.id: abc\r\n! more\r\nversion=1\r\n'
    expect(parseMetaProperties(bytesOf(content))).toEqual({ clusterId: 'abc', nodeId: 7, directoryId: ZERO_UUID })
  })

  it.each([
    ['version=0\nbroker.id=1\n', 'has version 0, and 1 is known'],
    ['', 'has version (none), and 1 is known'],
    ['version=1\nnode.id=1\n', 'has no cluster.id'],
    ['version=1\ncluster.id=a\n', 'has no valid node.id'],
    ['version=1\ncluster.id=a\nnode.id=-1\n', 'has no valid node.id'],
    ['version=1\0\0\0', 'is not text'],
  ])('with the content %j: %s', (content, problem) => {
    expect(parseMetaProperties(bytesOf(content))).toBe(problem)
  })

  it('is written once, with ids of its own, and found again', async () => {
    const machine = new SimulatedMachine()
    const first = await machine.run(openMetaProperties(machine.world, { nodeId: 7 }))
    expect(first.nodeId).toBe(7)
    expect(parseUuid(first.clusterId)).toBeDefined()
    expect(first.directoryId).not.toBe(first.clusterId)
    machine.crash('powerLoss')
    machine.startLife()
    expect(await machine.run(openMetaProperties(machine.world, { nodeId: 7 }))).toEqual(first)
  })

  it('keeps a node out of the directory of another', async () => {
    const machine = new SimulatedMachine()
    await machine.place('meta.properties', encodeMetaProperties(properties))
    await expect(machine.run(openMetaProperties(machine.world, { nodeId: 8 }))).rejects.toThrow(
      new DirectoryError('the directory belongs to node 7, not to node 8; set node.id=7 or use another directory'),
    )
  })

  it('is not written into a directory that holds something else', async () => {
    const machine = new SimulatedMachine()
    await machine.place('diary.txt', bytesOf('dear'))
    await expect(machine.run(openMetaProperties(machine.world, { nodeId: 7 }))).rejects.toThrow(DirectoryError)
    expect(machine.names('')).toEqual(['diary.txt'])
  })

  it('that cannot be read is an error, not a reason to format the directory again', async () => {
    const machine = new SimulatedMachine()
    await machine.place('meta.properties', bytesOf('\0\0\0\0'))
    await expect(machine.run(openMetaProperties(machine.world, { nodeId: 7 }))).rejects.toThrow('is not text')
  })
})
