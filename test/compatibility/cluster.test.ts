/**
 * Three real nodes, and other people's programs: kcat, and Apache Kafka's tools. The first part is skipped where kcat is
 * not installed, the second where SAMSA_APACHE_KAFKA names no script that runs Apache's tools (`SCRIPT topics ARGUMENTS`,
 * `SCRIPT run CLASS ARGUMENTS`).
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apacheKafka, isInstalled, output } from './commands.ts'
import { metadataShell } from './metadata-shell.ts'
import { CLUSTER_ID, nodesInTests } from './samsa-nodes.ts'

const start = nodesInTests()
const METADATA = '__cluster_metadata-0'

describe.skipIf(!isInstalled('kcat'))('with kcat (skipped where it is not installed)', () => {
  it('what is produced by way of one node is consumed by way of another, and all nodes know all', async () => {
    const { addresses, stop } = await start({ 'num.partitions': '3' })
    const sent = Array.from({ length: 90 }, (_, index) => `key-${index}:record ${index}`)
    await output('kcat', ['-b', addresses[0]!, '-P', '-t', 'orders', '-K:'], { input: `${sent.join('\n')}\n` })
    const args = ['-C', '-t', 'orders', '-e', '-q', '-f', '%p %k:%s\n']
    for (const address of addresses) {
      const found = (await output('kcat', ['-b', address, ...args])).trimEnd().split('\n')
      expect(found.map((line) => line.slice(2)).sort()).toEqual([...sent].sort())
      expect(new Set(found.map((line) => line[0])).size).toBe(3)
      const listed = await output('kcat', ['-b', address, '-L', '-t', 'orders'])
      expect(listed).toContain('3 brokers:')
      expect(leadersOf(listed)).toEqual(['1', '2', '3'])
    }
    await stop(2)
    const listed = await output('kcat', ['-b', addresses[0]!, '-L', '-t', 'orders'])
    expect(listed).toContain('2 brokers:')
    expect(leadersOf(listed)).toEqual(['-1', '1', '3'])
  })
})

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka’s tools (set SAMSA_APACHE_KAFKA to the script that runs them)',
  () => {
    // Commands of a second or two: the first compiler is enough.
    const options = { env: { KAFKA_TIER: '1' } }
    const tool = (address: string, name: string, ...args: string[]): Promise<string> =>
      output(apacheKafka!, [name, '--bootstrap-server', address, ...args], options)

    it('the quorum, the cluster, its features and its APIs are described', async () => {
      const { addresses, voters } = await start()
      const [first, second, third] = addresses as [string, string, string]
      const status = await tool(first, 'metadata-quorum', 'describe', '--status')
      expect(status).toMatch(new RegExp(`^ClusterId: +${CLUSTER_ID}$`, 'm'))
      expect(status).toMatch(/^LeaderId: +[123]$/m)
      expect(status).toMatch(/^HighWatermark: +[1-9]\d*$/m)
      for (const voter of voters.split(',')) {
        const [id, address] = voter.split('@')
        expect(status).toMatch(new RegExp(`CurrentVoters:.*"id": ${id}, "endpoints": \\["CONTROLLER://${address}"\\]`))
      }
      const replication = await tool(second, 'metadata-quorum', 'describe', '--replication')
      expect(
        replication
          .match(/(Leader|Follower)\s*$/gm)
          ?.map((word) => word.trim())
          .sort(),
      ).toEqual([...['Follower', 'Follower', 'Leader']])

      const controller = voters.split(',')[1]!.slice('2@'.length)
      const asked = ['metadata-quorum', '--bootstrap-controller', controller, 'describe', '--status']
      expect(await output(apacheKafka!, asked, options)).toMatch(/^LeaderId: +[123]$/m)

      const clusterTool = (verb: string) =>
        output(apacheKafka!, ['run', 'org.apache.kafka.tools.ClusterTool', verb, '--bootstrap-server', third])
      expect(await clusterTool('cluster-id')).toBe(`Cluster ID: ${CLUSTER_ID}\n`)
      const endpoints = await clusterTool('list-endpoints')
      for (const [index, address] of addresses.entries()) {
        const [host, port] = address.split(':')
        expect(endpoints).toMatch(new RegExp(`^${index + 1} +${host} +${port} +null +unfenced +broker`, 'm'))
      }

      expect(await tool(first, 'features', 'describe')).toMatch(
        /^Feature: metadata\.version\tSupportedMinVersion: 4\.0-IV3\t.*\tFinalizedVersionLevel: 4\.0-IV3\tEpoch: \d+$/m,
      )
      const versions = await tool(second, 'broker-api-versions')
      expect(versions.match(/^127\.0\.0\.1:\d+ \(id: \d rack: null isFenced: false\) -> \($/gm)).toHaveLength(3)
      expect(versions).toContain('DescribeQuorum(55): 0 to 2 [usable: 2]')
      expect(versions).not.toContain('ERROR')
    })

    it('topics and settings are created, changed, described and deleted, by way of any node', async () => {
      const { addresses } = await start()
      const [first, second, third] = addresses as [string, string, string]
      const topics = (address: string, ...args: string[]) => tool(address, 'topics', ...args)
      const create = ['--create', '--topic', 'orders', '--partitions', '3', '--config', 'retention.ms=1234567']
      expect(await topics(first, ...create)).toContain('Created topic orders.')
      await topics(second, '--alter', '--topic', 'orders', '--partitions', '5')
      const described = await topics(third, '--describe', '--topic', 'orders')
      expect(described).toMatch(/PartitionCount: 5\tReplicationFactor: 1\tConfigs: retention\.ms=1234567$/m)
      const places = [...described.matchAll(/Partition: (\d)\tLeader: (\d)\tReplicas: (\d)\tIsr: (\d)/g)]
      expect(places.map(([, partition]) => partition)).toEqual(['0', '1', '2', '3', '4'])
      for (const [, , leader, replicas, isr] of places) expect([leader, isr]).toEqual([replicas, replicas])

      const configs = (address: string, ...args: string[]) => tool(address, 'configs', ...args)
      const ofTopic = ['--entity-type', 'topics', '--entity-name', 'orders']
      const ofBrokers = ['--entity-type', 'brokers', '--entity-default']
      await configs(first, '--alter', ...ofTopic, '--add-config', 'segment.bytes=2000000')
      await configs(first, '--alter', ...ofTopic, '--delete-config', 'retention.ms')
      await configs(second, '--alter', ...ofBrokers, '--add-config', 'log.retention.ms=7654321')
      const settings = await configs(third, '--describe', ...ofTopic)
      expect(settings).toMatch(/^ {2}segment\.bytes=2000000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:/m)
      expect(settings).not.toContain('retention.ms')
      expect(await configs(third, '--describe', ...ofBrokers)).toContain('log.retention.ms=7654321')

      await topics(third, '--create', '--topic', 'bills', '--replica-assignment', '2')
      await topics(second, '--delete', '--topic', 'orders')
      expect((await topics(first, '--list')).trim()).toBe('bills')
    })

    it('the metadata log and the snapshots of every node are decoded, and shown as a tree', async () => {
      const { addresses, stop, directoryOf } = await start({
        'metadata.log.max.record.bytes.between.snapshots': '1000',
        'metadata.log.max.snapshot.interval.ms': '100',
      })
      await tool(addresses[0]!, 'topics', '--create', '--topic', 'orders', '--partitions', '20')
      for (const id of [1, 2, 3]) await stop(id)
      for (const id of [1, 2, 3]) {
        const folder = join(directoryOf(id), METADATA)
        const log = await dump(join(folder, '00000000000000000000.log'))
        expect(log).toMatch(/LeaderChange/)
        expect(log.match(/"type":"PARTITION_RECORD"/g)).toHaveLength(20)
        expect(log.match(/"type":"REGISTER_BROKER_RECORD"/g)).toHaveLength(3)
        const snapshot = readdirSync(folder)
          .filter((name) => name.endsWith('.checkpoint'))
          .sort()
          .at(-1)!
        const held = await dump(join(folder, snapshot))
        expect(held.match(/"type":"PARTITION_RECORD"/g)).toHaveLength(20)
        expect(held).toContain('SnapshotHeader')
        expect(held).toContain('SnapshotFooter')
        if (id > 1) continue
        const path = join(folder, snapshot)
        expect(await metadataShell(path, ['ls', '/image/topics/byName'])).toContain('orders')
        expect(await metadataShell(path, ['ls', '/image/cluster/brokers'])).toMatch(/1[\s\S]*2[\s\S]*3/)
      }
    })
  },
)

/** Leaders of the partitions that kcat lists, in ascending order. */
function leadersOf(listed: string): string[] {
  return [...listed.matchAll(/partition \d+, leader (-?\d+)/g)].map(([, leader]) => leader!).sort()
}

async function dump(path: string): Promise<string> {
  const dumped = await output(apacheKafka!, ['dump-log', '--cluster-metadata-decoder', '--files', path])
  expect(dumped).not.toMatch(/isvalid: false|exception|could not/i)
  return dumped
}
