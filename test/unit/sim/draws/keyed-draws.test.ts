import { describe, expect, test } from 'vitest'
import { KeyedDraws } from '../../../../src/sim/draws/keyed-draws.ts'
import { KeyedRandom } from '../../../../src/sim/draws/keyed-random.ts'
import { drawBelow } from '../../../../src/world/random.ts'

const ordinals = (count: number): number[] => Array.from({ length: count }, (_, ordinal) => ordinal)

describe('draws', () => {
  test('are a function of seed, purpose, actor, item and ordinal, and of nothing else', () => {
    const draws = new KeyedDraws(7)
    const expected = draws.u32('network.latency', 1, 2, 3)
    const others = new KeyedDraws(7)
    for (const ordinal of ordinals(1000)) others.u32('something else', ordinal, 0, ordinal)
    expect(others.u32('network.latency', 1, 2, 3)).toBe(expected)
  })

  test('differ when any part of the key differs', () => {
    const seen = new Set([
      new KeyedDraws(1).u32('p', 1, 1, 1),
      new KeyedDraws(2).u32('p', 1, 1, 1),
      new KeyedDraws(1 + 2 ** 32).u32('p', 1, 1, 1),
      new KeyedDraws(1).u32('q', 1, 1, 1),
      new KeyedDraws(1).u32('p', 2, 1, 1),
      new KeyedDraws(1).u32('p', 1, 2, 1),
      new KeyedDraws(1).u32('p', 1, 1 + 2 ** 40, 1),
      new KeyedDraws(1).u32('p', 1, -1, 1),
      new KeyedDraws(1).u32('p', 1, 1, 2),
    ])
    expect(seen.size).toBe(9)
  })

  test('stay what they are: a change of the generator would change every plan', () => {
    const draws = new KeyedDraws(42)
    expect([draws.u32('a', 0, 0, 0), draws.u32('b', 1, 2, 3), draws.of('c', 4, 5).exponentialUs(1000, 6)]).toEqual([
      1_566_838_563, 410_138_497, 308,
    ])
  })

  test('are uniform: over ordinals, over items and over seeds', () => {
    const byItem = new KeyedDraws(3)
    const sources: ((at: number) => number)[] = [
      (at) => new KeyedDraws(3).of('uniform', 0, 0).below(16, at),
      (at) => byItem.of('uniform', 0, at).below(16, 0),
      (at) => byItem.of('uniform', at, 0).below(16, 0),
      (at) => new KeyedDraws(at).of('uniform', 0, 0).below(16, 0),
    ]
    for (const draw of sources) {
      const counts = new Array<number>(16).fill(0)
      for (const at of ordinals(32_000)) counts[draw(at)]!++
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
      // 15 degrees of freedom: 37.7 is exceeded once in a thousand; the draws are fixed, so this never flickers.
      expect(chiSquare).toBeLessThan(37.7)
    }
  })

  test('of neighbouring ordinals have nothing to do with one another', () => {
    const key = new KeyedDraws(9).of('serial', 0, 0)
    let same = 0
    for (const at of ordinals(32_000)) if ((key.u32(at) & 1) === (key.u32(at + 1) & 1)) same++
    expect(Math.abs(same - 16_000)).toBeLessThan(300)
  })

  test('below and between stay within their bounds and reach them', () => {
    const key = new KeyedDraws(5).of('bounds', 0, 0)
    const drawn = new Set(ordinals(500).map((at) => key.between(-2, 2, at)))
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
    expect(key.below(1, 0)).toBe(0)
    for (const at of ordinals(500)) expect(key.below(0x1_0000_0000, at)).toBe(key.u32(at))
    // A bound just above 2^31 rejects nearly half of all words.
    const high = ordinals(2000).map((at) => key.below(0x8000_0001, at))
    expect(high.every((value) => value >= 0 && value <= 0x8000_0000)).toBe(true)
  })

  test('of a chance hold at both ends and in the middle', () => {
    const key = new KeyedDraws(5).of('chance', 0, 0)
    const share = (perMillion: number): number => ordinals(20_000).filter((at) => key.chance(perMillion, at)).length
    expect([share(0), share(1_000_000)]).toEqual([0, 20_000])
    expect(Math.abs(share(250_000) - 5000)).toBeLessThan(250)
  })
})

describe('exponential draws', () => {
  test('are integers with the mean and the spread of an exponential distribution', () => {
    for (const mean of [10, 500, 1_000_000]) {
      const key = new KeyedDraws(11).of('exponential', mean, 0)
      const drawn = ordinals(100_000).map((at) => key.exponentialUs(mean, at))
      expect(drawn.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true)
      const average = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
      // Rounding down costs half a unit.
      expect(Math.abs(average + 0.5 - mean)).toBeLessThan(mean * 0.01 + 0.1)
      const beyond = drawn.filter((value) => value >= 2 * mean).length / drawn.length
      expect(Math.abs(beyond - Math.exp(-2))).toBeLessThan(0.01)
    }
  })

  test('agree with the logarithm to four digits', () => {
    const key = new KeyedDraws(12).of('exact', 0, 0)
    for (const at of ordinals(5000)) {
      const exact = -Math.log(((key.u32(at) | 1) >>> 0) / 2 ** 32)
      expect(Math.abs(key.exponentialUs(1_000_000, at) - exact * 1_000_000)).toBeLessThan(100)
    }
  })

  test('of mean 0 are 0', () => {
    expect(new KeyedDraws(1).of('zero', 0, 0).exponentialUs(0, 5)).toBe(0)
  })
})

describe("a node's randomness", () => {
  test('is its own in each life, and repeats with the seed', () => {
    const words = (seed: number, node: number, life: number): string => {
      const random = new KeyedRandom(new KeyedDraws(seed), node, life)
      return ordinals(4)
        .map(() => drawBelow(random, 1000))
        .join()
    }
    expect(words(1, 1, 1)).toBe(words(1, 1, 1))
    expect(new Set([words(1, 1, 1), words(1, 1, 2), words(1, 2, 1), words(2, 1, 1)]).size).toBe(4)
  })
})
