/**
 * Snapshots of the metadata log are Apache Kafka's: its tools read what this program wrote, and this program reads what
 * Apache's broker and its formatting tool wrote: an image folded from Apache's log equals the one Apache made a snapshot
 * of. Runs where SAMSA_APACHE_KAFKA names a script that runs them: `SCRIPT broker DIR --port P --set KEY=VALUE`,
 * `SCRIPT dump-log|storage|topics|configs ARGUMENTS`.
 */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MetadataImage } from '../../src/broker/metadata/image.ts'
import { loadSnapshot } from '../../src/broker/metadata/load-snapshot.ts'
import {
  BOOTSTRAP_FILE,
  readBootstrap,
  writeBootstrap,
} from '../../src/broker/quorum/snapshots/bootstrap-checkpoint.ts'
import { snapshotRules } from '../../src/broker/quorum/snapshots/rules.ts'
import { listSnapshots } from '../../src/broker/quorum/snapshots/snapshot-files.ts'
import { snapshotFileName } from '../../src/broker/quorum/snapshots/snapshot-id.ts'
import { readSnapshot } from '../../src/broker/quorum/snapshots/snapshot-reader.ts'
import { writeSnapshot } from '../../src/broker/quorum/snapshots/snapshot-writer.ts'
import { decodeMetadataRecord, type MetadataRecord } from '../../src/protocol/metadata-records/table.ts'
import type { QuorumControlRecord } from '../../src/protocol/quorum-control-records.ts'
import {
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  batchLeaderEpoch,
  isControlBatch,
} from '../../src/protocol/record-batch.ts'
import { decodeRecords } from '../../src/protocol/records.ts'
import type { World } from '../../src/world/world.ts'
import {
  configRecords,
  decoded,
  directoryOf,
  partitionRecord,
  topicIdOf,
  topicRecord,
} from '../unit/broker/metadata/records.ts'
import { apacheKafka, ended, output, started } from './commands.ts'
import { freePort } from './free-port.ts'
import { metadataShell } from './metadata-shell.ts'
import { inTests } from './real-broker.ts'

const { folder, world, afterwards } = inTests()

