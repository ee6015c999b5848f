import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logConfigs, operations } from './log-operations.ts'
import { LogRun } from './log-run.ts'

test('a log is the array of its batches: whatever is done to it, and however its lives end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), logConfigs, operations, async (seed, config, planned) => {
      const run = new LogRun(seed, config)
      await run.begin()
      for (const operation of planned) await run.perform(operation)
      await run.finish()
    }),
    { numRuns: Number(process.env['LOG_RUNS'] ?? 200), ...(process.env['LOG_SEED'] ? {seed: Number(process.env['LOG_SEED'])} : {}) },
  )
  expect.hasAssertions()
})
