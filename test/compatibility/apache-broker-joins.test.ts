/**
 * A broker of Apache Kafka joins a cluster whose controllers are ours: it registers, is unfenced, is in Metadata, serves a
 * topic that was placed on it, and is let go when it stops. Skipped where kcat is not installed, or SAMSA_APACHE_KAFKA names
 * no script that runs Apache's tools (`SCRIPT storage format ARGUMENTS`, `SCRIPT run CLASS ARGUMENTS`).
 */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { apacheKafka, ended, isInstalled, output } from './commands.ts'
import { freePort } from './free-port.ts'
import { inTests } from './real-broker.ts'
import { CLUSTER_ID, nodesInTests } from './samsa-nodes.ts'

const start = nodesInTests()
const { folder, afterwards } = inTests()
const ID = 10

describe.skipIf(apacheKafka === undefined || !isInstalled('kcat'))(
  'with Apache Kafka and kcat (set SAMSA_APACHE_KAFKA to the script that runs Apache’s)',
  () => {
    it('Apache’s broker registers, is unfenced, serves a topic, and is let go when it stops', async () => {
      const { addresses, voters } = await start()
      const port = await freePort()
      const properties = writeProperties(folder(), port, voters)
      await output(apacheKafka!, ['storage', 'format', '-c', properties, '-t', CLUSTER_ID])
      const env = { ...process.env, KAFKA_LOG: 'INFO' }
      const broker = spawn(apacheKafka!, ['run', 'kafka.Kafka', properties], { env, stdio: 'pipe' })
      afterwards(() => broker.kill('SIGKILL'))
      let said = ''
      for (const stream of [broker.stdout, broker.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString()
        })
      }
      const inMetadata = `broker ${ID} at 127.0.0.1:${port}`
      await whenListed(
        addresses[0]!,
        (listed) => listed.includes(inMetadata),
        () => said,
      )
      for (const address of addresses) expect(await output('kcat', ['-b', address, '-L'])).toContain(inMetadata)

      const create = ['--create', '--topic', 'orders', '--replica-assignment', String(ID)]
      await output(apacheKafka!, ['topics', '--bootstrap-server', addresses[1]!, ...create])
      await whenListed(
        addresses[0]!,
        (listed) => listed.includes(`partition 0, leader ${ID},`),
        () => said,
      )
      const sent = Array.from({ length: 100 }, (_, index) => `record ${index}`)
      await output('kcat', ['-b', addresses[0]!, '-P', '-t', 'orders'], { input: `${sent.join('\n')}\n` })
      const consumed = await output('kcat', ['-b', addresses[2]!, '-C', '-t', 'orders', '-e', '-q'])
      expect(consumed.trimEnd().split('\n')).toEqual(sent)

      await ended(broker, 'SIGTERM')
      expect(said).toContain('The controller has asked us to exit controlled shutdown')
      expect(said).not.toMatch(/ (ERROR|FATAL) /)
      await whenListed(
        addresses[0]!,
        (listed) => !listed.includes(inMetadata),
        () => said,
      )
      expect(await output('kcat', ['-b', addresses[0]!, '-L', '-t', 'orders'])).toContain('partition 0, leader -1')
    })
  },
)

function writeProperties(home: string, port: number, voters: string): string {
  const path = join(home, 'broker.properties')
  const lines = [
    ...['process.roles=broker', `node.id=${ID}`, `controller.quorum.voters=${voters}`],
    ...[`listeners=PLAINTEXT://127.0.0.1:${port}`, `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`],
    ...['controller.listener.names=CONTROLLER', `log.dirs=${join(home, 'data')}`],
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** Waits for what kcat lists to be as it should. @throws with what the broker said, after a minute. */
async function whenListed(address: string, isSo: (listed: string) => boolean, said: () => string): Promise<void> {
  const until = Date.now() + 60_000
  let listed = ''
  while (Date.now() < until) {
    listed = await output('kcat', ['-b', address, '-L'])
    if (isSo(listed)) return
    await pause(200)
  }
  throw new Error(`never so listed:\n${listed}\n${said()}`)
}
