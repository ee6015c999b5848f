/**
 * Log lines and trace events of one broker, in one hand, so that no room needs two.
 *
 * Not here: metrics (they come with the issue that needs them).
 */

import type { Trace } from '../../world/trace.ts'
import type { BrokerEvent } from './events.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** Where log lines go; `fields` are already part of the message's meaning, not of its text. */
export type LogLine = (level: LogLevel, message: string) => void

export class Observer {
  readonly #trace: Trace
  readonly #line: LogLine

  constructor(trace: Trace, line: LogLine = () => undefined) {
    this.#trace = trace
    this.#line = line
  }

  /** Whether it is worth building an event. */
  get watching(): boolean {
    return this.#trace.listening
  }

  tell(event: BrokerEvent): void {
    this.#trace.emit(event)
  }

  info(message: string): void {
    this.#line('info', message)
  }

  warn(message: string): void {
    this.#line('warn', message)
  }

  error(message: string): void {
    this.#line('error', message)
  }
}
