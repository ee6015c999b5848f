/**
 * Reads a plan that somebody kept as JSON: checks its version and shape, so that a run starts with a clear error or with
 * a plan that means what it says.
 */

import { BrokerSettings, SettingError } from '../../broker/config/broker-settings.ts'
import { workloadNamed } from '../../workloads/table.ts'
import { mutantNamed } from '../mutants/table.ts'
import { PLAN_VERSION, type Plan } from './plan.ts'

export type ParsedPlan = { readonly plan: Plan } | { readonly problem: string }

/** The plan in a JSON value, or what is wrong with it and what to do. */
export function parsePlan(json: unknown): ParsedPlan {
  if (!isObject(json)) return { problem: 'a plan is a JSON object' }
  if (json['version'] !== PLAN_VERSION) {
    return {
      problem: `the plan has version ${JSON.stringify(json['version'])}, and ${PLAN_VERSION} is known; make it anew from its story`,
    }
  }
  const problem = shapeProblem(json)
  if (problem !== undefined) return { problem }
  const plan = json as unknown as Plan
  if (plan.mutant !== null && mutantNamed(plan.mutant) === undefined)
    return { problem: `no mutant is named ${plan.mutant}` }
  if (workloadNamed(plan.workload) === undefined) return { problem: `no workload is named ${plan.workload}` }
  try {
    new BrokerSettings(plan.settings)
  } catch (error) {
    if (error instanceof SettingError) return { problem: error.message }
    throw error
  }
  return { plan }
}

function shapeProblem(json: Readonly<Record<string, unknown>>): string | undefined {
  const { seed, profile, mutant, workload } = json
  if (!Number.isSafeInteger(seed) || (seed as number) < 0) return '`seed` is an integer from 0 on'
  if (profile !== 'default' && profile !== 'beyond-the-promise') return '`profile` is "default" or "beyond-the-promise"'
  if (mutant !== null && typeof mutant !== 'string') return '`mutant` is a name or null'
  if (typeof workload !== 'string') return '`workload` is a name'
  for (const name of ['settings', 'network', 'disk', 'clock'])
    if (!isObject(json[name])) return `\`${name}\` is an object`
  for (const name of ['topics', 'operations', 'faults']) {
    const items = json[name]
    if (!Array.isArray(items) || !items.every(isObject)) return `\`${name}\` is an array of objects`
  }
  const ids = (json['operations'] as { id: unknown }[]).map(({ id }) => id)
  if (!ids.every(Number.isSafeInteger) || new Set(ids).size !== ids.length) return 'operations have ids of their own'
  const strikes = (json['faults'] as { strike: unknown; trigger: unknown }[]).every(
    ({ strike, trigger }) => isObject(strike) && typeof strike['kind'] === 'string' && isObject(trigger),
  )
  return strikes ? undefined : 'each fault has a trigger and a strike with a kind'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
