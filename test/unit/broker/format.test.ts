import { beforeEach, describe, expect, it } from 'vitest'
import { Broker } from '../../../src/broker/broker.ts'
import {
  chosenLevels,
  directoryInfo,
  FeatureChoiceError,
  type FormatOptions,
  formatDirectory,
} from '../../../src/broker/format.ts'
import { parseMetaProperties } from '../../../src/broker/log/meta-properties.ts'
import type { LogLine } from '../../../src/broker/observe/observer.ts'
import { writeBootstrap } from '../../../src/broker/quorum/snapshots/bootstrap-checkpoint.ts'
import { snapshotRules } from '../../../src/broker/quorum/snapshots/rules.ts'
import type { MetadataRecordInput } from '../../../src/protocol/metadata-records/table.ts'
import { SimulatedMachine } from './simulated-machine.ts'

const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'

let machine: SimulatedMachine

beforeEach(() => {
  machine = new SimulatedMachine()
})

function format(options: Partial<FormatOptions> = {}) {
  return machine.run(formatDirectory(machine.world, { nodeId: 1, clusterId: CLUSTER, ...options }))
}

describe('formatting a directory', () => {
  it('gives it to a node of a cluster, with an id of its own and the levels the cluster begins with', async () => {
    expect(await format({ nodeId: 3 })).toBe('formatted')
    expect(machine.names('')).toEqual(expect.arrayContaining(['bootstrap.checkpoint', 'meta.properties']))
    expect(parseMetaProperties(machine.peek('meta.properties'))).toMatchObject({ nodeId: 3, clusterId: CLUSTER })
    expect(await machine.run(directoryInfo(machine.world))).toMatchObject({ nodeId: 3, clusterId: CLUSTER })
  })

  it('survives a power loss once it is done', async () => {
    await format()
    machine.crash('powerLoss')
    machine.startLife()
    expect(await machine.run(directoryInfo(machine.world))).toMatchObject({ nodeId: 1, clusterId: CLUSTER })
    expect(machine.names('')).toContain('bootstrap.checkpoint')
  })

  it('is refused where it was done before, and changes nothing', async () => {
    await format()
    const before = machine.peek('meta.properties')
    await expect(format({ nodeId: 2 })).rejects.toThrow(/formatted already, for node 1 of cluster .*--ignore-formatted/)
    expect(await format({ ignoreFormatted: true })).toBe('was-formatted')
    expect(machine.peek('meta.properties')).toEqual(before)
  })

  it('is refused for another node or cluster than it was done for, though formatted directories are passed over', async () => {
    await format()
    await expect(format({ ignoreFormatted: true, nodeId: 2 })).rejects.toThrow(/belongs to node 1, not to node 2/)
    await expect(format({ ignoreFormatted: true, clusterId: 'other' })).rejects.toThrow(/not to other/)
  })

  it('goes on where an earlier one was cut short, and leaves other people’s files alone', async () => {
    await machine.place('bootstrap.checkpoint', new Uint8Array(10))
    expect(await format()).toBe('formatted')

    machine = new SimulatedMachine()
    await machine.place('cat.jpg', new Uint8Array(10))
    await expect(format()).rejects.toThrow(/not empty \(cat\.jpg\)/)
    expect(machine.names('')).not.toContain('meta.properties')
  })

  it('is refused while a node runs on the directory', async () => {
    await start()
    await expect(format({ ignoreFormatted: true })).rejects.toThrow(/stop the other process/)
  })
})

