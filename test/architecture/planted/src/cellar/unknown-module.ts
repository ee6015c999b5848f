/** Planted: a module that the layer table does not know. */
import { clock } from '../world/clock.ts'

export const cellar = clock
