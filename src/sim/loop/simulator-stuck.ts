/**
 * The ways a run can fail to end: time stands still while events go on, or there are more events than were allowed.
 * Both are findings about what is simulated, or about the limits; they never come from the loop itself.
 */

export type SimulatorStuckCode = 'ZERO_TIME_LOOP' | 'TOO_MANY_EVENTS'

/** The run was given up; `code` says why, the message says where to look. */
export class SimulatorStuck extends Error {
  override readonly name = 'SimulatorStuck'
  readonly code: SimulatorStuckCode
  /** Virtual time of the event that was not fired any more, in microseconds. */
  readonly timeUs: number
  /** The node of that event. */
  readonly node: number

  constructor(code: SimulatorStuckCode, at: { readonly timeUs: number; readonly node: number }, message: string) {
    super(message)
    this.code = code
    this.timeUs = at.timeUs
    this.node = at.node
  }
}
