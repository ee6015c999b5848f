/** Planted: imports a module that the layer table does not know. */
import { cellar } from '../cellar/unknown-module.ts'

export const unknown = cellar
