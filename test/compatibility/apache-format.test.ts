/**
 * Formatted directories are Apache Kafka's: its tools read what this program formatted and its broker starts there, and
 * this program starts on what Apache's tool formatted, at the feature levels that both serve. Runs where
 * SAMSA_APACHE_KAFKA names a script that runs them: `SCRIPT broker DIR --port P --keep`, `SCRIPT storage|dump-log ARGUMENTS`.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatDirectory } from '../../src/broker/format.ts'
import { apacheKafka, ended, output, started } from './commands.ts'
import { freePort } from './free-port.ts'
import { inTests } from './real-broker.ts'

const { folder, world, start, afterwards } = inTests()

const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it('Apache’s tools read a directory that this program formatted, and take it for formatted', async () => {
      const data = folder()
      await formatted(data)
      const config = properties(data)
      const info = await output(apacheKafka!, ['storage', 'info', '-c', config])
      expect(info).toMatch(
        new RegExp(`Found metadata: \\{cluster\\.id=${CLUSTER}, directory\\.id=[\\w-]{22}, node\\.id=1`),
      )
      expect(info).not.toMatch(/problem/)
      const dumped = await output(apacheKafka!, [
        ...['dump-log', '--cluster-metadata-decoder', '--files', join(data, 'bootstrap.checkpoint')],
      ])
      expect(dumped).toContain('"name":"metadata.version","featureLevel":25')
      expect(dumped).not.toMatch(/isvalid: false|exception|error/i)
      const again = ['storage', 'format', '-t', CLUSTER, '-c', config]
      await expect(output(apacheKafka!, again)).rejects.toThrow(/already formatted/)
      expect(await output(apacheKafka!, [...again, '--ignore-formatted'])).toContain('already formatted')
    })

    it('Apache’s broker begins a cluster on a directory that this program formatted', async () => {
      const home = folder()
      const data = join(home, 'broker-1/data')
      mkdirSync(data, { recursive: true })
      await formatted(data)
      const port = await freePort()
      const script = await started(apacheKafka!, ['broker', home, '--port', String(port), '--keep'], /^ready /m)
      const broker = Number(readFileSync(join(home, 'broker-1/pid'), 'utf8'))
      afterwards(() => {
        if (script.exitCode === null && script.signalCode === null) process.kill(broker, 'SIGKILL')
      })
      const features = await output(apacheKafka!, ['features', '--bootstrap-server', `127.0.0.1:${port}`, 'describe'])
      expect(features).toMatch(/metadata\.version\s.*FinalizedVersionLevel: 4\.0-IV3/)
      expect(features).toMatch(/group\.version\s.*FinalizedVersionLevel: 0/)
      process.kill(broker, 'SIGTERM')
      await ended(script, 'SIGTERM')
    })

    it('this program begins a cluster on a directory that Apache’s tool formatted, and refuses levels of later releases', async () => {
      const data = folder()
      const format = ['storage', 'format', '-t', CLUSTER, '-c', properties(data), '--release-version', '4.0']
      await output(apacheKafka!, [...format, '--feature', 'group.version=0', '--feature', 'transaction.version=0'])
      const running = await start(data)
      expect(running.broker.clusterId).toBe(CLUSTER)
      await running.stop()
      const log = join(data, '__cluster_metadata-0/00000000000000000000.log')
      const dumped = await output(apacheKafka!, ['dump-log', '--cluster-metadata-decoder', '--files', log])
      expect(dumped).toContain('"name":"metadata.version","featureLevel":25')

      const later = folder()
      await output(apacheKafka!, ['storage', 'format', '-t', CLUSTER, '-c', properties(later)])
      await expect(start(later)).rejects.toThrow(
        /metadata\.version is set to level 29, and levels 25 to 25 are supported/,
      )
    })
  },
)

async function formatted(data: string): Promise<void> {
  const life = world(data)
  await formatDirectory(life, { nodeId: 1, clusterId: CLUSTER })
  life.close()
}

/** The file that tells Apache's tool of a node with a fixed set of voters, and where its data lies. */
function properties(data: string): string {
  const file = join(folder(), 'server.properties')
  const lines = [
    ...['process.roles=broker,controller', 'node.id=1', 'controller.listener.names=CONTROLLER', `log.dirs=${data}`],
    ...['listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093'],
    'controller.quorum.voters=1@127.0.0.1:19093',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
