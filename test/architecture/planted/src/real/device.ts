/** Breaks nothing: the devices of a real world may use Node. */
import { readFileSync } from 'node:fs'

export const device = readFileSync
