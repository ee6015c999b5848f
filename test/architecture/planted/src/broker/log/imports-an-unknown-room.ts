/** Planted: imports a room that the layer table does not know. */
import { pantry } from '../pantry/unknown-room.ts'

export const unknown = pantry
