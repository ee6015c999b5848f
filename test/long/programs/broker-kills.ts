/**
 * `npm run test:kills -- [--kills N] [--client NAME]… [--partitions N] [--within MS]`: a broker is killed N times (100 if
 * not said) while clients produce to it (kafkajs, librdkafka, kcat, samsa; all that are here if not said). Prints how long
 * each start took; ends with 1 where an acknowledged record is lost, a record doubled, or a start took longer than MS
 * (1000 if not said) from the process to Metadata with every partition and to an acknowledged record. Some minutes.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import { killBroker } from '../../compatibility/broker-kills.ts'
import { INSTALL } from '../../compatibility/clients.ts'
import { type LoadName, loadNames, loadsHere } from '../../compatibility/kill-loads.ts'
import { count, endWhenInterrupted, median, print, program } from './program.ts'

interface Options {
  readonly kills: number
  readonly client?: readonly LoadName[]
  readonly partitions: number
  readonly within: number
}

const options = program('test:kills', 'Kills a broker again and again while clients produce to it.')
  .option('--kills <n>', 'how often', count, 100)
  .addOption(new Option('--client <name...>', 'which clients (default: all that are here)').choices(loadNames))
  .option('--partitions <n>', 'how many', count, 100)
  .option('--within <ms>', 'how long a start may take', count, 1000)
  .parse()
  .opts<Options>()
const { within: withinMs, client: clients = loadsHere } = options

endWhenInterrupted()
for (const name of loadNames) if (!loadsHere.includes(name)) print(`${name} is not here (${INSTALL}, or Debian's kcat)`)
const folder = mkdtempSync(join(tmpdir(), 'samsa-kills-'))
try {
  const { kills, partitions } = options
  const { starts, acknowledged, found, wrong } = await killBroker({ folder, clients, kills, partitions, tell: print })
  print(`${starts.length} kills, ${partitions} partitions, ${found} records found; acknowledged:`)
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
