/** Apache Kafka 4.2 as a process: one node, at the metadata version that samsa serves. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ended, started } from '../compatibility/commands.ts'
import { freePort } from '../compatibility/free-port.ts'
import { CLUSTER_ID, type RunningBroker, SETTINGS } from './broker.ts'

/**
 * What only Apache Kafka has: commits without a pause, and housekeeping that begins before there is a topic. One that begins
 * later is seen by sequences; one that never begins removes no deleted logs, whose files stay open until there are no more
 * to be had: NOT_LEADER_OR_FOLLOWER is then the answer for every new partition.
 */
const OWN_SETTINGS = {
  'controller.quorum.append.linger.ms': '0',
  'log.initial.task.delay.ms': '1',
  'num.io.threads': '4',
  'num.network.threads': '2',
}

/** Starts it in `directory`, which must be empty. */
export async function startApache(script: string, directory: string): Promise<RunningBroker> {
  const port = await portWithPlaceAbove()
  const sets = Object.entries({ ...SETTINGS, ...OWN_SETTINGS }).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  format(script, directory, port)
  const broker = await started(
    script,
    ['broker', directory, '--keep', '--port', String(port), '--cluster-id', CLUSTER_ID, ...sets],
    /^ready/m,
  )
  const logDirectory = dataIn(directory)
  return { name: 'Apache Kafka', port, logDirectory, stop: () => ended(broker, 'SIGTERM') }
}

function dataIn(directory: string): string {
  return join(directory, 'broker-1', 'data')
}

/** The script formats for the newest release; whoever formats before has the choice. */
function format(script: string, directory: string, port: number): void {
  const data = dataIn(directory)
  mkdirSync(data, { recursive: true })
  const properties = join(directory, 'format.properties')
  const lines = [
    ...['process.roles=broker,controller', 'node.id=1', `controller.quorum.voters=1@127.0.0.1:${port + 1000}`],
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + 1000}`,
    ...['controller.listener.names=CONTROLLER', `log.dirs=${data}`],
  ]
  writeFileSync(properties, lines.map((line) => `${line}\n`).join(''))
  const args = ['storage', 'format', '-t', CLUSTER_ID, '-c', properties, '--release-version', '4.0-IV3']
  const { status, stdout, stderr } = spawnSync(script, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Apache Kafka did not format ${data}:\n${stdout}\n${stderr}`)
}

/** A free port below those where the system gives out its own, whose controller's port is free as well. */
async function portWithPlaceAbove(): Promise<number> {
  for (;;) {
    const port = 11_000 + ((await freePort()) % 15_000)
    if (port % 10_000 < 9_000) return port
  }
}
