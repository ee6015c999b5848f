/** The siege of `npm run test:hostile`, as short as it can be. */

import { expect, test } from 'vitest'
import { besiege } from '../long/hostile/siege.ts'

test('a broker under siege lives on, keeps its memory bounded, and serves who behaves', async () => {
  const report = await besiege({
    ...{ seed: 7, frames: 10_000, minutesMax: 2, idle: 300, halfOpen: 30, slowReaders: 10, plentyBytes: 20_000_000 },
    ...{ residentBytesMax: 400_000_000, latencyMsMax: 20_000 },
    onProgress: () => undefined,
  })
  expect(report.wrong).toEqual([])
  expect(report.tally.frames).toBe(10_000)
  expect(report.tally.answers).toBeGreaterThan(500)
  expect(report.tally.ended).toBeGreaterThan(500)
})
