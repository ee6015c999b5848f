// Runs seeds `[from, from + count)` of the built simulator in `dist` and prints the hash of each run on a line of its own:
//   node print-hashes.mjs DIST FROM COUNT
// In JavaScript, so that any version of Node runs it as it is.
import { pathToFileURL } from 'node:url'

const [dist, from, count] = process.argv.slice(2)
const load = (file) => import(new URL(file, pathToFileURL(`${dist}/`)).href)
const { nodeHost } = await load('campaign/node-host.js')
const { generatePlan } = await load('sim/plan/generate.js')
const { simulate } = await load('sim/run/simulate.js')

const host = nodeHost()
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const { hash } = await simulate(generatePlan(seed), host)
  process.stdout.write(`${hash}\n`)
}
