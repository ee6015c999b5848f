/** The import rules as the pictures in docs/architecture.md, made from the rules themselves, so that they cannot part. */

import { pathToFileURL } from 'node:url'
import { pathOf } from './source-tree.ts'

/** Names of modules or rooms by layer, lowest layer first. */
export type Layers = readonly (readonly string[])[]

/** The layer tables that the import rules are made from. */
export async function layerTables(): Promise<{ readonly layers: Layers; readonly brokerLayers: Layers }> {
  return import(pathToFileURL(pathOf('.dependency-cruiser.mjs')).href)
}

/** Layers as a table in fenced text, highest first. */
export function layerPicture(layers: Layers): string {
  const rows = layers.map((names, height) => `${height}  ${names.join('   ')}`)
  return ['```text', ...rows.reverse(), '```'].join('\n')
}
