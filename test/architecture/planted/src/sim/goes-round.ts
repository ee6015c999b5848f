/** Planted: one half of a circle of values. */
import { roundAgain } from './goes-round-again.ts'

export const round = (): number => roundAgain()
