/** What is measured: a broker, or the minimal path, at an address. */

import type { Address } from '../../world/network.ts'
import type { ProcessUsage } from './process-usage.ts'

export interface Target {
  /** As it is called in the report: `samsa`, or the address. */
  readonly name: string
  readonly address: Address
  /** Its process; undefined where it is on another machine or cannot be seen. */
  readonly pid: number | undefined
  /** Processor time and memory now; undefined where they cannot be seen. */
  usage(): ProcessUsage | undefined
  /** Ends what was started for the measurement, and only that. */
  close(): Promise<void>
}