const METADATA = '__cluster_metadata-0'
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it('Apache’s tool decodes every record of a snapshot that this program wrote', async () => {
      const path = folder()
      const records = everyKind()
      const image = imageOf(records)
      const id = { endOffset: image.endOffset, epoch: 3 }
      mkdirSync(join(path, METADATA))
      const place = { world: world(path), rules: snapshotRules, directory: METADATA, name: snapshotFileName(id) }
      const content = { epoch: 3, lastContainedTimestamp: 1_700_000_000_000, records: image.freeze().records() }
      expect(await settled((done) => writeSnapshot(place, content, done))).toBeUndefined()

      const dumped = await dump(join(path, METADATA, place.name))
      expect(dumped).toContain('"lastContainedLogTimestamp":1700000000000')
      expect(dumped).toMatch(/SnapshotFooter/)
      const types = [...new Set(records.map(({ type }) => type))]
      for (const type of types) expect(dumped).toContain(`"type":"${constantOf(type)}"`)
      expect(dumped.match(/^\| offset: /gm)?.length).toBe(records.length + 2)
      expect(dumped).not.toMatch(/isvalid: false|exception|error/i)
      const shown = await metadataShell(join(path, METADATA, place.name), ['cat', '/image/topics/byName/orders/0'])
      expect(shown).toContain('replicas=[1, 2]')
    })

    it('Apache’s tool decodes a bootstrap checkpoint that this program wrote', async () => {
      const path = folder()
      const records = [decoded({ type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 25 })]
      await settled((done) => writeBootstrap(world(path), snapshotRules, records, done))
      const dumped = await dump(join(path, BOOTSTRAP_FILE))
      expect(dumped).toContain('"name":"metadata.version","featureLevel":25')
      expect(dumped).not.toMatch(/isvalid: false|exception|error/i)
    })

    it('this program reads what Apache’s tool wrote when it formatted a directory', async () => {
      const home = folder()
      const data = join(home, 'data')
      const properties = join(home, 'controller.properties')
      const lines = [
        ...['process.roles=controller', 'node.id=1', 'controller.listener.names=CONTROLLER'],
        ...['listeners=CONTROLLER://127.0.0.1:19093', `log.dirs=${data}`],
        'controller.quorum.bootstrap.servers=127.0.0.1:19093',
      ]
      writeFileSync(properties, `${lines.join('\n')}\n`)
      const release = ['--release-version', '4.0', '--standalone']
      await output(apacheKafka!, ['storage', 'format', '-t', CLUSTER, '-c', properties, ...release])
      const records = await settled<readonly MetadataRecord[] | undefined>((done) =>
        readBootstrap(world(data), (_error, found) => done(found)),
      )
      expect(records).toContainEqual(
        expect.objectContaining({ type: 'FeatureLevelRecord', name: 'metadata.version', featureLevel: 25 }),
      )
      const controls: QuorumControlRecord[] = []
      const path = `${METADATA}/${snapshotFileName({ endOffset: 0, epoch: 0 })}`
      const visitor = { records: () => undefined, control: (record: QuorumControlRecord) => void controls.push(record) }
      expect(await settled((done) => readSnapshot(world(data), path, visitor, done))).toBeUndefined()
      expect(controls.map(({ type }) => type)).toEqual([
        ...['SNAPSHOT_HEADER', 'KRAFT_VERSION', 'KRAFT_VOTERS', 'SNAPSHOT_FOOTER'],
      ])
    })

    it('an image folded from the log of Apache’s broker equals the one that Apache’s snapshot holds', async () => {
      const home = folder()
      const port = await freePort()
      const sets = ['metadata.log.max.record.bytes.between.snapshots=1500', 'auto.create.topics.enable=false']
      const args = ['broker', home, '--port', String(port), ...sets.flatMap((set) => ['--set', set])]
      const script = await started(apacheKafka!, args, /^ready /m)
      const broker = Number(readFileSync(join(home, 'broker-1/pid'), 'utf8'))
      afterwards(() => {
        if (script.exitCode === null && script.signalCode === null) process.kill(broker, 'SIGKILL')
      })
      const bootstrap = ['--bootstrap-server', `127.0.0.1:${port}`]
      const topic = (verb: string, name: string, ...more: string[]) =>
        output(apacheKafka!, ['topics', ...bootstrap, verb, '--topic', name, ...more])
      await topic('--create', 'orders', '--partitions', '40', '--config', 'retention.ms=1234567')
      await topic('--create', 'bills', '--partitions', '3')
      await topic('--delete', 'bills')
      await topic('--alter', 'orders', '--partitions', '45')
      const altered = ['--alter', '--entity-type', 'brokers', '--entity-default', '--add-config', 'log.retention.ms=9']
      await output(apacheKafka!, ['configs', ...bootstrap, ...altered])
      process.kill(broker, 'SIGTERM')
      await ended(script, 'SIGTERM')

      const copy = folder()
      cpSync(join(home, 'broker-1/data', METADATA), join(copy, METADATA), { recursive: true })
      const life = world(copy)
      const ids = listSnapshots(life.disk, METADATA).filter(({ endOffset }) => endOffset > 0)
      expect(ids.length).toBeGreaterThan(0)
      const folded = foldedAt(copy)
      for (const id of ids) expect(await loaded(life, id)).toEqual([id.endOffset, folded.get(id.endOffset)])
      const last = new MetadataImage()
      await settled((done) => loadSnapshot({ world: life, directory: METADATA, id: ids.at(-1)! }, last, done))
      expect(last.topic('orders')?.partitions.length).toBeGreaterThanOrEqual(40)
      expect([...last.topicSettings('orders')]).toEqual([['retention.ms', '1234567']])
    })
  },
)

function settled<T>(start: (done: (value: T) => void) => void): Promise<T> {
  return new Promise<T>((resolve) => start(resolve))
}

