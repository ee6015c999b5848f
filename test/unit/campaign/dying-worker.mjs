// A worker module whose runs end in every way a run should not.
const outcome = (seed) => ({
  ...{ seed, hash: '0'.repeat(16), events: 1, virtualUs: 1, struck: new Map(), coverage: new Map() },
})

export async function runSeeds({ from, count }) {
  const seeds = Array.from({ length: count }, (_, index) => from + index)
  if (seeds.includes(3)) process.exit(7)
  if (seeds.includes(5)) {
    setImmediate(() => {
      throw new Error('thrown where nobody catches')
    })
    await new Promise(() => undefined)
  }
  if (seeds.includes(8)) Promise.reject(new Error('rejected where nobody looks'))
  await new Promise((resolve) => setImmediate(resolve))
  return seeds.map(outcome)
}
