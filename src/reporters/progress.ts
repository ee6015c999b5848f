/**
 * How far a campaign is: a bar with a tally where a person watches, a plain line now and then elsewhere.
 */

/// <reference path="./cli-progress.d.ts" />

import { SingleBar } from 'cli-progress'
import { counted, duration, grouped } from './figures.ts'

interface ProgressState {
  readonly seeds: number
  readonly events: number
  readonly failures: number
  readonly differences: number
}

export interface Progress {
  update(state: ProgressState): void
  /** Takes the bar away, or ends the lines. Nothing is written afterwards. */
  stop(): void
}

export interface ProgressOptions {
  /** How many seeds there will be; undefined where time decides. */
  readonly seeds: number | undefined
  readonly stream: NodeJS.WriteStream
  /** Real time in milliseconds from any origin. */
  readonly nowMs: () => number
}

/** A bar on a terminal, lines elsewhere. */
export function startProgress(options: ProgressOptions): Progress {
  const isWatched = options.stream.isTTY && options.seeds !== undefined
  return isWatched ? startBar(options) : startLines(options)
}

function startBar({ seeds, stream, nowMs }: ProgressOptions): Progress {
  const startedMs = nowMs()
  const bar = new SingleBar({
    format: '{bar} {value}/{total} seeds  {tally}',
    ...{ stream, barsize: 30, hideCursor: true, clearOnComplete: true, stopOnComplete: false, fps: 8 },
  })
  bar.start(seeds ?? 0, 0, { tally: '' })
  return {
    update: (state) => bar.update(state.seeds, { tally: tally(state, nowMs() - startedMs) }),
    stop: () => bar.stop(),
  }
}

const LINE_EVERY_MS = 5_000

function startLines({ seeds, stream, nowMs }: ProgressOptions): Progress {
  const startedMs = nowMs()
  let latest: ProgressState = { seeds: 0, events: 0, failures: 0, differences: 0 }
  const timer = setInterval(() => {
    const elapsedMs = nowMs() - startedMs
    const of = seeds === undefined ? '' : ` of ${grouped(seeds)}`
    stream.write(`${duration(elapsedMs)}: ${grouped(latest.seeds)}${of} seeds, ${tally(latest, elapsedMs)}\n`)
  }, LINE_EVERY_MS)
  // The lines alone are no reason for a process to stay alive.
  timer.unref()
  return {
    update: (state) => {
      latest = state
    },
    stop: () => clearInterval(timer),
  }
}

function tally({ seeds, events, failures, differences }: ProgressState, elapsedMs: number): string {
  const perSecond = (count: number) => grouped(elapsedMs > 0 ? (count * 1_000) / elapsedMs : 0)
  const differing = differences > 0 ? `, ${counted(differences, 'difference')}` : ''
  return `${perSecond(seeds)} seeds/s, ${perSecond(events)} events/s, ${grouped(failures)} broken${differing}`
}
