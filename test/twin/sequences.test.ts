import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apacheKafka } from '../compatibility/commands.ts'
import { startApache } from './apache.ts'
import type { RunningBroker } from './broker.ts'
import { runCampaign } from './campaign.ts'
import { startSamsa } from './samsa.ts'
import { storyOf } from './story.ts'

/** Apache Kafka's start, twice: it formats its directory in a process of its own. */
const START_MS = 300_000
const SEQUENCES = 80
/** The same in every run: `npm run test:twin` draws others. */
const SEED = 1

describe.skipIf(apacheKafka === undefined)('samsa beside Apache Kafka (SAMSA_APACHE_KAFKA)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-twin-'))
  const running: RunningBroker[] = []

  beforeAll(async () => {
    running.push(await startApache(apacheKafka!, folder), await startSamsa())
  }, START_MS)

  afterAll(async () => {
    for (const broker of running) await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers drawn sequences of requests as Apache Kafka does, and keeps what it keeps', async () => {
    const [apache, samsa] = running as [RunningBroker, RunningBroker]
    const options = { samsa, apache, sequences: SEQUENCES, seed: SEED, lanes: 4, shrinks: true, findingsMax: 3 }
    const { findings, sequences } = await runCampaign(options)
    expect(findings.map(storyOf).join('\n\n')).toBe('')
    expect(sequences).toBeGreaterThanOrEqual(SEQUENCES)
  })
})
