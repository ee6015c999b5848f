/**
 * Records what the client processes of one run did, in the order in which it was seen.
 *
 * A workload calls `invoke` before it does something and one of `ok`, `fail`, `info` with the token afterwards. Breaking
 * a rule of `well-formed.ts` (a retired process goes on, a value is sent twice) is a bug of the workload: an assertion.
 */

import { assert } from '../../world/assert.ts'
import type { ActionName, Fields, Operation, OperationOf, OperationType } from './operation.ts'
import { WellFormedness } from './well-formed.ts'

/** What the history is to be told about next: the invocation itself. */
export type Token<F extends ActionName> = OperationOf<F>

export interface HistoryOptions {
  /** Number of client processes that run at a time; they start as 0 … `concurrency` - 1. */
  readonly concurrency: number
  /** The run's one clock in integer microseconds, the same for all processes, whatever a node's own clock says. */
  readonly nowUs: () => number
}

export class History {
  readonly #options: HistoryOptions
  readonly #operations: Operation[] = []
  readonly #rules = new WellFormedness()

  constructor(options: HistoryOptions) {
    assert(Number.isSafeInteger(options.concurrency) && options.concurrency >= 1, 'concurrency is an integer >= 1')
    this.#options = options
  }

  /** All lines so far, in order. Grows while the run goes on. */
  get operations(): readonly Operation[] {
    return this.#operations
  }

  /** The process is about to do something. It must be idle and not retired. */
  invoke<F extends ActionName>(process: number, f: F, fields: Fields[F]): Token<F> {
    return this.#record(process, 'invoke', f, fields, undefined)
  }

  /** It happened. `value` is what it is known to have done: sends with offsets, records polled, topics shown. */
  ok<F extends ActionName>(
    token: Token<F>,
    value: Fields[F]['value'] = token.value,
    more: Partial<Omit<Fields[F], 'value'>> = {},
  ): void {
    this.#complete(token, 'ok', { value, ...more }, undefined)
  }

  /** It certainly did not happen and never will. */
  fail<F extends ActionName>(token: Token<F>, error: string, value: Fields[F]['value'] = token.value): void {
    this.#complete(token, 'fail', { value }, error)
  }

  /**
   * It may have happened, or may still. The process is retired: go on as `nextProcess`. A send with acks=0 ends here
   * with the error `neverAcknowledged`.
   */
  info<F extends ActionName>(token: Token<F>, error: string, value: Fields[F]['value'] = token.value): void {
    this.#complete(token, 'info', { value }, error)
  }

  /** The process as which the same client goes on: itself, unless it is retired; then `process` + concurrency. */
  nextProcess(process: number): number {
    return this.#rules.isRetired(process) ? process + this.#options.concurrency : process
  }

  #complete<F extends ActionName>(
    token: Token<F>,
    type: OperationType,
    changes: object,
    error: string | undefined,
  ): void {
    const { index: _, type: __, timeUs: ___, process, f, ...fields } = token
    this.#record(process, type, f, { ...fields, ...changes }, error)
  }

  #record<F extends ActionName>(
    process: number,
    type: OperationType,
    f: F,
    fields: object,
    error: string | undefined,
  ): OperationOf<F> {
    const occurrence = { index: this.#operations.length, process, type, timeUs: this.#options.nowUs(), f, ...fields }
    // The compiler cannot follow that `f` and `fields` belong together; the callers' types see to it.
    const operation = (error === undefined ? occurrence : { ...occurrence, error }) as unknown as Operation
    const broken = this.#rules.admit(operation)
    assert(broken === undefined, broken ?? 'the history is well formed')
    this.#operations.push(operation)
    return operation as OperationOf<F>
  }
}
