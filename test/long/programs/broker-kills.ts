/**
 * `npm run test:kills -- [--kills N] [--client NAME]… [--partitions N] [--within MS]`: a broker is killed N times (100 if
 * not said) while clients produce to it (kafkajs, librdkafka, kcat, samsa; all that are here if not said). Prints how long
 * each start took; ends with 1 where an acknowledged record is lost, a record doubled, or a start took longer than MS
 * (1000 if not said) from the process to Metadata with every partition and to an acknowledged record. Some minutes.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killBroker } from '../../compatibility/broker-kills.ts'
import { INSTALL } from '../../compatibility/clients.ts'
import { type LoadName, loadNames, loadsHere } from '../../compatibility/kill-loads.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    client: { type: 'string', multiple: true, default: [...loadsHere] },
    partitions: { type: 'string', default: '100' },
    within: { type: 'string', default: '1000' },
  },
})
const withinMs = Number(values.within)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130))
for (const name of loadNames) if (!loadsHere.includes(name)) print(`${name} is not here (${INSTALL}, or Debian's kcat)`)
const folder = mkdtempSync(join(tmpdir(), 'samsa-kills-'))
try {
  const clients = values.client as LoadName[]
  const options = { folder, clients, kills: Number(values.kills), partitions: Number(values.partitions) }
  const { starts, acknowledged, found, wrong } = await killBroker({ ...options, tell: print })
  print(`${starts.length} kills, ${values.partitions} partitions, ${found} records found; acknowledged:`)
  for (const [name, count] of acknowledged) print(`  ${name.padEnd(11)} ${count}`)
  const figures = {
    'Metadata with every partition': starts.map(({ metadataMs }) => metadataMs),
    'a record acknowledged': starts.map(({ producedMs }) => producedMs),
    'of processor time': starts.map(({ processorMs }) => processorMs),
  }
  for (const [what, ms] of Object.entries(figures))
    print(`  ${what}: median ${median(ms)} ms, longest ${Math.max(...ms)} ms`)
  const late = starts.filter(({ producedMs }) => producedMs > withinMs).length
  for (const line of wrong.slice(0, 50)) print(line)
  if (wrong.length > 50) print(`and ${wrong.length - 50} more of the kind`)
  if (late > 0) print(`${late} of ${starts.length} starts took more than ${withinMs} ms`)
  process.exitCode = wrong.length + late === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
