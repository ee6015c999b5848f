/** Text as HTML. */

/** Escapes what would be markup; safe in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A table of two columns: what, and how often. */
export function countTable(caption: string, rows: readonly (readonly [name: string, count: string])[]): string {
  const body = rows.map(
    ([name, count]) => `<tr><td>${escapeHtml(name)}</td><td class="n">${escapeHtml(count)}</td></tr>`,
  )
  return `<table><caption>${escapeHtml(caption)}</caption><tbody>${body.join('\n')}</tbody></table>`
}
