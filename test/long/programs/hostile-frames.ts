/**
 * `npm run test:hostile -- [--frames N] [--seed S] [--minutes M] [--idle N]`: N mutated frames (ten million if not said)
 * are sent to a `samsa up`, beside 5 000 idle connections, half-open ones and readers that do not read, while a healthy
 * client produces and consumes. Ends with 1 where the broker fell, memory or waiting went over their bounds, or the
 * healthy client was not served; after M minutes (30 if not said) with what was done by then. Half an hour.
 */

/// <reference path="../../../src/reporters/cli-progress.d.ts" />

import { SingleBar } from 'cli-progress'
import type { AttackTally } from '../hostile/attack.ts'
import { besiege, type SiegeReport } from '../hostile/siege.ts'
import { count, endWhenInterrupted, print, program, seed } from './program.ts'

const MB = 1_000_000

interface Options {
  readonly frames: number
  readonly seed: number
  readonly minutes: number
  readonly idle: number
}

const options = program('test:hostile', 'Sends mutated frames to a broker that serves a healthy client meanwhile.')
  .option('--frames <n>', 'how many', count, 10_000_000)
  .option('--seed <seed>', 'what they are drawn from', seed, 1)
  .option('--minutes <m>', 'end after so many minutes, whatever was sent', count, 30)
  .option('--idle <n>', 'idle connections beside', count, 5000)
  .parse()
  .opts<Options>()
const { frames } = options

endWhenInterrupted()
const bar = new SingleBar({
  format: '{bar} {value}/{total} frames  {tally}',
  ...{ stream: process.stderr, barsize: 30, hideCursor: true, noTTYOutput: true, notTTYSchedule: 15_000, fps: 4 },
})
bar.start(frames, 0, { tally: '' })
const report = await besiege({
  ...{ seed: options.seed, frames, minutesMax: options.minutes, idle: options.idle },
  ...{ halfOpen: 300, slowReaders: 100, plentyBytes: 60 * MB, residentBytesMax: 700 * MB, latencyMsMax: 5000 },
  onProgress: (tally, residentBytes) =>
    bar.update(tally.frames, { tally: `${Math.round(residentBytes / MB)} MB, ${counts(tally)}` }),
})
bar.update(report.tally.frames)
bar.stop()
tell(report)
process.exitCode = report.wrong.length === 0 ? 0 : 1

function tell({
  tally,
  seconds,
  cpuMs,
  residentBytes,
  latencyMs,
  silentMs,
  besiegersLeft,
  logBytes,
  wrong,
}: SiegeReport): void {
  const { idle, first, max, last } = residentBytes
  print(
    `${tally.frames} frames of seed ${options.seed} in ${Math.round(seconds)} s: ${Math.round(tally.frames / seconds)} a second`,
  )
  print(`  ${Math.round((cpuMs * 1000) / Math.max(tally.frames, 1))} µs of the broker's processor time for each`)
  print(`  ${counts(tally)}`)
  for (const [name, count] of [...tally.byMutation].sort((a, b) => b[1] - a[1])) print(`  ${count} ${name}`)
  print(
    `resident memory: ${mb(idle)} at rest, ${mb(first)} with everybody there, at most ${mb(max)}, ${mb(last)} at the end`,
  )
  print(
    `healthy client: ${latencyMs.count} acknowledgements, median ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, longest ${latencyMs.longest} ms; without a record to read for ${silentMs} ms at most`,
  )
  print(`${besiegersLeft} of the idle, half-open and slow connections are left; the broker said ${mb(logBytes)}`)
  for (const line of wrong) print(`WRONG: ${line}`)
  print(wrong.length === 0 ? 'held' : 'did not hold')
}

function counts({ answers, connections, ended, held }: AttackTally): string {
  return `${answers} answers, ${connections} connections, ${ended} ended by the broker, ${held} given up`
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`
}
