/**
 * A quorum of model nodes and the network between them: messages lie in a bag until a schedule delivers, repeats or loses
 * them, nodes crash and start, parts of the network are cut off, every node's clock goes at its own pace. The laws are
 * watched at every step.
 */

import type { QuorumRules } from '../../src/broker/quorum/rules.ts'
import { RaftLaws } from './raft-laws.ts'
import { ModelNode, type NodeWatch, type Sent } from './raft-node.ts'

export interface ModelOptions {
  readonly voters: number
  readonly observers: number
  readonly seed: number
  readonly rules: QuorumRules
}

/** One thing that happens; numbers are taken modulo what there is to choose from. */
export interface Act {
  readonly kind: ActKind
  readonly which: number
  readonly how: number
}

export type ActKind = keyof typeof acts

export class RaftModel {
  readonly laws = new RaftLaws()
  readonly nodes: readonly ModelNode[]
  bag: Sent[] = []
  /** Nodes on one side of a partition. */
  #side = new Set<number>()
  #nextValue = 1
  #random: number

  constructor({ voters, observers, seed, rules }: ModelOptions) {
    this.#random = seed
    const ids = Array.from({ length: voters + observers }, (_, index) => index + 1)
    const draw = (below: number) => this.draw(below)
    const watch = this.#watch()
    this.nodes = ids.map((id) => new ModelNode({ id, voters: ids.slice(0, voters), rules, watch, draw }))
    for (const node of this.nodes) node.start()
  }

  /** A linear congruence: good enough to choose timeouts. */
  draw(below: number): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#random / 0x1_0000_0000) * below)
  }

  act({ kind, which, how }: Act): void {
    acts[kind](this, which, how)
  }

  node(which: number): ModelNode {
    return this.nodes[which % this.nodes.length]!
  }

  busyNode(which: number): ModelNode {
    const busy = this.nodes.filter((node) => node.isWriting)
    return busy[which % Math.max(1, busy.length)] ?? this.node(which)
  }

  /** Delivers a message of the bag, or says that nothing came where it cannot. */
  deliver(index: number): void {
    const [message] = this.bag.splice(index, 1)
    if (message === undefined) return
    const isCut = this.#side.has(message.from) !== this.#side.has(message.to)
    const sender = this.nodes[message.from - 1]!
    const receiver = this.nodes[message.to - 1]!
    if (message.answer !== undefined) sender.answered(message, isCut ? undefined : message.answer)
    else if (isCut || receiver.state === undefined) sender.answered(message, undefined)
    else receiver.receive(message)
  }

  lose(index: number): void {
    const [message] = this.bag.splice(index, 1)
    if (message !== undefined) this.nodes[message.from - 1]!.answered(message, undefined)
  }

  append(node: ModelNode): boolean {
    return node.append(this.#nextValue++)
  }

  cutOff(ids: readonly number[]): void {
    this.#side = new Set(ids)
  }

  /** Does whatever needs no timeout, in the order in which it came about, up to `most` deliveries. */
  settle(most: number): void {
    for (let left = most; left > 0; left--) {
      for (const node of this.nodes) {
        node.finishWrite()
        node.flush()
      }
      if (this.bag.length === 0 && !this.nodes.some((node) => node.isWriting)) return
      this.deliver(0)
    }
  }

  /** No faults any more: all clocks go on together until the condition holds; false where it does not within `limitUs`. */
  runUntil(condition: () => boolean, limitUs: number): boolean {
    const startUs = Math.max(...this.nodes.map((node) => node.nowUs))
    for (let nowUs = startUs; nowUs < startUs + limitUs; ) {
      for (const node of this.nodes) node.passTime(nowUs)
      this.settle(200)
      if (condition()) return true
      nowUs = Math.max(nowUs + 1, Math.min(...this.nodes.map((node) => node.dueUs)))
    }
    return false
  }

  /** Ends all faults. */
  heal(): void {
    this.cutOff([])
    for (const node of this.nodes) if (node.state === undefined) node.start()
  }

  #watch(): NodeWatch {
    const { laws } = this
    const leading = (node: ModelNode) => ({ id: node.id, epoch: node.state!.election.epoch, log: node.log })
    return {
      send: (message) => this.bag.push(message),
      voted: (voter, epoch, candidate) => laws.voted(voter, epoch, candidate),
      elected: (node) => laws.elected(leading(node)),
      appended: (node, from) => laws.appended(node.log, from),
      delivered: (node, from, to) => {
        const leaders = this.nodes.filter((other) => other.isLeader && !other.isWriting)
        laws.delivered(leading(node), from, to, leaders.map(leading))
      },
      truncated: (node, endOffset) => laws.truncated(node.id, node.log, endOffset),
      failed: (node, message) => laws.failed(node.id, message),
    }
  }
}

const acts = {
  deliver: (model: RaftModel, which: number) => model.deliver(which % Math.max(1, model.bag.length)),
  lose: (model: RaftModel, which: number) => model.lose(which % Math.max(1, model.bag.length)),
  repeat(model: RaftModel, which: number) {
    const message = model.bag[which % Math.max(1, model.bag.length)]
    // Nobody waits for a second answer.
    if (message !== undefined && message.answer === undefined) model.bag.push({ ...message, life: -1 })
  },
  settle: (model: RaftModel, which: number) => model.settle(which % 40),
  write: (model: RaftModel, which: number) => model.node(which).finishWrite(),
  flush: (model: RaftModel, which: number) => model.node(which).flush(),
  append(model: RaftModel, which: number, how: number) {
    const leaders = model.nodes.filter((node) => node.isLeader)
    const leader = leaders[which % Math.max(1, leaders.length)]
    for (let count = 0; leader !== undefined && count <= how % 3; count++) model.append(leader)
  },
  /** What is due next on one node is due now. */
  timeout(model: RaftModel, which: number) {
    const node = model.node(which)
    if (node.dueUs < Number.MAX_SAFE_INTEGER) node.passTime(Math.max(node.nowUs, node.dueUs))
  },
  /** The leader's word on its next check, and its followers': a whole fetch timeout for one node. */
  pause: (model: RaftModel, which: number) => model.node(which).passTime(model.node(which).nowUs + 4000),
  /** Power fails, on a node whose disk is busy where there is one. */
  crash: (model: RaftModel, which: number, how: number) => model.busyNode(which).crash(how % 3, how % 2 === 0),
  /** The same, and the node is back before anybody notices. */
  reboot(model: RaftModel, which: number, how: number) {
    const node = model.busyNode(which)
    if (node.state !== undefined) node.crash(how % 3, how % 2 === 0)
    node.start()
  },
  /** Some nodes, cut off from the others, lose patience with their leader; one of them stands first. */
  coup(model: RaftModel, which: number, how: number) {
    const first = model.node(which)
    const others = model.nodes.filter(({ id }) => id !== first.id && (how >> id) % 2 === 1)
    model.cutOff([first.id, ...others.map(({ id }) => id)])
    for (const node of others) node.passTime(Math.max(node.nowUs, node.deadlineUs))
    first.passTime(Math.max(first.nowUs, first.deadlineUs))
    model.settle(which % 30)
  },
  start(model: RaftModel, which: number) {
    const node = model.node(which)
    if (node.state === undefined) node.start()
  },
  partition(model: RaftModel, _which: number, how: number) {
    model.cutOff(model.nodes.filter(({ id }) => (how >> id) % 2 === 1).map(({ id }) => id))
  },
  heal: (model: RaftModel) => model.cutOff([]),
  resign: (model: RaftModel, which: number) => model.node(which).resign(),
}
