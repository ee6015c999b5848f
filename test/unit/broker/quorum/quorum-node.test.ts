import { describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { LogDirectory, METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import type { CommittedRecords } from '../../../../src/broker/quorum/quorum.ts'
import { QuorumNode } from '../../../../src/broker/quorum/quorum-node.ts'
import type { PeerAnswer, PeerRequest } from '../../../../src/broker/quorum/raft/raft-events.ts'
import { quorumRules } from '../../../../src/broker/quorum/rules.ts'
import { snapshotRules } from '../../../../src/broker/quorum/snapshots/rules.ts'
import { quorumTimeouts } from '../../../../src/broker/quorum/timeouts.ts'
import { nodeHost } from '../../../../src/campaign/node-host.ts'
import { METADATA_TOPIC_ID } from '../../../../src/protocol/uuid.ts'
import type { SimWorld } from '../../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'

const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'
const FETCH_WAIT_MS = 500
const ANSWER_WITHIN_US = 2_000_000

interface Running {
  readonly world: SimWorld
  readonly quorum: QuorumNode
  /** What this life was delivered. */
  readonly committed: CommittedRecords[]
  readonly events: string[]
}

/** Three machines whose quorum nodes hear of one another by calls that take a millisecond. */
class ThreeNodes {
  readonly ids = [1, 2, 3]
  readonly running = new Map<number, Running>()
  readonly halts: string[] = []
  readonly cutOff = new Set<number>()
  readonly machines = createSimulatedMachines({
    ...{ seed: 1, eventsPerInstantMax: 100_000 },
    onHalt: (node, reason) => this.halts.push(`${node}: ${reason.message}`),
  })

  constructor() {
    for (const id of this.ids) this.machines.addNode({ id, hostName: `node-${id}` })
  }

  async start(id: number): Promise<void> {
    const world = this.machines.node(id).startLife()
    const observer = new Observer(world.trace)
    const options = { world, observer, rules: logRules, nodeId: id, clusterId: CLUSTER }
    const directory = await this.until(LogDirectory.open(options))
    const quorum = new QuorumNode({
      ...{ world, observer, rules: quorumRules, directory, voters: this.ids },
      timeouts: quorumTimeouts(new BrokerSettings()),
      snapshotRules,
      askForPiece: (_to, _asked, done) => world.clock.setTimer(0, () => done(undefined)),
      send: (to, request, done) => this.#send(world, id, to, request, done),
    })
    const committed: CommittedRecords[] = []
    const events: string[] = []
    quorum.listen({
      committed: (records) => committed.push(records),
      elected: (epoch) => events.push(`elected ${epoch}`),
      resigned: (epoch) => events.push(`resigned ${epoch}`),
    })
    await this.until(directory.start(() => quorum.start()))
    this.running.set(id, { world, quorum, committed, events })
  }

  node(id: number): Running {
    return this.running.get(id)!
  }

  powerLoss(id: number): void {
    this.machines.node(id).powerLoss()
    this.running.delete(id)
  }

  /** Who was told that it leads, by the latest epoch. */
  get leader(): number | undefined {
    const leaders = [...this.running].filter(([, { events }]) => events.at(-1)?.startsWith('elected') === true)
    const epochOf = ([, { quorum }]: (typeof leaders)[number]) => quorum.leader.epoch
    return leaders.sort((a, b) => epochOf(b) - epochOf(a))[0]?.[0]
  }

  async leads(): Promise<number> {
    await this.runUntil(() => this.leader !== undefined)
    return this.leader!
  }

  /** Appends a topic on the leader; its end offset. */
  append(id: number, name: string): number {
    const { quorum } = this.node(id)
    const topicId = METADATA_TOPIC_ID
    const result = quorum.append([{ type: 'TopicRecord', version: 0, name, topicId }], quorum.leader.epoch)
    if (result.kind !== 'appended') throw new Error(`not appended: ${result.kind}`)
    return result.endOffset
  }

  async runUntil(condition: () => boolean): Promise<void> {
    await this.machines.loop.runUntil(condition, nodeHost())
    expect(condition(), 'what is waited for comes about').toBe(true)
  }

  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    await this.machines.loop.runUntil(() => isSettled, nodeHost())
    return promise
  }

  #send(
    world: SimWorld,
    from: number,
    to: number,
    request: PeerRequest,
    done: (answer: PeerAnswer | undefined) => void,
  ): void {
    const { clock } = world
    let isDone = false
    const finish = (answer: PeerAnswer | undefined): void => {
      if (isDone) return
      isDone = true
      clock.setTimer(0, () => done(answer))
    }
    clock.setTimer(ANSWER_WITHIN_US, () => finish(undefined))
    clock.setTimer(1000, () => {
      const other = this.running.get(to)
      const isCut = (): boolean => this.cutOff.has(from) !== this.cutOff.has(to)
      if (other === undefined || isCut()) return finish(undefined)
      // The other machine takes it up in an event of its own.
      other.world.clock.setTimer(0, () =>
        other.quorum.handle(request, FETCH_WAIT_MS, (answer) => finish(isCut() ? undefined : answer)),
      )
    })
  }
}

