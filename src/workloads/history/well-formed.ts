/**
 * The rules of a history, kept in one place for the recorder, which must never break them, and for the reader of files,
 * which must not believe them.
 *
 * Per process: idle → (`invoke`) → busy → (`ok`, `fail`) → idle, or busy → (`info`) → retired, for ever: an operation
 * of unknown outcome may still take effect at any later time, and so is concurrent with all that follows (Jepsen).
 * Over all: indexes without gaps, time that never goes back, no value sent twice to one partition.
 */

import type { Key, Operation, OperationOf, Value } from './operation.ts'

/** Follows a history line by line. */
export class WellFormedness {
  #count = 0
  #timeUs = 0
  readonly #busy = new Map<number, Operation>()
  readonly #retired = new Set<number>()
  readonly #sent = new Map<Key, Set<Value>>()

  /** Whether the process ended in an operation of unknown outcome. */
  isRetired(process: number): boolean {
    return this.#retired.has(process)
  }

  /** Takes the next line of the history; or says which rule forbids it, in which case this object is of no more use. */
  admit(operation: Operation): string | undefined {
    if (operation.index !== this.#count) return `the operation at position ${this.#count} has that index`
    if (operation.timeUs < this.#timeUs) return 'time never goes back along a history'
    this.#count += 1
    this.#timeUs = operation.timeUs
    return operation.type === 'invoke' ? this.#begin(operation) : this.#end(operation)
  }

  #begin(operation: Operation): string | undefined {
    const { process } = operation
    if (this.#retired.has(process)) return `process ${process} ends with an operation of unknown outcome`
    if (this.#busy.has(process)) return `process ${process} does one thing at a time`
    this.#busy.set(process, operation)
    return operation.f === 'send' ? this.#noteSends(operation) : undefined
  }

  #noteSends(operation: OperationOf<'send'>): string | undefined {
    for (const { key, value } of operation.value) {
      let values = this.#sent.get(key)
      if (values === undefined) {
        values = new Set()
        this.#sent.set(key, values)
      }
      if (values.has(value)) return `value ${value} is sent once to ${key}`
      values.add(value)
    }
    return undefined
  }

  #end(operation: Operation): string | undefined {
    const { process } = operation
    const invocation = this.#busy.get(process)
    if (invocation === undefined || invocation.f !== operation.f) {
      return `process ${process} completes the ${operation.f} it invoked`
    }
    this.#busy.delete(process)
    if (operation.type === 'info') this.#retired.add(process)
    if (operation.f !== 'send' || invocation.f !== 'send') return undefined
    return problemOfSendCompletion(invocation, operation)
  }
}

function problemOfSendCompletion(invocation: OperationOf<'send'>, completion: OperationOf<'send'>): string | undefined {
  const invoked = invocation.value
  const completed = completion.value
  if (invocation.acks !== completion.acks || invocation.idempotent !== completion.idempotent) {
    return 'a send keeps its acks and its idempotence'
  }
  if (
    invoked.length !== completed.length ||
    invoked.some(({ key, value }, index) => key !== completed[index]?.key || value !== completed[index]?.value)
  ) {
    return 'a send completes with the records it was invoked with'
  }
  if (completion.type !== 'ok') return undefined
  if (completion.acks === 0) return 'a send with acks=0 is never acknowledged'
  if (completed.some((send) => send.offset === undefined)) return 'an acknowledged send has an offset for each record'
  return undefined
}
