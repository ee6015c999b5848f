/**
 * Feature levels this program supports, those a new cluster starts with, and the names of releases that stand for them.
 * A level is here only once everything it promises is; metadata.version 25 is 4.0-IV3. KIP-584, KIP-778, KIP-1022.
 */

export const SUPPORTED_FEATURES: readonly { readonly name: string; readonly min: number; readonly max: number }[] = [
  { name: 'metadata.version', min: 25, max: 25 },
]

export const METADATA_VERSION = 'metadata.version'

/** Releases by the names that Kafka's tools take, with the level of metadata.version that each stands for. */
export const RELEASES: ReadonlyMap<string, number> = new Map([
  ['4.0', 25],
  ['4.0-IV3', 25],
])

/** What is wrong with finalizing that level on a node of this program; undefined where it is supported. 0 is off. */
export function unsupportedLevel(name: string, level: number): string | undefined {
  const { min, max } = SUPPORTED_FEATURES.find((feature) => feature.name === name) ?? { min: 0, max: 0 }
  if (level >= min && level <= max) return undefined
  const known = max === 0 ? 'which is not supported' : `and levels ${min} to ${max} are supported`
  return `${name} is set to level ${level}, ${known}`
}
