// A terminal recording as a picture: reads text, writes SVG. The pictures of the documents were made with it, from real runs:
//   npx samsa chaos --mutant NAME 2>/dev/null | node docs/images/render-terminal.mjs 'npx samsa chaos …' > docs/images/NAME.svg

import { readFileSync } from 'node:fs'

const COLUMNS = 118
const CHARACTER = 7.25
const LINE = 17
const MARGIN = 16

const [command = ''] = process.argv.slice(2)
const text = readFileSync(0, 'utf8').trimEnd()
const lines = [`$ ${command}`, ...text.split('\n').flatMap(wrapped)]

/** Lines no longer than the terminal is wide; what is carried over is indented. */
function wrapped(line) {
  if (line.length <= COLUMNS) return [line]
  const at = line.lastIndexOf(' ', COLUMNS)
  const cut = at > 20 ? at : COLUMNS
  return [line.slice(0, cut), ...wrapped(`    ${line.slice(cut).trimStart()}`)]
}

function colour(line) {
  if (line.startsWith('$')) return '#7ee787'
  if (line.startsWith('A PROMISE IS BROKEN')) return '#ff7b72'
  if (/ s {2}fault: /.test(line)) return '#ffa657'
  if (line.startsWith('Replay it') || line.startsWith('Shrunk')) return '#79c0ff'
  return '#c9d1d9'
}

function escaped(line) {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const width = Math.round(COLUMNS * CHARACTER + 2 * MARGIN)
const height = lines.length * LINE + 2 * MARGIN
const rows = lines.map((line, index) => {
  const y = MARGIN + (index + 1) * LINE - 4
  return `  <text x="${MARGIN}" y="${y}" fill="${colour(line)}" xml:space="preserve">${escaped(line)}</text>`
})
process.stdout.write(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escaped(command)}</title>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    '  <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">',
    ...rows,
    '  </g>',
    '</svg>',
    '',
  ].join('\n'),
)
