import { beforeEach, describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { LogDirectory, METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import type { SnapshotReceiver } from '../../../../src/broker/quorum/quorum.ts'
import { QuorumNode } from '../../../../src/broker/quorum/quorum-node.ts'
import type { PeerAnswer, PeerRequest } from '../../../../src/broker/quorum/raft/raft-events.ts'
import { quorumRules } from '../../../../src/broker/quorum/rules.ts'
import { downloadSnapshot, type SnapshotPiece } from '../../../../src/broker/quorum/snapshot-download.ts'
import { snapshotRules } from '../../../../src/broker/quorum/snapshots/rules.ts'
import { removeSnapshotLeftovers } from '../../../../src/broker/quorum/snapshots/snapshot-files.ts'
import { snapshotFileName } from '../../../../src/broker/quorum/snapshots/snapshot-id.ts'
import { writeSnapshot } from '../../../../src/broker/quorum/snapshots/snapshot-writer.ts'
import { quorumTimeouts } from '../../../../src/broker/quorum/timeouts.ts'
import type { MetadataRecord, MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { METADATA_TOPIC_ID } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const id = { endOffset: 40, epoch: 1 }
const name = snapshotFileName(id)
const LEADER = 2
const PIECE_BYTES = 100

const topic = (index: number): MetadataRecordInput => ({
  ...{ type: 'TopicRecord', version: 0, name: `topic-${index}`, topicId: METADATA_TOPIC_ID },
})

/** The bytes of the snapshot as the leader has them, made on a machine of its own. */
async function snapshotBytes(): Promise<Uint8Array> {
  const machine = new SimulatedMachine()
  const { world } = machine
  world.disk.makeDirectory(METADATA_DIRECTORY)
  const records = Array.from({ length: 20 }, (_, index) => topic(index)).values()
  const place = { world, rules: snapshotRules, directory: METADATA_DIRECTORY, name }
  const write = (done: () => void) => writeSnapshot(place, { epoch: 1, lastContainedTimestamp: 5, records }, done)
  await machine.run(new Promise<void>((resolve) => write(() => resolve(world.promises.mark()))))
  return machine.peek(`${METADATA_DIRECTORY}/${name}`)
}

/** A node that is no voter, and follows a leader who has nothing left but this snapshot. Each try gets the next bytes. */
class Follower {
  readonly machine = new SimulatedMachine()
  readonly lines: string[] = []
  /** The records of each snapshot that was loaded whole. */
  readonly loaded: (readonly MetadataRecord[])[] = []
  tries = 0
  quorum!: QuorumNode
  readonly #offered: readonly Uint8Array[]

  constructor(offered: readonly Uint8Array[]) {
    this.#offered = offered
  }

  async start(): Promise<void> {
    const { world } = this.machine
    const observer = new Observer(world.trace, (_level, message) => this.lines.push(message))
    const directory = await this.machine.run(
      LogDirectory.open({ world, observer, rules: logRules, nodeId: 1, mayFound: true }),
    )
    this.quorum = new QuorumNode({
      ...{ world, observer, rules: quorumRules, directory, voters: [LEADER] },
      timeouts: quorumTimeouts(new BrokerSettings()),
      snapshotRules,
      askForPiece: (_to, { position }, done) => world.clock.setTimer(1000, () => done(this.#piece(position))),
      send: (_to, request, done) => world.clock.setTimer(1000, () => done(this.#answer(request))),
    })
    this.quorum.listen({ snapshotBegun: () => this.#receiver(), committed: () => undefined })
    await this.machine.run(directory.start(() => this.quorum.start()))
  }

  /** Lets time run until something is so; at most a minute. */
  async runUntil(condition: () => boolean): Promise<void> {
    const { loop } = this.machine.machines
    const limitUs = loop.nowUs + 60_000_000
    while (!condition() && loop.nowUs < limitUs) await this.machine.runEvents(1)
    expect(condition(), 'what is waited for comes about').toBe(true)
  }

  get files(): readonly string[] {
    return this.machine.names(METADATA_DIRECTORY).filter((file) => file.includes('.checkpoint'))
  }

  #receiver(): SnapshotReceiver {
    const records: MetadataRecord[] = []
    return { records: (more) => records.push(...more), complete: () => this.loaded.push(records) }
  }

  #piece(position: number): SnapshotPiece {
    if (position === 0) this.tries++
    const bytes = this.#offered[Math.min(this.tries, this.#offered.length) - 1]!
    return { bytes: bytes.slice(position, position + PIECE_BYTES), position, size: bytes.length }
  }

  #answer(request: PeerRequest): PeerAnswer {
    const known = { error: 0, leaderId: LEADER, epoch: 1 } as const
    if (request.kind !== 'fetch') return known
    const isBehind = request.offset < id.endOffset
    return {
      ...known,
      fetched: { highWatermark: id.endOffset, logStartOffset: id.endOffset, ...(isBehind ? { snapshot: id } : {}) },
    }
  }
}

let whole: Uint8Array

beforeEach(async () => {
  whole = await snapshotBytes()
  expect(whole.length).toBeGreaterThan(3 * PIECE_BYTES)
})

function flipped(at: number): Uint8Array {
  const bytes = whole.slice()
  bytes[at]! ^= 8
  return bytes
}

describe('a snapshot that a follower fetches', () => {
  it('is loaded once it is whole, and the log goes on behind it', async () => {
    const follower = new Follower([whole])
    await follower.start()
    await follower.runUntil(() => follower.loaded.length === 1)
    expect(follower.loaded[0]).toHaveLength(20)
    expect([follower.tries, follower.files, follower.quorum.logEndOffset]).toEqual([1, [name], 40])
  })

  it.each([
    ['in its middle', () => flipped(Math.floor(whole.length / 2))],
    ['in its first batch', () => flipped(30)],
    ['in its footer', () => flipped(whole.length - 5)],
    ['in the size of a batch', () => flipped(11)],
    ['at its end, which is missing', () => whole.slice(0, -20)],
  ])(
    'with a fault %s is refused with a clear word, replaces nothing, and is fetched again',
    async (_where, damaged) => {
      const follower = new Follower([damaged(), damaged(), whole])
      await follower.start()
      await follower.runUntil(() => follower.lines.length > 0)
      expect(follower.lines[0]).toMatch(
        /^the snapshot that node 2 sent cannot be used: .*; nothing was replaced, it is fetched again$/,
      )
      expect(follower.files).not.toContain(name)
      expect([follower.loaded, follower.quorum.logEndOffset, follower.quorum.highWatermark]).toEqual([[], 0, 0])

      await follower.runUntil(() => follower.loaded.length === 1)
      expect(follower.loaded[0]).toHaveLength(20)
      expect([follower.tries, follower.files, follower.lines.length]).toEqual([3, [name], 2])
      expect(follower.machine.halts).toEqual([])
    },
  )

  it('with a record that this program does not know stops the node, which has lost nothing by it', async () => {
    const { crc32c } = new SimulatedMachine().world.codecs
    const value = Uint8Array.of(1, 99, 0)
    const header = whole.slice(0, 12 + new DataView(whole.buffer, whole.byteOffset).getInt32(8))
    const unknown = encodeBatch(
      { baseOffset: 1, leaderEpoch: 1, records: [{ timestamp: 0, key: null, value }] },
      crc32c,
    )
    const follower = new Follower([Uint8Array.from([...header, ...unknown])])
    await follower.start()
    await follower.runUntil(() => follower.machine.halts.length > 0)
    expect(follower.machine.halts[0]!.message).toMatch(/was it written by a newer version/)
    expect([follower.loaded, follower.tries]).toEqual([[], 1])
    follower.machine.startLife()
    expect(follower.files).not.toContain(name)
  })

  it('and that does not come is in nobody’s way: this node may take one of its own of the same offset meanwhile', async () => {
    const machine = new SimulatedMachine()
    const { world } = machine
    world.disk.makeDirectory(METADATA_DIRECTORY)
    const place = { world, rules: snapshotRules, directory: METADATA_DIRECTORY, name }
    const ends: unknown[] = []
    let answer: (piece: SnapshotPiece) => void = () => undefined
    downloadSnapshot({
      ...{ id, place: { ...place, isDownloaded: true }, isWanted: () => true, onPiece: () => undefined },
      ask: (_id, position, done) => {
        if (position > 0) answer = done
        else world.clock.setTimer(1, () => done({ bytes: whole.slice(0, 90), position, size: whole.length }))
      },
      onEnd: (outcome) => ends.push(outcome),
    })
    await machine.runAll()
    const records = [topic(1)].values()
    writeSnapshot(place, { epoch: 1, lastContainedTimestamp: 5, records }, (error) => ends.push(error ?? 'written'))
    await machine.runAll()
    const own = machine.peek(`${METADATA_DIRECTORY}/${name}`).slice()
    answer(undefined)
    await machine.runAll()
    expect([ends, machine.peek(`${METADATA_DIRECTORY}/${name}`)]).toEqual([['written', 'given-up'], own])
    // What is left of it is a leftover for the next life.
    removeSnapshotLeftovers(world.disk, METADATA_DIRECTORY)
    expect(machine.names(METADATA_DIRECTORY)).toEqual([name])
  })

  it('gets no name once nobody wants it any more', async () => {
    const follower = new SimulatedMachine()
    const { world } = follower
    world.disk.makeDirectory(METADATA_DIRECTORY)
    const ends: unknown[] = []
    let isWanted = true
    downloadSnapshot({
      ...{ id, place: { world, rules: snapshotRules, directory: METADATA_DIRECTORY, name, isDownloaded: true } },
      ask: (_id, position, done) =>
        world.clock.setTimer(1, () => done({ bytes: whole.slice(position), position, size: whole.length })),
      isWanted: () => isWanted,
      // The last piece has come, and is being checked.
      onPiece: () =>
        world.clock.setTimer(0, () => {
          isWanted = false
        }),
      onEnd: (outcome) => ends.push(outcome),
    })
    await follower.runAll()
    expect([ends, follower.names(METADATA_DIRECTORY).includes(name)]).toEqual([['given-up'], false])
  })
})
