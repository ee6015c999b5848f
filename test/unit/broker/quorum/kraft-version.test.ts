import { describe, expect, it } from 'vitest'
import { DirectoryError } from '../../../../src/broker/log/meta-properties.ts'
import { committedIn } from '../../../../src/broker/quorum/committed-records.ts'
import { snapshotRules } from '../../../../src/broker/quorum/snapshots/rules.ts'
import { snapshotFileName } from '../../../../src/broker/quorum/snapshots/snapshot-id.ts'
import { loadSnapshotInto } from '../../../../src/broker/quorum/snapshots/snapshot-loading.ts'
import { writeSnapshot } from '../../../../src/broker/quorum/snapshots/snapshot-writer.ts'
import { encodeQuorumControlBatch } from '../../../../src/protocol/quorum-control-records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const directory = '__cluster_metadata-0'
const id = { endOffset: 5, epoch: 2 }
const version = (kRaftVersion: number) => ({ type: 'KRAFT_VERSION' as const, kRaftVersion })

async function snapshotWith(kRaftVersion: number) {
  const machine = new SimulatedMachine()
  const { world } = machine
  world.disk.makeDirectory(directory)
  const place = { world, rules: snapshotRules, directory, name: snapshotFileName(id) }
  const content = { epoch: 2, lastContainedTimestamp: 9, records: [].values(), quorum: [version(kRaftVersion)] }
  await machine.run(
    new Promise<void>((resolve) =>
      writeSnapshot(place, content, () => {
        world.promises.mark()
        resolve()
      }),
    ),
  )
  const completed: number[] = []
  const receiver = { records: () => undefined, complete: (timestamp: number) => void completed.push(timestamp) }
  await machine.run(loadSnapshotInto(receiver, world, directory, id))
  return completed
}

describe('a set of voters that records change, which is not served', () => {
  const { crc32c } = new SimulatedMachine().world.codecs

  it('is refused in the log, and a fixed set is not', () => {
    const batch = (level: number) => encodeQuorumControlBatch([version(level)], 0, crc32c)
    expect(committedIn(batch(0), 0).records).toEqual([])
    expect(() => committedIn(batch(1), 0)).toThrow(DirectoryError)
    expect(() => committedIn(batch(1), 0)).toThrow(/kraft\.version is set to level 1, and 0 is supported/)
  })

  it('is refused in a snapshot, and a fixed set is not', async () => {
    expect(await snapshotWith(0)).toEqual([9])
    await expect(snapshotWith(1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})
