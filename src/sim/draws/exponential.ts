/**
 * Exponentially distributed integers without floating point: `-ln(u)` from the leading zeros of a uniform word and a
 * table of the logarithm of what follows them, in fixed point. Two engines cannot disagree about it.
 */

import { assert } from '../../world/assert.ts'

/** Fixed point: 16 bits behind the point. */
const ONE = 0x1_0000
/** ln 2 in fixed point. */
const LN2 = 45_426
const TABLE_STEPS = 256
/** Means up to here keep every product below 2^53. */
const MEAN_MAX = 0x7fff_ffff

/** `-log2(m)` for m in [1/2, 1] in 256 steps, in fixed point; falls from 1 to 0. */
const negativeLog2: readonly number[] = Array.from({ length: TABLE_STEPS + 1 }, (_, step) => ONE - log2(step))

/** `log2(1 + step/256)` in fixed point, bit by bit: squaring doubles a logarithm. */
function log2(step: number): number {
  if (step === TABLE_STEPS) return ONE
  const one = 2 ** 25
  let value = one + step * (one / TABLE_STEPS)
  let result = 0
  for (let bit = ONE / 2; bit >= 1; bit /= 2) {
    value = Math.floor((value * value) / one)
    if (value >= 2 * one) {
      result += bit
      value = Math.floor(value / 2)
    }
  }
  return result
}

/** An exponentially distributed integer >= 0 of the given mean (in [0, 2^31)), as a function of a uniform 32-bit word. */
export function exponential(mean: number, uniform: number): number {
  assert(mean >= 0 && mean <= MEAN_MAX, 'the mean of an exponential draw is in [0, 2^31)')
  // The word stands for (word | 1) / 2^32, which is never 0; its leading zeros are the whole part of the logarithm.
  const word = (uniform | 1) >>> 0
  const zeros = Math.clz32(word)
  const mantissa = (word << zeros) >>> 0
  const step = (mantissa >>> 23) - TABLE_STEPS
  const fraction = mantissa & 0x7f_ffff
  const upper = negativeLog2[step]!
  const lower = negativeLog2[step + 1]!
  const logarithm = zeros * ONE + upper - Math.floor(((upper - lower) * fraction) / 0x80_0000)
  const scaled = Math.floor((logarithm * LN2) / ONE)
  return Math.floor((mean * scaled) / ONE)
}
