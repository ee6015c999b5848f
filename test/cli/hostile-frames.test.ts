/** The siege of `npm run test:hostile`, as short as it can be. */

import { expect, test } from 'vitest'
import { besiege } from '../long/hostile/siege.ts'

test('a broker under siege lives on, keeps its memory bounded, and serves who behaves', async () => {
  const report = await besiege({
    ...{ seed: 7, frames: 20_000, minutesMax: 0.12, idle: 300, halfOpen: 30, slowReaders: 10, plentyBytes: 20_000_000 },
    ...{ residentBytesMax: 400_000_000, latencyMsMax: 20_000 },
    onProgress: () => undefined,
  })
  expect(report.wrong).toEqual([])
  expect(report.tally.frames).toBeGreaterThan(300)
  expect(report.tally.answers).toBeGreaterThan(30)
  expect(report.tally.ended).toBeGreaterThan(30)
})
