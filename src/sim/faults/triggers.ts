/** Which armed faults an occurrence sets off: occurrences are counted from 1, for each fault on its own. */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { DiskOperation } from '../devices/sim-disk/disk-judge.ts'
import type { Fault, NodeTarget } from '../plan/plan.ts'

interface Armed {
  readonly fault: Fault
  seen: number
}

export class Triggers {
  readonly #isMeant: (target: NodeTarget, node: number, fault: Fault) => boolean
  #armed: Armed[] = []

  /** `isMeant` says whether a node is the one that the trigger of a fault names. */
  constructor(
    isMeant: (target: NodeTarget, node: number, fault: Fault) => boolean = (target, node) => target === node,
  ) {
    this.#isMeant = isMeant
  }

  /** Begins to count for these; those that go by time are not its concern. */
  arm(faults: readonly Fault[]): void {
    for (const fault of faults) if (fault.trigger.on !== 'time') this.#armed.push({ fault, seen: 0 })
  }

  disarm(): void {
    this.#armed = []
  }

  onEvent(node: number, event: BrokerEvent): readonly Fault[] {
    if (this.#armed.length === 0) return []
    return this.#count((fault) => {
      const { trigger } = fault
      if (trigger.on !== 'event' || trigger.type !== event.type) return false
      if (trigger.node !== undefined && !this.#isMeant(trigger.node, node, fault)) return false
      if (trigger.partition !== undefined && !('partition' in event && event.partition === trigger.partition))
        return false
      return trigger.api === undefined || ('api' in event && event.api === trigger.api)
    })
  }

  onDisk(operation: DiskOperation): readonly Fault[] {
    if (this.#armed.length === 0) return []
    return this.#count((fault) => {
      const { trigger } = fault
      if (trigger.on !== 'disk' || trigger.operation !== operation.kind) return false
      if (trigger.node !== undefined && !this.#isMeant(trigger.node, operation.node, fault)) return false
      return trigger.path === undefined || operation.path.includes(trigger.path)
    })
  }

  #count(matches: (fault: Fault) => boolean): readonly Fault[] {
    let due: Fault[] | undefined
    for (const armed of this.#armed) {
      if (!matches(armed.fault)) continue
      armed.seen++
      const { trigger } = armed.fault
      if (trigger.on !== 'time' && armed.seen === trigger.nth) {
        due ??= []
        due.push(armed.fault)
      }
    }
    if (due === undefined) return []
    this.#armed = this.#armed.filter(({ fault }) => !due.includes(fault))
    return due
  }
}
