/** Planted: a room that the layer table does not know. */
import { clock } from '../../world/clock.ts'

export const pantry = clock
