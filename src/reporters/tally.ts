/**
 * What a campaign did, whether or not it found something: which faults struck how often, which events and recovery paths
 * were seen, and what never happened. A campaign that found nothing is only worth what it tried.
 */

import type { BrokenSeed, ChaosReport } from './chaos-report.ts'
import { counted, duration, grouped } from './figures.ts'
import { beyondThePromise, clusterEvents, clusterStrikes, eventWords, strikeWords } from './words.ts'

/** The verdict in one or a few sentences, one to a line. */
export function verdictLines(report: ChaosReport): readonly string[] {
  const broken = report.broken.filter(({ violation }) => violation.kind === 'safety').length
  const stuck = report.broken.filter(({ violation }) => violation.kind === 'liveness').length
  const simulator = report.broken.length - broken - stuck
  const lines: string[] = []
  if (report.wasInterrupted) lines.push('The campaign was interrupted; this is what it saw until then.')
  if (broken > 0) lines.push(`${counted(broken, 'seed')} broke a promise.`)
  if (stuck > 0) lines.push(`${counted(stuck, 'seed')} made no progress.`)
  if (simulator > 0) lines.push(`${counted(simulator, 'seed')} met a bug of the simulator itself.`)
  if (report.differences.length > 0) {
    lines.push(`${counted(report.differences.length, 'seed')} did not run the same way twice.`)
  }
  if (report.broken.length + report.differences.length === 0) {
    const twice = report.twice ? ', and every seed ran the same way twice' : ''
    lines.push(`No promise was broken${twice}.`)
  }
  return lines
}

/** Size, speed and hash of the campaign, one line. */
export function sizeLine(report: ChaosReport): string {
  const { seeds, events, virtualUs, wallMs, hash } = report
  const perSecond = wallMs > 0 ? grouped((events * 1_000) / wallMs) : '–'
  const virtual = duration(virtualUs / 1_000)
  return `${counted(seeds, 'seed')}, ${counted(events, 'event')}, ${virtual} of virtual time in ${duration(wallMs)} (${perSecond} events/s), hash ${hash}`
}

/** What struck how often and what never happened, a few lines for a terminal. */
export function tallyLines(report: ChaosReport): readonly string[] {
  const strikes = [...report.struck].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)
  const lines = strikes.map(([kind, count]) => `  ${grouped(count).padStart(9)}  ${kind}`)
  const never = neverHappened(report)
  return [
    'Faults that struck:',
    ...(lines.length > 0 ? lines : ['          none']),
    `Never happened: ${never.length > 0 ? never.join(', ') : 'nothing; everything known was seen'}.`,
  ]
}

/** Kinds of faults and of events that are known and were never seen, by name. */
export function neverHappened(report: Pick<ChaosReport, 'struck' | 'coverage'>): readonly string[] {
  // One node alone does nothing of what only the nodes of a cluster do.
  const isCluster = clusterStrikes.some((kind) => report.struck.has(kind))
  const impossible: readonly string[] = isCluster
    ? beyondThePromise
    : [...beyondThePromise, ...clusterStrikes, ...clusterEvents]
  const strikes = Object.keys(strikeWords).filter((kind) => !impossible.includes(kind) && !report.struck.get(kind))
  return [
    ...strikes,
    ...Object.keys(eventWords).filter((type) => !impossible.includes(type) && !report.coverage.get(type)),
  ]
}

/** One line for each promise that was broken: how often, by which seed first, and how to see that. */
export function brokenLines({
  broken,
  mutant,
  seedOptions = '',
}: Pick<ChaosReport, 'broken' | 'mutant' | 'seedOptions'>): readonly string[] {
  const first = new Map<string, BrokenSeed>()
  const counts = new Map<string, number>()
  for (const one of broken) {
    const promise = `${one.violation.kind}: ${one.violation.invariant}`
    if (!first.has(promise)) first.set(promise, one)
    counts.set(promise, (counts.get(promise) ?? 0) + 1)
  }
  const option = mutant === null ? '' : ` --mutant ${mutant}`
  return [...first].map(([promise, { seed, violation }]) => {
    const count = grouped(counts.get(promise) ?? 0).padStart(9)
    return `  ${count}  ${promise} (${violation.message}): npx samsa replay ${seed}${seedOptions}${option}`
  })
}

/** One line for each seed whose two runs differ: the first event that does, as each run had it. */
export function differenceLines(
  report: Pick<ChaosReport, 'differences' | 'mutant' | 'seedOptions'>,
): readonly string[] {
  const mutant = report.mutant === null ? '' : ` --mutant ${report.mutant}`
  return report.differences.map(({ seed, from, to, left, right }) => {
    const shown = (event: typeof left) =>
      event === undefined ? 'the run is over' : `${event.kind} of node ${event.node} at ${event.timeUs} us`
    const where =
      left === undefined && right === undefined
        ? `somewhere in events [${from}, ${to}); two further runs agreed there`
        : `first at event ${left?.index ?? right?.index}: ${shown(left)} / ${shown(right)}`
    return `Seed ${seed}: two runs differ, ${where}. Try it: npx samsa chaos --from ${seed} --seeds 1 --twice${report.seedOptions ?? ''}${mutant}`
  })
}
