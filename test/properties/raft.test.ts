import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type QuorumRules, quorumRules } from '../../src/broker/quorum/rules.ts'
import { BrokenLaw } from './raft-laws.ts'
import { type Act, type ActKind, type ModelOptions, RaftModel } from './raft-model.ts'
import type { ModelNode } from './raft-node.ts'

const WEIGHTS: Readonly<Record<ActKind, number>> = {
  ...{ deliver: 20, settle: 10, write: 6, flush: 4, append: 6, timeout: 8, pause: 3 },
  ...{ lose: 2, repeat: 1, crash: 2, reboot: 2, start: 5, coup: 4, partition: 2, heal: 2, resign: 1 },
}
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array<ActKind>(weight).fill(kind as ActKind))
const LIMIT_US = 60_000

function schedules(length: number): fc.Arbitrary<Act[]> {
  const act = fc.record({ kind: fc.constantFrom(...KINDS), which: fc.nat(999), how: fc.nat(255) })
  return fc.array(act, { minLength: length / 2, maxLength: length, size: 'max' })
}

function quorums(): fc.Arbitrary<Omit<ModelOptions, 'rules'>> {
  const voters = fc.constantFrom(1, 2, 3, 3, 3, 4, 5, 5)
  return fc.record({ voters, observers: fc.nat(2), seed: fc.nat(0xffff_ffff) })
}

function live(rules: QuorumRules, options: Omit<ModelOptions, 'rules'>, acts: readonly Act[]): RaftModel {
  const model = new RaftModel({ ...options, rules })
  for (const act of acts) model.act(act)
  return model
}

function leaderOf(model: RaftModel): ModelNode | undefined {
  const leaders = model.nodes.filter((node) => node.isLeader)
  const latest = Math.max(...model.nodes.map((node) => node.state?.election.epoch ?? 0))
  return leaders.find((node) => node.state!.election.epoch === latest)
}

/** A new entry reaches every node. */
function recovers(model: RaftModel): void {
  model.heal()
  let end = -1
  const isAppended = model.runUntil(() => {
    const leader = leaderOf(model)
    if (leader === undefined || !model.append(leader)) return false
    end = leader.log.endOffset
    return true
  }, LIMIT_US)
  expect(isAppended, 'a leader is elected and takes an entry').toBe(true)
  const isEverywhere = model.runUntil(() => model.nodes.every((node) => node.delivered >= end), LIMIT_US)
  expect(isEverywhere, 'the entry is delivered on every node').toBe(true)
}

describe('a quorum', () => {
  it('keeps the laws of Raft through crashes, lost messages and partitions, and recovers when they are over', () => {
    fc.assert(
      fc.property(quorums(), schedules(200), (options, acts) => recovers(live(quorumRules, options, acts))),
      { numRuns: Number(process.env['SAMSA_RAFT_RUNS'] ?? 200) },
    )
  })
})

describe('a broken rule is found:', () => {
  const mutants: Readonly<Record<string, Partial<QuorumRules>>> = {
    'a node vouches for what is not flushed': { heldEnd: (log) => log.endOffset },
    'a vote is answered before it is durable': { voteSteps: ['answer-vote', 'persist-vote'] },
    'a candidate may have any log': { isUpToDate: () => true },
    'a leader goes on leading after a restart': { leadsAgainAfterRestart: true },
    'answers to fetches of an earlier role are taken': { ignoresStaleFetches: false },
  }
  for (const [name, change] of Object.entries(mutants)) {
    it(name, () => {
      const rules = { ...quorumRules, ...change }
      const details = fc.check(
        fc.property(quorums(), schedules(300), (options, acts) => {
          live(rules, options, acts)
        }),
        { numRuns: 5000, endOnFailure: true, seed: 1 },
      )
      expect(details.failed).toBe(true)
      expect(details.errorInstance).toBeInstanceOf(BrokenLaw)
    })
  }
})

