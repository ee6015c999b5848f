/** Breaks nothing. */
import { clock } from '../../world/clock.ts'

export const handle = clock
