/**
 * The log of a partition against a model, on a simulated disk: an array of batches that is appended to, read, cut at both
 * ends, and comes back after every kind of end of a life. And against rot: whatever byte is wrong, what is loaded of a
 * log that was not cleanly closed was appended, and the broker says what it cannot load.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogConfig } from '../../src/broker/config/topic-settings.ts'
import { DirectoryError } from '../../src/broker/log/meta-properties.ts'
import { batchBytes, readBatchHeader } from '../../src/protocol/record-batch.ts'
import { DiskError } from '../../src/world/disk.ts'
import { expectBytes } from './log-model.ts'
import { logConfigs, type Operation, operations, writes } from './log-operations.ts'
import { LogRun } from './log-run.ts'

const sent = {
  kind: 'append',
  producer: 3,
  how: 'next',
  back: 0,
  records: [{ bytes: 0, timestamp: 1000 }],
  nextLeaderEpoch: true,
} as const
const later = { ...sent, producer: 0, records: [{ bytes: 0, timestamp: 3001 }] } as const
const repeated = { ...sent, how: 'duplicate' } as const

/**
 * The start has passed all that a producer sent, and a power loss takes the snapshot that remembered it. What it sends
 * again is appended as that of a new producer, and repeats that second copy when it comes a third time.
 */
const forgottenProducer: [number, LogConfig, Operation[]] = [
  35835562,
  {
    ...{ segmentBytes: 400, segmentMs: 2000, segmentIndexBytes: 40, indexIntervalBytes: 0 },
    ...{ retentionMs: -1, retentionBytes: 0, maxMessageBytes: 2 ** 24, flushMessages: 1, flushMs: 1 },
    ...{ timestampType: 'CreateTime', timestampBeforeMaxMs: 2 ** 50, timestampAfterMaxMs: 2 ** 50 },
    ...{ compressionType: 'producer', gzipLevel: -1, lz4Level: 9, zstdLevel: 3 },
    ...{ fileDeleteDelayMs: 60_000, cleanupPolicy: 'delete' },
  },
  [
    ...[sent, later],
    { kind: 'retain', nowMs: 1000, limit: 500, interruption: { events: 4, how: 'powerLoss' } },
    ...[repeated, repeated],
  ],
]

it('a log is the array of its batches, whatever is done to it and however its lives end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), logConfigs, operations, async (seed, config, planned) => {
      const run = new LogRun(seed, config)
      await run.begin()
      for (const operation of planned) await run.perform(operation)
      await run.finish()
    }),
    { numRuns: 200, examples: [forgottenProducer] },
  )
})

const byte = fc.record({ file: fc.nat(), position: fc.nat(), bit: fc.nat(7) })

it('whatever byte of a log is wrong after a crash, only whole batches that were appended are loaded, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), logConfigs, writes, byte, async (seed, config, planned, rot) => {
      const run = await rottenRun(new LogRun(seed, config), planned, rot)
      if (run === undefined || run.wasCreated) return
      const { log, model } = run
      const first = model.batches.findIndex(({ header }) => header.lastOffset >= log.startOffset)
      const expected = model.batches.slice(first < 0 ? model.batches.length : first)
      const found = await run.readAll()
      expect(found.length).toBeLessThanOrEqual(expected.length)
      for (const [index, bytes] of found.entries()) {
        // The leader epoch is the one field that neither a checksum covers nor the batch's place in the log.
        for (const batch of [bytes, expected[index]!.bytes]) batch.fill(0, 12, 16)
        expectBytes(bytes, expected[index]!.bytes, `batch ${index}`)
      }
      const end = found.length === 0 ? log.startOffset : readBatchHeader(found.at(-1)!, 0).lastOffset + 1
      expect(log.endOffset).toBe(end)
      run.appendOne()
    }),
    { numRuns: 300 },
  )
})

it('whatever byte of a log is wrong that is trusted without a look, it can be loaded, read and written, or the reason is told', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      logConfigs,
      writes,
      byte,
      fc.constantFrom('stop' as const, 'checkpoint' as const),
      async (seed, config, planned, rot, before) => {
        const run = await rottenRun(new LogRun(seed, config), planned, rot, before)
        if (run === undefined) return
        const { log } = run
        const found = await run.readAll()
        for (const bytes of found) expect(batchBytes(bytes, 0)).toBeLessThanOrEqual(bytes.length)
        for (const timestamp of [0, 2000, 5000]) await run.find(timestamp)
        await run.machine.run(log.truncate(log.startOffset + Math.floor((log.endOffset - log.startOffset) / 2)))
        run.appendOne()
      },
    ),
    { numRuns: 300 },
  )
})

/** A log that was written, left, and spoilt; undefined where the next life could not begin and said why. */
async function rottenRun(
  run: LogRun,
  planned: Parameters<LogRun['perform']>[0][],
  rot: { readonly file: number; readonly position: number; readonly bit: number },
  before?: 'stop' | 'checkpoint',
): Promise<LogRun | undefined> {
  await run.begin()
  for (const operation of planned) await run.perform(operation)
  await run.leave(before)
  const { disk } = run.machine.node
  const files = disk.files().filter((path) => disk.peek(path).length > 0)
  const path = files[rot.file % files.length]!
  disk.rot(path, rot.position % disk.peek(path).length, rot.bit)
  try {
    await run.comeBack()
    return run
  } catch (error) {
    expect(error instanceof DiskError || error instanceof DirectoryError, String(error)).toBe(true)
    return undefined
  }
}
