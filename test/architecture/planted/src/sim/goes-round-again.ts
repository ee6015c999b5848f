/** Planted: the other half of the circle. */
import { round } from './goes-round.ts'

export const roundAgain = (): number => round()
