/**
 * How long to wait before trying again: twice as long after each failure, up to a bound, and up to a fifth more or less by
 * chance, so that many clients do not return together.
 *
 * Source: KIP-580.
 */

import type { Random } from '../world/random.ts'
import { drawBelow } from '../world/random.ts'

/** Beyond this many doublings the bound has long been reached; it keeps the power within 32 bits. */
const doublingsMax = 20

/** The wait before attempt number `failures + 1`, in milliseconds; `failures` >= 1. */
export function backoffMs(random: Random, initialMs: number, maxMs: number, failures: number): number {
  const full = Math.min(maxMs, initialMs * 2 ** Math.min(failures - 1, doublingsMax))
  return Math.trunc((full * (80 + drawBelow(random, 41))) / 100)
}
