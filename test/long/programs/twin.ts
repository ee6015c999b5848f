/**
 * `npm run test:twin -- [--sequences 20000] [--seed 1] [--lanes 6] [--only produce fetch]`: drawn sequences of requests,
 * to samsa and to Apache Kafka beside it, whose answers must be the same. Prints what was covered, the accepted
 * differences that were met, and each other one as the shortest sequence that shows it; ends with 1 where there is one.
 * Needs `SAMSA_APACHE_KAFKA`. 20 000 sequences take an hour or more on two cores.
 */

/// <reference path="../../../src/reporters/cli-progress.d.ts" />

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Option } from 'commander'
import { integerIn } from '../../../src/cli/option-values.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { duration, grouped } from '../../../src/reporters/figures.ts'
import { apacheKafka } from '../../compatibility/commands.ts'
import { startApache } from '../../twin/apache.ts'
import { type CampaignReport, runCampaign } from '../../twin/campaign.ts'
import { acceptedTable, coverageTable } from '../../twin/report.ts'
import type { ApiName } from '../../twin/request.ts'
import { startSamsa } from '../../twin/samsa.ts'
import { storyOf } from '../../twin/story.ts'
import { count, print, program, seed } from './program.ts'

interface Options {
  readonly sequences: number
  readonly seed: number
  readonly lanes: number
  readonly only?: readonly ApiName[]
}

const asked = program(
  'test:twin',
  'Sends drawn sequences of requests to samsa and to Apache Kafka and compares the answers.',
)
  .option('--sequences <n>', 'how many', count, 20_000)
  .option('--seed <seed>', 'what they are drawn from', seed, 1)
  .option('--lanes <n>', 'how many at a time', integerIn(1, 64), 6)
  .addOption(new Option('--only <api...>', 'draw these APIs alone').choices(Object.keys(apis)))
  .parse()
  .opts<Options>()
const LINE_EVERY_MS = 10_000
const FINDINGS_MAX = 20

if (apacheKafka === undefined) {
  print('There is no Apache Kafka to compare with: SAMSA_APACHE_KAFKA is not set.')
  process.exit(69)
}
const folder = mkdtempSync(join(tmpdir(), 'samsa-twin-'))
const apache = await startApache(apacheKafka, folder)
const samsa = await startSamsa()
const end = async (): Promise<void> => {
  await samsa.stop()
  await apache.stop()
  if (process.exitCode === 1) print(`Apache Kafka's log is kept: ${join(folder, 'broker-1.log')}`)
  else rmSync(folder, { recursive: true, force: true })
}
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)))
try {
  const startedMs = performance.now()
  const report = await campaign(asked.sequences)
  tell(report, performance.now() - startedMs)
  process.exitCode = report.findings.length === 0 ? 0 : 1
} finally {
  await end()
}

async function campaign(sequences: number): Promise<CampaignReport> {
  const progress = process.stderr.isTTY ? bar(sequences) : lines(sequences)
  try {
    return await runCampaign({
      ...{ samsa, apache, sequences, seed: asked.seed, lanes: asked.lanes, shrinks: true },
      ...(asked.only !== undefined && { only: asked.only }),
      findingsMax: FINDINGS_MAX,
      onProgress: progress.update,
      onFinding: (finding) => print(`\n${storyOf(finding)}\n`),
    })
  } finally {
    progress.stop()
  }
}

function bar(sequences: number) {
  const format = '{bar} {value}/{total} sequences  {eta_formatted}  {findings}'
  const shown = new SingleBar({ format, barsize: 30, hideCursor: true, clearOnComplete: true, fps: 8 })
  shown.start(sequences, 0, { findings: '' })
  const update = (done: number, findings: number): void => shown.update(done, { findings: `${findings} differences` })
  return { update, stop: () => shown.stop() }
}

function lines(sequences: number) {
  const startedMs = performance.now()
  let lastMs = startedMs
  const update = (done: number, findings: number): void => {
    const nowMs = performance.now()
    if (nowMs - lastMs < LINE_EVERY_MS) return
    lastMs = nowMs
    const perSecond = (done * 1000) / (nowMs - startedMs)
    const line = `${grouped(done)} of ${grouped(sequences)} sequences, ${perSecond.toFixed(1)}/s, ${findings} differences`
    process.stderr.write(`${duration(nowMs - startedMs)}: ${line}\n`)
  }
  return { update, stop: () => undefined }
}

function tell(report: CampaignReport, elapsedMs: number): void {
  const { sequences, requests, findings } = report
  print(`\nWhat Apache Kafka answered, by API\n${coverageTable(report)}`)
  print(`\nAccepted differences, and how often they were met\n${acceptedTable(report)}`)
  const perSecond = ((sequences * 1000) / elapsedMs).toFixed(1)
  print(
    `\n${grouped(sequences)} sequences with ${grouped(requests)} requests in ${duration(elapsedMs)}, ${perSecond}/s; seed ${asked.seed}`,
  )
  print(findings.length === 0 ? 'No other difference.' : `${findings.length} other differences.`)
  for (const { count, kind } of findings) print(`  ${count} times: ${kind}`)
}