/** Three nodes that have a leader and have all been delivered a first record. */
async function atWork() {
  const nodes = new ThreeNodes()
  for (const id of nodes.ids) await nodes.start(id)
  const leader = await nodes.leads()
  const end = nodes.append(leader, 'first')
  await nodes.runUntil(() => nodes.ids.every((id) => nodes.node(id).quorum.highWatermark >= end))
  const [one, other] = nodes.ids.filter((id) => id !== leader) as [number, number]
  return { nodes, leader, one, other }
}

const namesOn = (nodes: ThreeNodes, id: number) =>
  nodes.node(id).committed.flatMap(({ records }) => records.map((record) => 'name' in record && record.name))

describe('three nodes', () => {
  it('elect one of them, and deliver what it appends on all, in order', async () => {
    const { nodes, leader } = await atWork()
    const end = [nodes.append(leader, 'a'), nodes.append(leader, 'b')][1]!
    await nodes.runUntil(() => nodes.ids.every((id) => nodes.node(id).quorum.highWatermark >= end))
    for (const id of nodes.ids) {
      expect(namesOn(nodes, id)).toEqual(['first', 'a', 'b'])
      expect(nodes.node(id).quorum.leader).toEqual(nodes.node(leader).quorum.leader)
    }
  })

  it('have another leader when theirs loses power, and lose nothing; the old one catches up when it is back', async () => {
    const { nodes, leader } = await atWork()
    nodes.powerLoss(leader)
    const next = await nodes.leads()
    expect(next).not.toBe(leader)
    const end = nodes.append(next, 'second')
    await nodes.runUntil(() => nodes.node(next).quorum.highWatermark >= end)
    await nodes.start(leader)
    await nodes.runUntil(() => nodes.node(leader).quorum.highWatermark >= end)
    expect(namesOn(nodes, leader)).toEqual(['first', 'second'])
  })

  it('drop what a leader that was cut off appended, and it learns what the others decided', async () => {
    const { nodes, leader, one } = await atWork()
    nodes.cutOff.add(leader)
    nodes.append(leader, 'lost')
    await nodes.runUntil(() => nodes.leader !== leader && nodes.leader !== undefined)
    const next = nodes.leader!
    const end = nodes.append(next, 'kept')
    await nodes.runUntil(() => nodes.node(one).quorum.highWatermark >= end)
    await nodes.runUntil(() => nodes.node(leader).events.at(-1)!.startsWith('resigned'))
    nodes.cutOff.clear()
    await nodes.runUntil(() => nodes.node(leader).quorum.highWatermark >= end)
    expect(namesOn(nodes, leader)).toEqual(['first', 'kept'])
    expect(nodes.halts).toEqual([])
  })

  it('answer every request that they hold, when the leader resigns', async () => {
    const { nodes, leader } = await atWork()
    await nodes.runUntil(() => nodes.node(leader).quorum.waiting === 2)
    nodes.node(leader).quorum.stop(() => undefined)
    await nodes.runUntil(() => nodes.leader !== leader && nodes.leader !== undefined)
    expect(nodes.node(leader).quorum.append([], 1)).toEqual({ kind: 'not-leader' })
    expect(nodes.node(leader).quorum.waiting).toBeLessThan(2)
  })

  it('a node that cannot put its vote on record stops', async () => {
    const { nodes, leader, one, other } = await atWork()
    nodes.machines.node(one).disk.judge = ({ path, kind }) =>
      kind === 'sync' && path.startsWith(`${METADATA_DIRECTORY}/quorum-state`) ? { kind: 'error' } : undefined
    nodes.powerLoss(leader)
    await nodes.runUntil(() => nodes.halts.length > 0)
    expect(nodes.halts[0]).toMatch(new RegExp(`^${one}:`))
    expect(nodes.node(other).quorum.leader.leaderId).not.toBe(one)
  })

  it('all lose power at once, and go on with what was committed', async () => {
    const { nodes } = await atWork()
    for (const id of nodes.ids) nodes.powerLoss(id)
    for (const id of nodes.ids) await nodes.start(id)
    const leader = await nodes.leads()
    expect(namesOn(nodes, leader)).toEqual(['first'])
  })
})
