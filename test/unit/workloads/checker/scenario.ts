/**
 * Writes small histories by hand: one line of a test is one operation, invoked and completed. Time passes by one
 * microsecond with every invocation and completion, so that a loss can be put between any two.
 */

import type { Finding } from '../../../../src/workloads/checker/anomalies.ts'
import { type CheckOptions, checkHistory } from '../../../../src/workloads/checker/check-history.ts'
import type { LostSuffix } from '../../../../src/workloads/checker/lost-suffix.ts'
import { History, type Token } from '../../../../src/workloads/history/history.ts'
import type { Acks, ActionName, Fields, Key, Value } from '../../../../src/workloads/history/operation.ts'

/** An offset and the value that lies there; no offset where it is not known. */
export type Placed = readonly [offset: number | undefined, value: Value]

export interface SendOptions {
  readonly type?: 'ok' | 'fail' | 'info'
  readonly idempotent?: boolean
  readonly acks?: Acks
}

export interface PollOptions {
  readonly type?: 'ok' | 'fail' | 'info'
  readonly rebalancedKeys?: readonly Key[]
}

export class Scenario {
  nowUs = 0
  readonly history = new History({ concurrency: 10, nowUs: () => ++this.nowUs })
  readonly excuses: LostSuffix[] = []

  send(process: number, key: Key, records: readonly Placed[], options: SendOptions = {}): void {
    this.end(this.beginSend(process, key, records, options), key, records, options.type ?? 'ok')
  }

  /** Invokes only; `end` completes it. */
  beginSend(process: number, key: Key, records: readonly Placed[], options: SendOptions = {}): Token<'send'> {
    const { idempotent = true, acks = 'all' } = options
    const value = records.map(([, sent]) => ({ key, value: sent }))
    return this.history.invoke(process, 'send', { value, acks, idempotent })
  }

  end(token: Token<'send'>, key: Key, records: readonly Placed[], type: 'ok' | 'fail' | 'info' = 'ok'): void {
    const value = records.map(([offset, sent]) =>
      offset === undefined ? { key, value: sent } : { key, offset, value: sent },
    )
    this.#complete(token, type, value)
  }

  poll(process: number, key: Key, records: readonly (readonly [number, Value])[], options: PollOptions = {}): void {
    const token = this.history.invoke(process, 'poll', { value: [] })
    const value = records.map(([offset, polled]) => ({ key, offset, value: polled }))
    const { type = 'ok', rebalancedKeys } = options
    if (rebalancedKeys === undefined) this.#complete(token, type, value)
    else this.history.ok(token, value, { rebalancedKeys })
  }

  assign(process: number, keys: readonly Key[], seekTo?: 'beginning' | 'end'): void {
    const fields = seekTo === undefined ? { value: keys } : { value: keys, seekTo }
    this.history.ok(this.history.invoke(process, 'assign', fields))
  }

  subscribe(process: number, keys: readonly Key[]): void {
    this.history.ok(this.history.invoke(process, 'subscribe', { value: keys }))
  }

  /** The process asks where the partition begins, and is told. */
  lookUp(process: number, key: Key, offset: number): void {
    this.history.ok(this.history.invoke(process, 'earliest-offsets', { value: [] }), [{ key, offset }])
  }

  /** The power fails now, and takes `[fromOffset, endOffset)`. */
  losePower(key: Key, fromOffset: number, endOffset: number): void {
    this.nowUs += 1
    this.excuses.push({ key, fromOffset, endOffset, atTimeUs: this.nowUs })
  }

  check(options: CheckOptions = {}): readonly Finding[] {
    return checkHistory(this.history.operations, { excuses: this.excuses, ...options })
  }

  /** The anomalies found, in order. */
  anomalies(options: CheckOptions = {}): readonly string[] {
    return this.check(options).map((finding) => finding.anomaly)
  }

  /** The findings of one anomaly. */
  only(anomaly: string, options: CheckOptions = {}): readonly Finding[] {
    return this.check(options).filter((finding) => finding.anomaly === anomaly)
  }

  #complete<F extends ActionName>(token: Token<F>, type: 'ok' | 'fail' | 'info', value: Fields[F]['value']): void {
    if (type === 'ok') this.history.ok(token, value)
    else this.history[type](token, 'TEST', value)
  }
}
