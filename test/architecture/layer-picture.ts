/** The import rules as the picture in docs/architecture.md, made from the rules themselves, so that they cannot part. */

/** Layers, lowest first, as a table in fenced text, highest first. */
export function layerPicture(layers: readonly (readonly string[])[]): string {
  const rows = layers.map((names, height) => `${height}  ${names.join('   ')}`)
  return ['```text', ...rows.reverse(), '```'].join('\n')
}
