/**
 * `samsa chaos`: a campaign of seeded runs under faults, its report, and the first failure as a story.
 *
 * Standard output has the result, standard error the progress; the page goes to `reports/chaos`.
 */

import { runCampaign } from '../campaign/campaign.ts'
import type { CampaignTotals } from '../campaign/campaign-fold.ts'
import { investigate } from '../campaign/investigate.ts'
import { openWorkPool } from '../campaign/open-work-pool.ts'
import { CRASHED } from '../campaign/outcome.ts'
import { realSimulator } from '../campaign/real-simulator.ts'
import { chaosJson } from '../reporters/chaos-json.ts'
import type { ChaosReport, Provenance, ToldFailure } from '../reporters/chaos-report.ts'
import { counted } from '../reporters/figures.ts'
import { startProgress } from '../reporters/progress.ts'
import { storyLines } from '../reporters/story.ts'
import { brokenLines, differenceLines, sizeLine, tallyLines, verdictLines } from '../reporters/tally.ts'
import { writeJson, writeReport } from '../reporters/write-report.ts'
import type { Topology } from '../sim/plan/topology-draw.ts'
import { chaosReport, toldFailure } from './chaos-report.ts'
import { ExitCode, exitCodeFor } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { knownMutant } from './known-mutant.ts'
import { checkWritable, seedOptions, topologyOf } from './option-values.ts'

export interface ChaosOptions {
  /** Default 200, or as many as `minutes` allow. */
  readonly seeds?: number
  readonly from: number
  readonly jobs: number
  readonly minutes?: number
  readonly mutant?: string
  readonly twice?: boolean
  /** How many controllers; with this or `brokers` plans are of clusters. */
  readonly controllers?: number
  readonly brokers?: number
  /** Where to write the result as JSON. */
  readonly json?: string
}

const SEEDS_DEFAULT = 200

/** Runs the command; gives back its exit code. */
export async function chaos(options: ChaosOptions, provenance: Provenance): Promise<ExitCode> {
  if (options.json !== undefined) checkWritable(options.json)
  const mutant = options.mutant === undefined ? undefined : knownMutant(options.mutant)
  // A mutant is sought where it shows, unless somebody wants it elsewhere.
  const { report, folder } = await campaignReport({ ...mutant?.topology, ...options }, mutant?.name ?? null, provenance)
  if (options.json !== undefined) writeJson(options.json, chaosJson(report))
  const page = await writeReport(folder, [{ title: titleOf(report), report }])
  printReport(report)
  print(`Report: ${page}`)
  return exitCodeOf(report)
}

/** Runs the campaign and looks into its first failure; prints progress only. */
export async function campaignReport(
  options: ChaosOptions,
  mutant: string | null,
  provenance: Provenance,
  reportName?: string,
): Promise<{ readonly report: ChaosReport; readonly folder: string }> {
  const { from, jobs, twice = false, minutes } = options
  const topology = topologyOf(options)
  const seeds = options.seeds ?? (minutes === undefined ? SEEDS_DEFAULT : undefined)
  const interruption = new Interruption()
  const startedMs = performance.now()
  print(
    `Seeds from ${from}, ${described({ seeds, minutes, twice, jobs })}, ${mutant ?? 'the correct broker'}${seedOptions(options)}.`,
  )
  try {
    const totals = await runSeeds({ from, jobs, minutes, twice, seeds, topology }, mutant, interruption)
    const wallMs = performance.now() - startedMs
    const folder = `reports/chaos/${reportName ?? reportNameOf(totals, mutant, from)}`
    const told = await tellFirst(totals, { mutant, topology }, folder, interruption)
    const wasInterrupted = interruption.wasAsked
    const parts = {
      totals,
      mutant,
      topology,
      seedOptions: seedOptions(options),
      from,
      twice,
      wallMs,
      wasInterrupted,
      provenance,
      told,
    }
    return { report: chaosReport({ ...parts, simulator: realSimulator() }), folder }
  } finally {
    interruption.dispose()
  }
}

/** Prints what came out and what was tried. */
export function printReport(report: ChaosReport): void {
  for (const line of [...verdictLines(report), ...brokenLines(report)]) print(line)
  print(sizeLine(report))
  for (const line of tallyLines(report)) print(line)
  for (const line of differenceLines(report)) print(line)
  if (report.told !== undefined) for (const line of ['', ...storyLines(report.told), '']) print(line)
}

/** As the exit codes are defined; an interrupted campaign is that first of all. */
export function exitCodeOf(report: ChaosReport): ExitCode {
  if (report.wasInterrupted) return ExitCode.interrupted
  const kinds = report.broken.map(({ violation }) => violation.kind)
  return exitCodeFor(kinds, report.differences.length)
}

/** What a report is about, for people. */
export function titleOf({ mutant, seeds, from }: ChaosReport): string {
  return `${counted(seeds, 'seed')} from ${from} of ${mutant === null ? 'the correct broker' : `the mutant ${mutant}`}`
}

/** One line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

type Bounds = Pick<ChaosOptions, 'from' | 'jobs'> & {
  readonly minutes: number | undefined
  readonly twice: boolean
  readonly seeds: number | undefined
  readonly topology: Topology | undefined
}

async function runSeeds(bounds: Bounds, mutant: string | null, interruption: Interruption): Promise<CampaignTotals> {
  const { from, jobs, twice, seeds, minutes, topology } = bounds
  const nowMs = () => performance.now()
  const deadlineMs = minutes === undefined ? Number.POSITIVE_INFINITY : nowMs() + minutes * 60_000
  const pool = openWorkPool(seeds === undefined ? jobs : Math.min(jobs, seeds))
  const progress = startProgress({ seeds, stream: process.stderr, nowMs })
  try {
    return await runCampaign({
      ...{ from, seeds: seeds ?? Number.MAX_SAFE_INTEGER, mutant, topology, twice, pool, nowMs },
      shouldStop: () => interruption.wasAsked || nowMs() >= deadlineMs,
      onProgress: (state) => progress.update(state),
    })
  } finally {
    progress.stop()
    await pool.close()
  }
}

/** The first failure that has a run to shrink. */
async function tellFirst(
  totals: CampaignTotals,
  { mutant, topology }: { readonly mutant: string | null; readonly topology: Topology | undefined },
  folder: string,
  interruption: Interruption,
): Promise<ToldFailure | undefined> {
  const first = totals.failures.find(({ violations }) => violations[0]!.invariant !== CRASHED)
  if (first === undefined) return undefined
  const simulator = realSimulator()
  process.stderr.write(`Seed ${first.seed} broke something; its plan is shrunk.\n`)
  const investigation = await investigate(
    simulator.plan(first.seed, mutant, topology),
    first.violations[0]!,
    simulator,
    {
      shouldStop: () => interruption.wasAsked,
    },
  )
  return toldFailure(first.seed, investigation, folder)
}

function reportNameOf(totals: CampaignTotals, mutant: string | null, from: number): string {
  return `${mutant ?? 'correct'}-seeds-${from}-to-${from + Math.max(totals.seeds, 1) - 1}`
}

function described(bounds: Omit<Bounds, 'from' | 'topology'>): string {
  const { seeds, minutes, twice, jobs } = bounds
  const parts = [seeds === undefined ? 'as many as time allows' : counted(seeds, 'seed')]
  if (minutes !== undefined) parts.push(`at most ${minutes} min`)
  if (twice) parts.push('each twice')
  return [...parts, counted(jobs, 'job')].join(', ')
}
