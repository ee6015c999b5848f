// Prints the commands of the README that end by themselves within minutes, one a line, as they are written there: not `bench`,
// whose usual settings take longer than all the rest, and not `mutants`, which the tests have hunted one by one.

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
  if (/^npm start$|^npx samsa (chaos|replay)\b/.test(command)) process.stdout.write(`${command}\n`)
}
