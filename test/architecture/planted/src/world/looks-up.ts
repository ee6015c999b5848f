/** Planted: the lowest layer imports one above it. */
import { codec } from '../protocol/codec.ts'

export const up = codec
