/** Draws for plans in tests: a function of seed, purpose and ordinal, as a plan's own draws are. */

import { mix } from '../../../src/workloads/record-content.ts'
import type { Choose } from '../../../src/workloads/workload.ts'

export function chooseBy(seed: number): Choose {
  return (purpose, ordinal, below) => {
    let state = mix(seed + 1)
    for (const letter of purpose) state = mix(state ^ letter.charCodeAt(0))
    return mix(state ^ mix(ordinal + 1)) % below
  }
}