function dump(path: string): Promise<string> {
  return output(apacheKafka!, ['dump-log', '--cluster-metadata-decoder', '--files', path])
}

async function loaded(life: World, id: { readonly endOffset: number; readonly epoch: number }) {
  const image = new MetadataImage()
  const error = await settled<unknown>((done) => loadSnapshot({ world: life, directory: METADATA, id }, image, done))
  expect(error).toBeUndefined()
  return [image.endOffset, image.hash]
}

/** The hash of the image after each batch of the log, by end offset. */
function foldedAt(directory: string): Map<number, string> {
  const image = new MetadataImage()
  const hashes = new Map<number, string>()
  const logs = readdirSync(join(directory, METADATA)).filter((name) => name.endsWith('.log'))
  for (const name of logs.sort()) {
    const bytes = new Uint8Array(readFileSync(join(directory, METADATA, name)))
    for (let at = 0; at < bytes.length && batchBytes(bytes, at) > 12; at += batchBytes(bytes, at)) {
      const [baseOffset, endOffset] = [batchBaseOffset(bytes, at), batchLastOffset(bytes, at) + 1]
      const isControl = isControlBatch(bytes, at)
      const records = isControl ? [] : decodeRecords(bytes, at).map(({ value }) => decodeMetadataRecord(value!))
      image.apply({ baseOffset, endOffset, epoch: batchLeaderEpoch(bytes, at), records })
      hashes.set(endOffset, image.hash)
    }
  }
  return hashes
}

function imageOf(records: readonly MetadataRecord[]): MetadataImage {
  const image = new MetadataImage()
  image.apply({ baseOffset: 0, endOffset: records.length, epoch: 1, records })
  return image
}

/** `TopicRecord` as Apache's tool writes it: `TOPIC_RECORD`. */
function constantOf(type: string): string {
  return type.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()
}

/** One record of each kind that a snapshot can have. */
function everyKind(): readonly MetadataRecord[] {
  const id = topicIdOf(1)
  const endPoints = [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }]
  const features = [{ name: 'metadata.version', minSupportedVersion: 25, maxSupportedVersion: 25 }]
  const salt = Uint8Array.of(1, 2, 3)
  return [
    decoded({ type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 25 }),
    decoded({
      ...{ type: 'RegisterBrokerRecord', version: 3, brokerId: 1, brokerEpoch: 7, incarnationId: topicIdOf(2) },
      ...{ endPoints, features, rack: 'a', fenced: false, logDirs: [directoryOf(1)] },
    }),
    decoded({
      ...{ type: 'RegisterControllerRecord', version: 0, controllerId: 1, incarnationId: topicIdOf(3) },
      ...{ zkMigrationReady: false, endPoints, features },
    }),
    topicRecord('orders', id),
    partitionRecord(id, 0, [1, 2]),
    ...configRecords('orders', { 'retention.ms': '1' }),
    decoded({ type: 'ProducerIdsRecord', version: 0, brokerId: 1, brokerEpoch: 7, nextProducerId: 1000 }),
    decoded({
      ...{ type: 'AccessControlEntryRecord', version: 0, id: topicIdOf(4), resourceType: 2, resourceName: 'orders' },
      ...{ patternType: 3, principal: 'User:alice', host: '*', operation: 3, permissionType: 3 },
    }),
    decoded({
      ...{ type: 'UserScramCredentialRecord', version: 0, name: 'alice', mechanism: 1, salt, storedKey: salt },
      ...{ serverKey: salt, iterations: 4096 },
    }),
    decoded({
      ...{ type: 'ClientQuotaRecord', version: 0, entity: [{ entityType: 'user', entityName: null }] },
      ...{ key: 'producer_byte_rate', value: 1.5, remove: false },
    }),
    decoded({
      ...{ type: 'DelegationTokenRecord', version: 0, owner: 'User:alice', requester: 'User:alice', renewers: [] },
      ...{ issueTimestamp: 1, maxTimestamp: 2, expirationTimestamp: 2, tokenId: 'token' },
    }),
  ]
}
