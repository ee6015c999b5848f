/** Planted: a core module touches Node. */
import { readFileSync } from 'node:fs'

export const readAll = readFileSync
