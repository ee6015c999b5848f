import { beforeEach, describe, expect, it } from 'vitest'
import { LogDirectory, METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { LogEffects } from '../../../../src/broker/quorum/log-effects.ts'
import { MetadataLog } from '../../../../src/broker/quorum/metadata-log.ts'
import { readQuorumState } from '../../../../src/broker/quorum/quorum-state.ts'
import type { Fetched, PeerAnswer, PeerRequest } from '../../../../src/broker/quorum/raft/raft-events.ts'
import { quorumRules } from '../../../../src/broker/quorum/rules.ts'
import { encodeMetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { readBatchHeader } from '../../../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import type { DiskOperation, DiskVerdict } from '../../../../src/sim/devices/sim-disk/disk-judge.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const vote = { epoch: 4, leaderId: -1, votedFor: { id: 2, directoryId: ZERO_UUID } }

let machine: SimulatedMachine
let lines: string[]
let log: MetadataLog
let effects: LogEffects

beforeEach(async () => {
  machine = new SimulatedMachine()
  lines = []
  const { world } = machine
  const observer = new Observer(world.trace, (_level, message) => lines.push(message))
  const directory = await machine.run(
    LogDirectory.open({ world, observer, rules: logRules, nodeId: 1, mayFound: true }),
  )
  log = await machine.run(MetadataLog.open(world, observer, quorumRules, directory))
  effects = new LogEffects({ world, observer, directory, log, voters: [1, 2, 3] })
})

/** From now on the disk answers such operations with this verdict. */
function judge(matches: (operation: DiskOperation) => boolean, verdict: DiskVerdict): void {
  machine.node.disk.judge = (operation) => (matches(operation) ? verdict : undefined)
}

/** Lets time run until `start` has called back, or nothing is left to happen. */
async function isDone(start: (then: () => void) => void): Promise<boolean> {
  let done = false
  start(() => {
    done = true
  })
  expect(done, 'a completion comes in an event of its own').toBe(false)
  await machine.runAll()
  return done
}

const batch = (at: number, epoch: number): Uint8Array => {
  const value = encodeMetadataRecord({ type: 'NoOpRecord', version: 0 })
  const records = [{ timestamp: 5, key: null, value }]
  return encodeBatch({ baseOffset: at, leaderEpoch: epoch, records }, machine.world.codecs.crc32c)
}

describe('a vote', () => {
  it('is durable, and told, when the step goes on', async () => {
    expect(await isDone((then) => effects.persist(vote, then))).toBe(true)
    expect(machine.events).toContainEqual({ type: 'VotePersisted', epoch: 4, votedFor: 2 })
    machine.crash('powerLoss')
    const world = machine.startLife()
    expect(await machine.run(readQuorumState(world))).toMatchObject({ epoch: 4, votedFor: { id: 2 } })
  })

  it.each(['append', 'sync', 'rename', 'syncDirectory'] as const)(
    'that cannot be put on record, for the %s fails, ends the life, and the step never goes on',
    async (kind) => {
      judge((operation) => operation.kind === kind, { kind: 'error' })
      expect(await isDone((then) => effects.persist(vote, then))).toBe(false)
      expect(machine.halts).toHaveLength(1)
      expect(machine.events).not.toContainEqual(expect.objectContaining({ type: 'VotePersisted' }))
    },
  )
})

describe('the first record of an epoch', () => {
  it('is appended with that epoch, and the log has moved', () => {
    expect(effects.openEpoch(4, [1, 2])).toEqual({ type: 'log-moved' })
    expect([log.endOffset, log.lastEpoch]).toEqual([1, 4])
  })

  it('that does not fit on the disk has the leader resign, and the life goes on', () => {
    judge(({ kind }) => kind === 'append', { kind: 'full' })
    expect(effects.openEpoch(4, [1, 2])).toEqual({ type: 'resign', epoch: 4 })
    expect([log.endOffset, machine.halts]).toEqual([0, []])
  })
})

describe('what the leader sent', () => {
  it('is appended where it goes on, and the log has moved', () => {
    expect(effects.appendFetched(Uint8Array.from([...batch(0, 3), ...batch(1, 4)]), 4)).toEqual({ type: 'log-moved' })
    expect([log.endOffset, log.lastEpoch]).toEqual([2, 4])
  })

  it('is refused with a word where it does not go on, or is damaged, and nothing of it is appended', () => {
    const damaged = batch(0, 3)
    damaged[damaged.length - 1]! ^= 1
    expect(effects.appendFetched(batch(5, 3), 4)).toEqual({ type: 'append-refused' })
    expect(effects.appendFetched(damaged, 4)).toEqual({ type: 'append-refused' })
    expect(effects.appendFetched(batch(0, 5), 4)).toEqual({ type: 'append-refused' })
    expect([log.endOffset, lines.length, machine.halts]).toEqual([0, 3, []])
  })

  it('is given up where the disk is full, and the life goes on', () => {
    judge(({ kind }) => kind === 'append', { kind: 'full' })
    expect(effects.appendFetched(batch(0, 3), 4)).toEqual({ type: 'append-refused' })
    expect(machine.halts).toEqual([])
  })
})

describe('a truncation', () => {
  beforeEach(() => effects.appendFetched(Uint8Array.from([...batch(0, 3), ...batch(1, 3), ...batch(2, 4)]), 4))

  it('is durable when the step goes on', async () => {
    expect(await isDone((then) => effects.truncate(2, then))).toBe(true)
    expect([log.endOffset, log.lastEpoch, log.heldEnd]).toEqual([2, 3, 2])
  })

  it('that the disk cannot do ends the life, and the step never goes on', async () => {
    judge(({ kind, path }) => kind === 'truncate' && path.startsWith(METADATA_DIRECTORY), { kind: 'error' })
    expect(await isDone((then) => effects.truncate(2, then))).toBe(false)
    expect(machine.halts).toHaveLength(1)
  })
})

describe('the answer to a fetch', () => {
  const request = (offset: number): PeerRequest => ({
    ...{ kind: 'fetch', replica: { id: 3, directoryId: ZERO_UUID }, epoch: 4, offset, lastEpoch: 3, highWatermark: -1 },
  })
  const answer = (more: Partial<Fetched> = {}): PeerAnswer => ({
    ...{ error: 0, leaderId: 1, epoch: 4, fetched: { highWatermark: 0, logStartOffset: 0, ...more } },
  })
  const filled = async (asked: PeerRequest, from: PeerAnswer): Promise<PeerAnswer | undefined> => {
    let whole: PeerAnswer | undefined
    effects.fillIn(asked, from, (given) => {
      whole = given
    })
    await machine.runAll()
    return whole
  }

  beforeEach(() => effects.appendFetched(Uint8Array.from([...batch(0, 3), ...batch(1, 3)]), 4))

  it('has the records from there on, as they lie in the log', async () => {
    const { records } = (await filled(request(1), answer()))!.fetched!
    expect(readBatchHeader(records!, 0).baseOffset).toBe(1)
    expect(records).toHaveLength(batch(1, 3).length)
  })

  it.each<[string, PeerRequest, PeerAnswer]>([
    ['at the end of the log', request(2), answer()],
    ['where the logs have parted', request(1), answer({ diverging: { epoch: 2, endOffset: 1 } })],
    ['where a snapshot stands for them', request(0), answer({ snapshot: { epoch: 3, endOffset: 1 } })],
    ['where the fetch was refused', request(1), { error: 6, leaderId: 2, epoch: 5 }],
  ])('is as it was %s, and given at once', (_where, asked, given) => {
    let whole: PeerAnswer | undefined
    effects.fillIn(asked, given, (one) => {
      whole = one
    })
    expect(whole).toBe(given)
  })

  it('that cannot be read ends the life, and nobody is answered', async () => {
    judge(({ kind }) => kind === 'read', { kind: 'error' })
    expect(await filled(request(0), answer())).toBeUndefined()
    expect(machine.halts).toHaveLength(1)
  })
})
