/**
 * Changing settings of topics, of a broker and of all brokers: each resource as a whole or not at all, one outcome per
 * resource, all in one batch.
 *
 * Incrementally (KIP-339) settings are set, deleted, and values added to or taken from lists; otherwise (AlterConfigs)
 * what is not named is deleted. Codes and messages are Kafka's (`ConfigurationControlManager`, `ConfigAdminManager`).
 * Left out: settings of loggers, client metrics and groups; policies.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { parseSetting } from '../config/setting.ts'
import { BROKER_RESOURCE } from '../metadata/config-table.ts'
import {
  problemOfAbsence,
  problemOfName,
  problemOfNames,
  problemOfType,
  problemOfValue,
  settingOf,
} from './config-validation.ts'
import type { Controller } from './controller.ts'
import { configRecord } from './records.ts'
import { notController, Refusal } from './refusal.ts'

/** A resource, by Kafka's number of its type; an empty name of a broker stands for all of them. */
export interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** What becomes of one setting. `operation`: 0 set, 1 delete, 2 append to a list, 3 subtract from one. */
export interface ConfigChange {
  readonly name: string
  readonly operation: number
  readonly value: string | null
}

export interface ConfigOutcome extends ConfigResource {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
}

interface Alteration extends ConfigResource {
  readonly changes: readonly ConfigChange[]
}

const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

/** Changes single settings; `done` gets one outcome per resource named once all is committed. */
export function incrementalAlterConfigs(
  controller: Controller,
  alterations: readonly Alteration[],
  validateOnly: boolean,
  done: (outcomes: readonly ConfigOutcome[]) => void,
): void {
  const plan = (alteration: Alteration) => recordsOf(controller, alteration)
  controller.perform(() => alter(controller, alterations, validateOnly, plan, done))
}

/** Puts the settings named in place of all there were. */
export function alterConfigs(
  controller: Controller,
  resources: readonly (ConfigResource & { readonly configs: readonly { name: string; value: string | null }[] })[],
  validateOnly: boolean,
  done: (outcomes: readonly ConfigOutcome[]) => void,
): void {
  const alterations = resources.map(({ resourceType, resourceName, configs }) => ({
    ...{ resourceType, resourceName },
    changes: configs.map(({ name, value }) => ({ name, value, operation: SET })),
  }))
  const whole = (alteration: Alteration) => recordsOf(controller, withDeletions(controller, alteration))
  controller.perform(() => alter(controller, alterations, validateOnly, whole, done))
}

function alter(
  controller: Controller,
  alterations: readonly Alteration[],
  validateOnly: boolean,
  plan: (alteration: Alteration) => readonly MetadataRecord[] | Refusal,
  done: (outcomes: readonly ConfigOutcome[]) => void,
): void {
  const byResource = new Map<string, Alteration[]>()
  for (const alteration of alterations) {
    const key = keyOf(alteration)
    byResource.set(key, [...(byResource.get(key) ?? []), alteration])
  }
  const records: MetadataRecord[] = []
  const outcomes = alterations.map((alteration): ConfigOutcome => {
    if (!controller.isActive) return outcomeOf(alteration, notController())
    const isOnce = byResource.get(keyOf(alteration))!.length === 1
    const planned = isOnce ? plan(alteration) : invalid('Each resource must appear at most once.')
    if (planned instanceof Refusal) return outcomeOf(alteration, planned)
    for (const record of planned) records.push(record)
    return outcomeOf(alteration, undefined)
  })
  if (!controller.isActive) return done(outcomes)
  controller.decide(validateOnly ? [] : records, (refusal) => {
    if (refusal === undefined) return done(outcomes)
    done(outcomes.map((outcome) => (outcome.errorCode === 0 ? outcomeOf(outcome, refusal) : outcome)))
  })
}

function keyOf({ resourceType, resourceName }: ConfigResource): string {
  return `${resourceType}/${resourceName}`
}

/** An alteration that deletes besides whatever is set and not named. */
function withDeletions({ state }: Controller, alteration: Alteration): Alteration {
  const named = new Set(alteration.changes.map(({ name }) => name))
  const others = [...state.configs(alteration.resourceType, alteration.resourceName).keys()]
  const deletions = others.filter((name) => !named.has(name)).map((name) => ({ name, operation: DELETE, value: null }))
  return { ...alteration, changes: [...alteration.changes, ...deletions] }
}

function recordsOf(controller: Controller, alteration: Alteration): readonly MetadataRecord[] | Refusal {
  const { resourceType, resourceName, changes } = alteration
  const current = controller.state.configs(resourceType, resourceName)
  const wanted = valuesOf(current, alteration)
  if (wanted instanceof Refusal) return wanted
  const problem = problemOfName(alteration)
  if (problem !== undefined) return problem
  const records: MetadataRecord[] = []
  for (const { name } of changes) {
    const now = current.get(name) ?? null
    const next = wanted.get(name)!
    const bad = problemOfValue(resourceType, name, next)
    if (bad !== undefined) return bad
    // A broker is told of a value again that did not change: it may have to load once more what it points to.
    if (next === now && (resourceType !== BROKER_RESOURCE || next === null)) continue
    records.push(configRecord(resourceType, resourceName, name, next))
  }
  return problemOfAbsence(controller.state, alteration) ?? records
}

/** What each setting named is to be; null where it is taken away. */
function valuesOf(
  current: ReadonlyMap<string, string>,
  alteration: Alteration,
): ReadonlyMap<string, string | null> | Refusal {
  const { resourceType, changes } = alteration
  const problem = problemOfType(alteration) ?? problemOfNames(changes)
  if (problem !== undefined) return problem
  const wanted = new Map<string, string | null>()
  for (const change of changes) {
    const value = changed(resourceType, current.get(change.name) ?? null, change)
    if (value instanceof Refusal) return value
    wanted.set(change.name, value)
  }
  return wanted
}

/** The value after a change; null where there is none any more. */
function changed(resourceType: number, now: string | null, change: ConfigChange): string | null | Refusal {
  const { name, operation, value } = change
  if (operation === DELETE) return null
  if (value === null) return invalid(`Null value not supported for :${name}`)
  if (operation === SET) return value
  const setting = settingOf(resourceType, name)
  if (setting?.type !== 'list') {
    const verb = operation === APPEND ? 'APPEND' : 'SUBTRACT'
    const why = `Can't ${verb} to key ${name} because its type is not LIST.`
    return new Refusal(errorCode.INVALID_CONFIG, why)
  }
  const parts = (now ?? String(setting.default)).split(',').filter((part) => part !== '')
  const asked = partsOf(value)
  if (operation === SUBTRACT) return parts.filter((part) => !asked.includes(part)).join(',')
  const joined = [...parts, ...asked.filter((part, index) => !parts.includes(part) && asked.indexOf(part) === index)]
  const parsed = parseSetting(setting, joined.join(','))
  return parsed.ok ? String(parsed.value) : joined.join(',')
}

/** Parts that are empty and last do not count, as in Kafka; but there is always one of a text without commas. */
function partsOf(value: string): readonly string[] {
  return /^,+$/.test(value) ? [] : value.replace(/,+$/, '').split(',')
}

function invalid(why: string): Refusal {
  return new Refusal(errorCode.INVALID_REQUEST, why)
}

function outcomeOf({ resourceType, resourceName }: ConfigResource, refusal: Refusal | undefined): ConfigOutcome {
  return {
    ...{ resourceType, resourceName },
    errorCode: refusal?.errorCode ?? errorCode.NONE,
    errorMessage: refusal?.errorMessage ?? null,
  }
}
