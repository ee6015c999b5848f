/** Numbers as people read them. */

import type { PlanSize } from '../sim/shrink/plan-size.ts'

/** An integer with thin groups of three: `1 234 567`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** A duration in the largest fitting unit: `640 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${grouped(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** A count with its noun: `1 fault`, `2 faults`. The plural is the noun and an s. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Virtual time as `12.345678 s`, to the microsecond. */
export function instant(us: number): string {
  return `${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')} s`
}

/** How far a plan shrank: `34 faults → 1, 50 operations → 2`. */
export function shrunkBy(before: PlanSize, after: PlanSize): string {
  const parts: string[] = []
  const add = (noun: string, from: number, to: number) => {
    if (from > 0) parts.push(`${counted(from, noun)} → ${grouped(to)}`)
  }
  add('fault', before.faults, after.faults)
  add('operation', before.operations, after.operations)
  add('step', before.steps, after.steps)
  add('setting', before.settings, after.settings)
  return parts.join(', ')
}
