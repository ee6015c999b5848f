/** Planted: imports a file that does not exist. */
import { nothing } from './not-there.ts'

export const nowhere = nothing
