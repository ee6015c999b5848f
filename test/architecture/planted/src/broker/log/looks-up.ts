/** Planted: a lower room of the broker imports a higher one. */
import { handle } from '../handlers/handle.ts'

export const up = handle
