// Prints the commands of the README that end by themselves within minutes, one a line, as they are written there: not `bench`,
// whose usual settings take longer than all the rest, and which the tests have tried.

import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const lines = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block.split('\n'))
const commands = lines.flatMap((line) =>
  line
    .replace(/\s+#.*$/, '')
    .trim()
    .split(' && '),
)
for (const command of commands) {
  if (/^npm start$|^npx samsa (chaos|replay|mutants)\b/.test(command)) process.stdout.write(`${command}\n`)
}
