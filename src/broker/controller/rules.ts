/** The rules of the controller. `controllerRules` is the correct book; a mutant replaces one. */

import type { Uuid } from '../../protocol/uuid.ts'

export interface ControllerRules {
  /**
   * What a node does after a metadata record could not be applied. Its state is wrong from there on, so it stops; one
   * that goes on, and is elected later, decides on a state that nobody else has. KAFKA-14275.
   */
  afterFailedApply(): 'halt' | 'go-on'
  /**
   * Whether a registration comes from the process that is registered already, which then keeps its broker epoch, as
   * after an upgrade of features: with a new epoch its running requests would be fenced. KAFKA-16952.
   */
  isSameIncarnation(registered: Uuid, asking: Uuid): boolean
  /**
   * Whether a request comes from the registered life of its broker. One of an earlier life, delivered late, must change
   * nothing. KIP-631.
   */
  isBrokerEpochCurrent(registered: number, asking: number): boolean
  /**
   * What an elected controller does with a transaction that the one before it left open: it is aborted, or every record
   * that follows belongs to it, and none of them ever counts. KIP-868.
   */
  openTransaction(): 'abort' | 'leave'
}

export const controllerRules: ControllerRules = {
  afterFailedApply: () => 'halt',
  isSameIncarnation: (registered, asking) => registered === asking,
  isBrokerEpochCurrent: (registered, asking) => registered === asking,
  openTransaction: () => 'abort',
}
