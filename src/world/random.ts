/** Chance, as a node sees it: unpredictable in a real world, a function of the plan's seed in a simulated one. */
export interface Random {
  /** A uniformly drawn integer in [0, 2^32). */
  u32(): number
}

/** A uniformly drawn integer in `[0, below)`; `below` is in [1, 2^32]. */
export function drawBelow(random: Random, below: number): number {
  // Rejection keeps every value equally likely; the loop ends after two rounds on average at worst.
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % below)
  for (;;) {
    const drawn = random.u32()
    if (drawn < limit) return drawn % below
  }
}

/** `count` uniformly drawn bytes. */
export function drawBytes(random: Random, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index += 4) {
    const word = random.u32()
    for (let byte = 0; byte < 4 && index + byte < count; byte++) bytes[index + byte] = (word >>> (8 * byte)) & 0xff
  }
  return bytes
}
