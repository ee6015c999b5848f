/**
 * Reads a plan that somebody kept as JSON: checks its version and shape, so that a run starts with a clear error or with
 * a plan that means what it says.
 */

import { BrokerSettings } from '../../broker/config/broker-settings.ts'
import { SettingError } from '../../broker/config/setting.ts'
import { workloadNamed } from '../../workloads/table.ts'
import { mutantNamed } from '../mutants/table.ts'
import { PLAN_VERSION, type Plan } from './plan.ts'
import { NODE_ID_MAX } from './topology.ts'

export type ParsedPlan = { readonly plan: Plan } | { readonly problem: string }

/** The plan in a JSON value, or what is wrong with it and what to do. */
export function parsePlan(json: unknown): ParsedPlan {
  if (!isObject(json)) return { problem: 'a plan is a JSON object' }
  if (json['version'] !== PLAN_VERSION) {
    return {
      problem: `the plan has version ${JSON.stringify(json['version'])}, and ${PLAN_VERSION} is known; make it anew from its story`,
    }
  }
  const problem = shapeProblem(json) ?? nodesProblem(json) ?? faultsProblem(json)
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
  const { producers } = json
  const isWithin = (value: unknown, min: number) =>
    value === undefined || (Number.isInteger(value) && (value as number) >= min && (value as number) < 2 ** 31)
  if (producers !== undefined && !isObject(producers)) return '`producers` is an object'
  if (!isWithin(producers?.['firstSequence'], 0)) {
    return '`producers` names the first sequence number, from 0 to 2147483647'
  }
  if (!isWithin(producers?.['deliveryTimeoutMs'], 1)) {
    return '`producers` names the delivery timeout, from 1 to 2147483647 ms'
  }
  const ids = (json['operations'] as { id: unknown }[]).map(({ id }) => id)
  if (!ids.every(Number.isSafeInteger) || new Set(ids).size !== ids.length) return 'operations have ids of their own'
  return undefined
}

function nodesProblem({ nodes, leftBroken = [] }: Readonly<Record<string, unknown>>): string | undefined {
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(isObject)) return '`nodes` has at least one object'
  const ids = nodes.map(({ id }) => id as number)
  const isId = (id: number) => Number.isSafeInteger(id) && id >= 1 && id <= NODE_ID_MAX
  if (!ids.every(isId) || new Set(ids).size !== ids.length) {
    return `nodes have ids of their own, integers from 1 to ${NODE_ID_MAX}`
  }
  const rolesOf = nodes.map(({ roles }) => (Array.isArray(roles) ? (roles as unknown[]) : []))
  if (
    !rolesOf.every((roles) => roles.length > 0 && roles.every((role) => role === 'controller' || role === 'broker'))
  ) {
    return "a node's roles are controller, broker or both"
  }
  if (!rolesOf.some((roles) => roles.includes('controller'))) return '`nodes` has at least one controller'
  const ways: readonly unknown[] = ['down', 'deaf', 'mute', 'cut-off']
  const isLeft = (left: unknown) => isObject(left) && ids.includes(left['node'] as number) && ways.includes(left['how'])
  const isRight = Array.isArray(leftBroken) && leftBroken.every(isLeft)
  return isRight ? undefined : '`leftBroken` names nodes of the plan and how they stay'
}

function faultsProblem(json: Readonly<Record<string, unknown>>): string | undefined {
  const faults = json['faults'] as readonly Readonly<Record<string, unknown>>[]
  const ids = (json['nodes'] as { id: number }[]).map(({ id }) => id)
  for (const { id, node, strike, trigger } of faults) {
    if (!isObject(strike) || typeof strike['kind'] !== 'string' || !isObject(trigger)) {
      return 'each fault has a trigger and a strike with a kind'
    }
    const sets = [strike['nodes'], strike['a'], strike['b']].flatMap((set) =>
      Array.isArray(set) ? (set as unknown[]) : [],
    )
    const named = [node, trigger['node'], ...sets].filter(
      (one) => one !== undefined && one !== 'leader' && one !== 'same',
    )
    const stranger = named.find((one) => !ids.includes(one as number))
    if (stranger !== undefined) return `fault ${id} names node ${stranger}, which is not in the plan`
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
