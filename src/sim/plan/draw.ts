/** How the generators of plans draw. */

/** A uniform integer in `[0, below)`: a function of what it is for and of its ordinal. */
export type PlanDraw = (purpose: string, ordinal: number, below: number) => number

/** One of the values, each as likely as the others. */
export function oneOf<T>(draw: PlanDraw, purpose: string, values: readonly T[], ordinal = 0): T {
  return values[draw(purpose, ordinal, values.length)]!
}
