/** How far a benchmark is: a bar where a person watches, a plain line now and then elsewhere. */

/// <reference path="./cli-progress.d.ts" />

import { SingleBar } from 'cli-progress'
import { duration } from './figures.ts'

/** What shows it. */
export interface BenchProgress {
  readonly update: (done: number, total: number, label: string) => void
  /** Takes the bar away. Nothing is written afterwards. */
  readonly stop: () => void
}

/** Where it is shown. `nowMs` is real time from any origin. */
export interface BenchProgressOptions {
  readonly stream: NodeJS.WriteStream
  readonly nowMs: () => number
}

const LINE_EVERY_MS = 5_000

/** A bar on a terminal, lines elsewhere. */
export function startBenchProgress(options: BenchProgressOptions): BenchProgress {
  return options.stream.isTTY ? startBar(options) : startLines(options)
}

function startBar({ stream }: BenchProgressOptions): BenchProgress {
  const bar = new SingleBar({
    format: '{bar} {value}/{total} runs  {label}',
    ...{ stream, barsize: 30, hideCursor: true, clearOnComplete: true, stopOnComplete: false, fps: 8 },
  })
  bar.start(1, 0, { label: 'starting' })
  return {
    update: (done, total, label) => {
      bar.setTotal(total)
      bar.update(done, { label })
    },
    stop: () => bar.stop(),
  }
}

function startLines({ stream, nowMs }: BenchProgressOptions): BenchProgress {
  const startedMs = nowMs()
  // The first line comes at once.
  let lastMs = startedMs - LINE_EVERY_MS
  return {
    update: (done, total, label) => {
      if (nowMs() - lastMs < LINE_EVERY_MS) return
      lastMs = nowMs()
      stream.write(`${duration(lastMs - startedMs)}: ${done} of ${total} runs, ${label}\n`)
    },
    stop: () => undefined,
  }
}
