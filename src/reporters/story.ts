/**
 * A failure as a story of at most twelve lines: the promise that was broken, what led to it in the order of causes, how
 * far the plan shrank, that it was reproduced, and the one command that replays it.
 *
 * The sentences are entries of the shrunk run's timeline. Where there are more than fit, those are kept that bear on the
 * failure: every strike, what concerns the partition, how broker and log came back, and the last before the end.
 */

import type { TimelineEntry, Violation } from '../sim/run/verdict.ts'
import type { ToldFailure } from './chaos-report.ts'
import { counted, instant, shrunkBy } from './figures.ts'

/** No story is longer. */
export const STORY_LINES_MAX = 12
/** Of which this many tell what happened. */
const SENTENCES_MAX = 7

/** The story, line by line, without colour. */
export function storyLines(told: ToldFailure): readonly string[] {
  const { violation, plan, reproduced, hash, command } = told
  const who = plan.mutant === null ? 'the correct broker' : `the mutant ${plan.mutant}`
  const sentences = chooseEntries(told.timeline, violation).map(({ atUs, who: actor, what }) => {
    return `  ${instant(atUs)}  ${actor}: ${what}`
  })
  const again =
    reproduced === 2
      ? `reproduced twice with hash ${hash}.`
      : `NOT reproduced: ${reproduced} of 2 further runs did the same.`
  const bound = told.isMinimal ? 'nothing more can be left out' : 'the search was cut short'
  return [
    `${headline(violation)}: ${violation.invariant}`,
    `  ${violation.message}`,
    `Seed ${told.seed} of ${who}, as it happened in the smallest plan:`,
    ...sentences,
    `Shrunk ${shrunkBy(told.before, told.after)} (${counted(told.runs, 'run')}, ${bound}); ${again}`,
    `Replay it: ${command}`,
  ]
}

function headline({ kind }: Violation): string {
  if (kind === 'liveness') return 'NO PROGRESS'
  return kind === 'simulator' ? 'A BUG OF THE SIMULATOR' : 'A PROMISE IS BROKEN'
}

/** At most seven entries, in their order; runs of like entries count as one. */
function chooseEntries(timeline: readonly TimelineEntry[], violation: Violation): readonly TimelineEntry[] {
  const entries = joinRepeats(timeline.filter(({ who, event }) => who !== 'verdict' && event <= violation.event))
  if (entries.length <= SENTENCES_MAX) return entries
  const ranked = entries
    .map((entry, index) => ({ index, weight: weigh(entry, index, entries.length, violation) }))
    .sort((a, b) => b.weight - a.weight || b.index - a.index)
  const kept = new Set(ranked.slice(0, SENTENCES_MAX).map(({ index }) => index))
  return entries.filter((_, index) => kept.has(index))
}

/** How much an entry has to do with the failure; higher is kept first. */
function weigh(entry: TimelineEntry, index: number, count: number, violation: Violation): number {
  const { partition, offset } = violation
  let weight = 0
  // The healing after the last strike is told in the voice of a fault, and is none.
  if (entry.who === 'fault' && !/healed/.test(entry.what)) weight += 100
  if (index === count - 1) weight += 15
  if (partition !== undefined && entry.what.includes(partition)) weight += 20
  if (offset !== undefined && new RegExp(`\\b${offset}\\b`).test(entry.what)) weight += 20
  if (/^(broker|node-\d)$/.test(entry.who)) weight += 5
  if (/acknowledg|recover|truncat|start|clean|lost|gone/i.test(entry.what)) weight += 10
  return weight
}

/** `a, a, a` becomes `a (3 times)`, at the time of the first. */
function joinRepeats(entries: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const joined: { first: TimelineEntry; count: number }[] = []
  for (const entry of entries) {
    const last = joined.at(-1)
    if (last !== undefined && last.first.who === entry.who && last.first.what === entry.what) last.count++
    else joined.push({ first: entry, count: 1 })
  }
  return joined.map(({ first, count }) => (count === 1 ? first : { ...first, what: `${first.what} (${count} times)` }))
}