describe('the levels a cluster begins with', () => {
  it('are named by a release or one by one', () => {
    expect([...chosenLevels('4.0', new Map())]).toEqual([['metadata.version', 25]])
    expect([...chosenLevels('4.0-IV3', new Map())]).toEqual([['metadata.version', 25]])
    const features = new Map([
      ['metadata.version', 25],
      ['group.version', 0],
    ])
    expect(chosenLevels(undefined, features).get('metadata.version')).toBe(25)
  })

  it.each([
    ['4.2', [], /unknown release 4\.2; supported are: 4\.0, 4\.0-IV3/],
    [undefined, [['metadata.version', 29]], /metadata\.version is set to level 29, and levels 25 to 25 are supported/],
    [undefined, [['group.version', 1]], /group\.version is set to level 1, which is not supported/],
    [undefined, [['kraft.version', 1]], /kraft\.version/],
    ['4.0', [['metadata.version', 25]], /twice/],
  ] as const)('are refused where this program cannot serve them: %s %j', (release, features, message) => {
    expect(() => chosenLevels(release, new Map(features))).toThrow(FeatureChoiceError)
    expect(() => chosenLevels(release, new Map(features))).toThrow(message)
  })
})

describe('a node that starts on a formatted directory', () => {
  it('begins the cluster with what is in bootstrap.checkpoint, once', async () => {
    await format()
    await place([feature('metadata.version', 25), config('retention.ms', '1234567')])
    const first = await start()
    await machine.run(first.stop())
    expect(metadataRecordTexts().filter((text) => text === 'retention.ms')).toHaveLength(1)
    machine.crash('kill')
    machine.startLife()
    await start()
    expect(metadataRecordTexts().filter((text) => text === 'retention.ms')).toHaveLength(1)
    expect(machine.halts).toEqual([])
  })

  it.each([
    ['a level that is not supported', [['metadata.version', 29]], /metadata\.version is set to level 29, and levels/],
    [
      'a feature that is not known',
      [
        ['metadata.version', 25],
        ['group.version', 1],
      ],
      /group\.version is set to level 1/,
    ],
    ['no metadata.version', [], /says nothing of metadata\.version/],
  ] as const)('is refused, with nothing written, where the file has %s', async (_what, levels, message) => {
    await format()
    await place(levels.map(([name, level]) => feature(name, level)))
    const before = machine.node.disk.files()
    await expect(start()).rejects.toThrow(message)
    expect(machine.node.disk.files()).toEqual(before)
  })

  it('is refused, with nothing written, where the file is damaged', async () => {
    await format()
    const bytes = machine.peek('bootstrap.checkpoint').slice()
    bytes[bytes.length >> 1]! ^= 1
    await machine.place('bootstrap.checkpoint', bytes)
    const before = machine.node.disk.files()
    await expect(start()).rejects.toThrow(/bootstrap\.checkpoint cannot be used: .*restore the file/)
    expect(machine.node.disk.files()).toEqual(before)
    await machine.place('bootstrap.checkpoint', bytes.subarray(0, 90))
    machine.crash('kill')
    machine.startLife()
    await expect(start()).rejects.toThrow(/bootstrap\.checkpoint cannot be used/)
  })
})

function start(onLogLine: LogLine = () => undefined): Promise<Broker> {
  const listen = { host: 'node-1', port: 9092 }
  return machine.run(Broker.start(machine.world, { listen, onLogLine }))
}

function place(records: readonly MetadataRecordInput[]): Promise<void> {
  const { world } = machine
  return machine.run(
    new Promise<void>((resolve) =>
      writeBootstrap(world, snapshotRules, records, () => {
        world.promises.mark()
        resolve()
      }),
    ),
  )
}

function feature(name: string, featureLevel: number): MetadataRecordInput {
  return { type: 'FeatureLevelRecord', version: 0, name, featureLevel }
}

function config(name: string, value: string): MetadataRecordInput {
  return { type: 'ConfigRecord', version: 0, resourceType: 4, resourceName: '', name, value }
}

/** Names in the metadata log, as they stand in its bytes. */
function metadataRecordTexts(): string[] {
  const text = String.fromCharCode(...machine.peek('__cluster_metadata-0/00000000000000000000.log'))
  return text.match(/retention\.ms|metadata\.version/g) ?? []
}
