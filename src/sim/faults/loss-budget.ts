/**
 * What may still be lost for good within the promise. A quorum of static voters outlives the loss of a minority of them;
 * a partition with one replica outlives no loss of its disk, so that brokers may lose theirs only where nothing is
 * written to partitions. What goes beyond is declined by the fault engine.
 *
 * Not here: what a power loss takes, which the invariants excuse from ghost state. Source: design of durability; Raft §5.
 */

import type { NodeRole, Plan } from '../plan/plan.ts'

export class LossBudget {
  readonly #plan: Plan
  readonly #writesRecords: boolean
  readonly #lost = new Set<number>()

  /** `writesRecords` says whether the plan's workload counts on what lies in partitions. */
  constructor(plan: Plan, writesRecords: boolean) {
    this.#plan = plan
    this.#writesRecords = writesRecords
  }

  /** Whether the node's disk may be lost on top of what was before; takes note if so. */
  takeDisk(node: number): boolean {
    const planned = this.#plan.nodes.find(({ id }) => id === node)
    if (planned === undefined || this.#lost.has(node)) return false
    const isAllowed = planned.roles.every((role) => this.#canLose(role))
    if (isAllowed) this.#lost.add(node)
    return isAllowed
  }

  #canLose(role: NodeRole): boolean {
    const all = this.#plan.nodes.filter(({ roles }) => roles.includes(role))
    const lostThen = all.filter(({ id }) => this.#lost.has(id)).length + 1
    if (role === 'controller') return lostThen <= (all.length - 1) >> 1
    return !this.#writesRecords && lostThen < all.length
  }
}
