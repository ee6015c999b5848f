/**
 * Raising and lowering finalized feature levels: all updates of a request or none. A level must lie in the range of
 * this program, of every registered broker and of every registered controller. KIP-584, KIP-1022.
 *
 * Since this program serves one level of metadata.version and no other feature, nothing but that level is granted; and
 * level 0 of kraft.version, which the quorum has, of which no record is kept.
 */

import { errorCode } from '../../protocol/errors.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { SUPPORTED_FEATURES } from '../metadata/features.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Controller } from './controller.ts'
import { type Decided, notController, Refusal } from './refusal.ts'
import type { FeatureRange } from './registrations.ts'

export interface FeatureUpdate {
  readonly feature: string
  readonly maxVersionLevel: number
  /** 1 upgrade, 2 safe downgrade, 3 unsafe downgrade. */
  readonly upgradeType: number
}

const UPGRADE = 1
const UNSAFE_DOWNGRADE = 3
/** What the voters know of one another is static at level 0. KIP-853. */
const KRAFT_VERSION = 'kraft.version'

/** Finalizes the levels asked for, once that is committed; a refusal tells of the first that cannot be. */
export function updateFeatures(
  controller: Controller,
  updates: readonly FeatureUpdate[],
  validateOnly: boolean,
  done: Decided,
): void {
  controller.perform(() => updateNow(controller, updates, validateOnly, done))
}

function updateNow(
  controller: Controller,
  updates: readonly FeatureUpdate[],
  validateOnly: boolean,
  done: Decided,
): void {
  if (!controller.isActive) return done(notController())
  const records: MetadataRecord[] = []
  // Of a feature that is named twice what is said last counts, as in Kafka.
  for (const update of new Map(updates.map((each) => [each.feature, each])).values()) {
    const problem = updateProblem(controller.state, update)
    if (problem === undefined && update.feature === KRAFT_VERSION) continue
    if (problem !== undefined) {
      const { feature, maxVersionLevel } = update
      const begin = 'The update failed for all features since the following feature had an error:'
      const why = `${begin} Invalid update version ${maxVersionLevel} for feature ${feature}. ${problem}`
      return done(new Refusal(errorCode.INVALID_UPDATE_VERSION, why))
    }
    records.push({
      ...{ type: 'FeatureLevelRecord', version: 0, name: update.feature, featureLevel: update.maxVersionLevel },
    })
  }
  controller.decide(validateOnly ? [] : records, done)
}

function updateProblem(state: ClusterState, update: FeatureUpdate): string | undefined {
  const { feature, maxVersionLevel: level, upgradeType } = update
  if (upgradeType < UPGRADE || upgradeType > UNSAFE_DOWNGRADE) {
    return 'The controller does not support the given upgrade type.'
  }
  if (feature === KRAFT_VERSION && level === 0) return undefined
  if (level < 0) return 'A feature version cannot be less than 0.'
  const own = SUPPORTED_FEATURES.find(({ name }) => name === feature)
  if (own === undefined) return 'This controller does not support this feature.'
  const unsupported =
    supportProblem(level, 'This controller', own) ??
    firstProblem(level, feature, registeredBrokers(state)) ??
    firstProblem(level, feature, registeredControllers(state))
  if (unsupported !== undefined) return unsupported
  const now = state.featureLevel(feature)
  if (level < now && upgradeType === UPGRADE) {
    return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
  }
  return level > now && upgradeType !== UPGRADE ? "Can't downgrade to a newer version." : undefined
}

type Supporter = readonly [who: string, features: readonly FeatureRange[]]

function registeredBrokers(state: ClusterState): readonly Supporter[] {
  return [...state.brokers()].map(({ brokerId, features }) => [`Broker ${brokerId}`, features])
}

function registeredControllers(state: ClusterState): readonly Supporter[] {
  return [...state.controllers()].map(({ controllerId, features }) => [`Controller ${controllerId}`, features])
}

function firstProblem(level: number, feature: string, supporters: readonly Supporter[]): string | undefined {
  for (const [who, features] of supporters) {
    const range = features.find(({ name }) => name === feature)
    const [min, max] = [range?.minSupportedVersion ?? 0, range?.maxSupportedVersion ?? 0]
    const problem = supportProblem(level, who, { min, max })
    if (problem !== undefined) return problem
  }
  return undefined
}

function supportProblem(
  level: number,
  who: string,
  { min, max }: { readonly min: number; readonly max: number },
): string | undefined {
  if (level >= min && level <= max) return undefined
  if (max === 0) return `${who} does not support this feature.`
  return `${who} only supports versions ${min === max ? min : `${min}-${max}`}`
}