describe('a record of an earlier epoch', () => {
  /** One delivery after the other, until the condition holds or nothing is left. */
  function deliverUntil(model: RaftModel, condition: () => boolean): void {
    for (let left = 300; left > 0 && !condition(); left--) model.settle(1)
  }

  /** Has a node elected by another, which has lost patience with whoever leads; nobody else hears of it. */
  function elect(model: RaftModel, node: ModelNode, partner: ModelNode): void {
    model.cutOff([node.id, partner.id])
    if (partner.state!.role.kind === 'follower') partner.passTime(partner.deadlineUs)
    while (model.bag.length > 0) model.lose(0)
    const before = node.state!.election.epoch
    const isElected = () => node.isLeader && !node.isWriting && node.state!.election.epoch > before
    for (let left = 8; left > 0 && !isElected(); left--) {
      node.passTime(node.deadlineUs)
      deliverUntil(model, isElected)
    }
    expect(isElected()).toBe(true)
  }

  /** Raft §5.4.2, figure 8: a majority holds records of epoch 1, and a node with one of epoch 2 can still be elected. */
  function figureEight(rules: QuorumRules): RaftModel {
    const model = new RaftModel({ voters: 3, observers: 0, seed: 1, rules })
    const [first, second, third] = model.nodes as [ModelNode, ModelNode, ModelNode]
    elect(model, first, third)
    model.heal()
    model.runUntil(() => model.nodes.every((node) => node.delivered === 1), LIMIT_US)
    model.cutOff([first.id])
    expect([model.append(first), model.append(first)]).toEqual([true, true])
    elect(model, second, third)
    second.flush()
    elect(model, first, third)
    const isHeldBy = (id: number) =>
      first.state!.role.kind === 'leader' && first.state!.role.replicas.get(id)?.endOffset
    deliverUntil(model, () => isHeldBy(third.id) === 3)
    expect([isHeldBy(third.id), third.log.lastEpoch]).toEqual([3, 1])
    elect(model, second, third)
    return model
  }

  it('is not committed because a majority holds it', () => {
    recovers(figureEight(quorumRules))
    const mayCommit = (offset: number, epochStart: number) => offset >= epochStart
    expect(() => figureEight({ ...quorumRules, mayCommit })).toThrow(BrokenLaw)
  })
})

describe('who is cut off', () => {
  const cutOffs = fc.record({ voters: fc.constantFrom(3, 5), observers: fc.nat(2), seed: fc.nat(0xffff_ffff) })

  /** A quorum at work, of which one node is then alone for a long while. */
  function withoutOne(rules: QuorumRules, options: Omit<ModelOptions, 'rules'>, isLeader: boolean) {
    const model = new RaftModel({ ...options, rules })
    recovers(model)
    const leader = leaderOf(model)!
    const alone = isLeader ? leader : model.nodes.find((node) => node.id !== leader.id)!
    model.cutOff([alone.id])
    model.runUntil(() => false, 20_000)
    return { model, leader, alone }
  }

  const disturbs = (rules: QuorumRules) =>
    fc.property(cutOffs, (options) => {
      const { model, leader } = withoutOne(rules, options, false)
      const { epoch } = leader.state!.election
      recovers(model)
      expect(leader.isLeader && leader.state!.election.epoch).toBe(epoch)
    })

  const leadsNobody = (rules: QuorumRules) =>
    fc.property(cutOffs, (options) => {
      const { model, alone } = withoutOne(rules, options, true)
      expect(alone.isLeader).toBe(false)
      recovers(model)
    })

  it('does not depose the leader when it is back', () => {
    fc.assert(disturbs(quorumRules), { numRuns: 20 })
    expect(fc.check(disturbs({ ...quorumRules, asksBeforeStanding: false }), { numRuns: 20 }).failed).toBe(true)
  })

  it('leads no longer, once a majority has been silent for too long', () => {
    fc.assert(leadsNobody(quorumRules), { numRuns: 20 })
    expect(fc.check(leadsNobody({ ...quorumRules, resignsWithoutMajority: false }), { numRuns: 20 }).failed).toBe(true)
  })
})
