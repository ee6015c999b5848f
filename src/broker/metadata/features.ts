/**
 * Feature levels this program supports, and those a new cluster starts with. A level is here only once everything it
 * promises is; metadata.version 25 is 4.0-IV3.
 */

export const SUPPORTED_FEATURES: readonly { readonly name: string; readonly min: number; readonly max: number }[] = [
  { name: 'metadata.version', min: 25, max: 25 },
]
