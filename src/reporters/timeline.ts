/** The timeline of a run as aligned lines of text. */

import type { TimelineEntry } from '../sim/run/verdict.ts'
import { instant } from './figures.ts'

/** One line per entry: virtual time, event, who, what. */
export function timelineLines(timeline: readonly TimelineEntry[]): readonly string[] {
  const times = timeline.map(({ atUs }) => instant(atUs))
  const timeWidth = widest(times)
  const eventWidth = widest(timeline.map(({ event }) => String(event)))
  const whoWidth = widest(timeline.map(({ who }) => who))
  return timeline.map(({ event, who, what }, index) => {
    const time = times[index]!.padStart(timeWidth)
    return `${time}  #${String(event).padEnd(eventWidth)}  ${who.padEnd(whoWidth)}  ${what}`
  })
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0)
}
