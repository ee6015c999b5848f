/** What a node of a cluster must not take, from its disk or from others: a clear error each, nothing lost, no half state. */

import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { Peers } from '../../src/broker/peers/peers.ts'
import { Client } from '../../src/client/client.ts'
import { type Api, apis } from '../../src/protocol/apis.ts'
import { errorCode } from '../../src/protocol/errors.ts'
import { batchBaseOffset, batchBytes, batchLastOffset } from '../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../src/protocol/record-batch-encode.ts'
import { assignOffsets } from '../../src/protocol/record-batch-patch.ts'
import type { Encodable, Message } from '../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../src/protocol/uuid.ts'
import { createRealWorld } from '../../src/real/world.ts'
import { freePort } from '../compatibility/free-port.ts'
import { type Samsa, samsaInTests } from './samsa.ts'

const { start, run, path } = samsaInTests()
const ready = /^ready 127\.0\.0\.1:(\d+)$/m
const METADATA = '__cluster_metadata-0'
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'
const FOREIGN = 'Gi7bA7TBR7qU7uHgkdoqNg'

const world = createRealWorld({
  directory: 'memory',
  onHalt: (reason) => {
    throw reason
  },
})
const peers = new Peers({ world, clientId: 'bad-input', setupTimeoutMs: 5000 })
const clients: Client[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

function clientOf(port: number): Client {
  const client = new Client(world, { bootstrap: [{ host: '127.0.0.1', port }], clientId: 'bad-input' })
  clients.push(client)
  return client
}

/** A node alone, with topics in its metadata log and in a snapshot, stopped cleanly. */
async function stoppedNode(dir: string): Promise<void> {
  const sets = ['--set', 'metadata.log.max.record.bytes.between.snapshots=500']
  const node = start(['up', '--port', '0', '--dir', dir, ...sets])
  const client = clientOf(Number((await node.says(ready))[1]))
  for (const name of ['orders', 'bills']) {
    expect((await client.createTopics([{ name, numPartitions: 10 }]))[0]!.kind).toBe('created')
  }
  node.child.kill('SIGTERM')
  await node.ended
}

/** The topics that a node knows when it starts on a directory. */
async function topicsOf(dir: string): Promise<string[]> {
  const node = start(['up', '--port', '0', '--dir', dir])
  const topics = await clientOf(Number((await node.says(ready))[1])).describeTopics()
  expect(topics.kind).toBe('ok')
  return topics.kind === 'ok' ? topics.value.map(({ name }) => name).sort() : []
}

/** Waits for a line on standard error. */
async function complains(node: Samsa, pattern: RegExp): Promise<void> {
  while (!pattern.test(node.stderr)) {
    expect(node.child.exitCode).toBeNull()
    await new Promise((resolve) => node.child.stderr!.once('data', resolve))
  }
}

test('a snapshot with a wrong checksum stops the start with its name, and what else there is stays', async () => {
  await stoppedNode('data')
  const folder = path(`data/${METADATA}`)
  const snapshot = readdirSync(folder).findLast((name) => name.endsWith('.checkpoint'))!
  const whole = readFileSync(`${folder}/${snapshot}`)
  const damaged = Uint8Array.from(whole)
  damaged[200]! ^= 1
  writeFileSync(`${folder}/${snapshot}`, damaged)
  const { code, stdout, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toContain(`cannot use the directory data: ${METADATA}/${snapshot} cannot be used: the checksum`)
  expect(stderr).not.toContain('bug in samsa')
  expect([code, stdout]).toEqual([1, ''])
  writeFileSync(`${folder}/${snapshot}`, whole)
  expect(await topicsOf('data')).toEqual(['bills', 'orders'])
})

test('a truncated quorum-state stops the start with its name, and what else there is stays', async () => {
  await stoppedNode('data')
  const file = path(`data/${METADATA}/quorum-state`)
  const whole = readFileSync(file)
  truncateSync(file, 40)
  const { code, stdout, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toMatch(/quorum-state cannot be read; without it this voter could vote twice in one epoch: restore/)
  expect([code, stdout]).toEqual([1, ''])
  expect(statSync(file).size).toBe(40)
  writeFileSync(file, whole)
  expect(await topicsOf('data')).toEqual(['bills', 'orders'])
})

test('a record of a version that is not known stops the node with its offset, and stays in the log', async () => {
  await stoppedNode('data')
  const log = path(`data/${METADATA}/00000000000000000000.log`)
  const whole = readFileSync(log)
  const last = lastBatch(whole)
  // A frame of version 1, and a TopicRecord (2) of version 99.
  const records = [{ timestamp: 0, key: null, value: Uint8Array.of(1, 2, 99, 0) }]
  const batch = encodeBatch({ baseOffset: 0, records }, world.codecs.crc32c)
  assignOffsets(batch, 0, last + 1, 1)
  appendFileSync(log, batch)
  const { code, stdout, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toMatch(new RegExp(`a record at offset ${last + 1} that cannot be read .*version 99`))
  expect(stderr).not.toContain('see to the disk')
  expect([code, stdout]).toEqual([1, ''])
  expect(readFileSync(log).subarray(whole.length, whole.length + batch.length)).toEqual(Buffer.from(batch))
})

test('a voter of another cluster is told so, votes nowhere, and the others go on without it', async () => {
  const ports = [await freePort(), await freePort(), await freePort()]
  const voters = ports.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(',')
  const node = (id: number, clusterId: string) =>
    start([
      ...['up', '--port', '0', '--node-id', String(id), '--dir', `node-${id}`],
      ...['--controllers', voters, '--cluster-id', clusterId],
    ])
  const foreign = node(3, FOREIGN)
  const ours = [node(1, CLUSTER), node(2, CLUSTER)]
  for (const each of ours) await each.says(ready)
  await complains(
    foreign,
    new RegExp(`controller 1 at \\S+ belongs to another cluster than this node, whose is ${FOREIGN}`),
  )
  await complains(foreign, /controller 2 at \S+ belongs to another cluster/)
  expect(foreign.stdout).toBe('')
})

test('requests of a stale epoch are answered with that, and change nothing', async () => {
  const port = await freePort()
  const node = start(['up', '--port', '0', '--dir', 'data', '--controllers', `1@127.0.0.1:${port}`])
  await node.says(ready)
  const topics = <P>(partition: P) => [{ topicName: '__cluster_metadata', partitions: [partition] }]
  const vote = {
    ...{ partitionIndex: 0, replicaEpoch: 0, replicaId: 2, replicaDirectoryId: ZERO_UUID },
    ...{ voterDirectoryId: ZERO_UUID, lastOffsetEpoch: 0, lastOffset: 0, preVote: true },
  }
  const voted = await ask(port, apis.vote, { clusterId: null, voterId: 1, topics: topics(vote) })
  const fenced = { errorCode: errorCode.FENCED_LEADER_EPOCH, leaderId: 1, leaderEpoch: 1 }
  expect(voted.topics[0]!.partitions[0]).toMatchObject({ ...fenced, voteGranted: false })
  const begin = { partitionIndex: 0, voterDirectoryId: ZERO_UUID, leaderId: 2, leaderEpoch: 0 }
  const begun = { clusterId: null, voterId: 1, topics: topics(begin), leaderEndpoints: [] }
  expect((await ask(port, apis.beginQuorumEpoch, begun)).topics[0]!.partitions[0]).toMatchObject(fenced)
  const beat = { brokerId: 1, brokerEpoch: 0, currentMetadataOffset: 0, wantFence: true, wantShutDown: false }
  const beaten = await ask(port, apis.brokerHeartbeat, { ...beat, offlineLogDirs: [] })
  expect(beaten.errorCode).toBe(errorCode.STALE_BROKER_EPOCH)
  const state = JSON.parse(readFileSync(path(`data/${METADATA}/quorum-state`), 'utf8'))
  expect(state).toMatchObject({ leaderId: 1, leaderEpoch: 1, votedId: 1 })
})

test('a broker whose id is in use says so and waits; the one that has it goes on, and gives way when it stops', async () => {
  const port = await freePort()
  const controllers = `1@127.0.0.1:${port}`
  const place = ['--controllers', controllers, '--cluster-id', CLUSTER]
  await start(['up', '--port', '0', '--role', 'controller', '--dir', 'controller', ...place]).says(ready)
  const broker = (dir: string) =>
    start(['up', '--port', '0', '--role', 'broker', '--node-id', '10', '--dir', dir, ...place])
  const first = broker('first')
  const client = clientOf(Number((await first.says(ready))[1]))
  const second = broker('second')
  const refused = /refuses to register broker 10: another process with this node\.id is registered/
  await complains(second, refused)
  expect(second.stdout).toBe('')
  const outcomes = await client.createTopics([{ name: 'orders', numPartitions: 1 }])
  expect(outcomes[0]!.kind).toBe('created')
  first.child.kill('SIGTERM')
  await first.ended
  await second.says(ready)
  expect(second.stderr.match(new RegExp(refused, 'g'))).toHaveLength(1)
})

function ask<Request extends Message, Response extends Message>(
  port: number,
  api: Api<Request, Response>,
  body: Encodable<Request>,
): Promise<NonNullable<Parameters<Parameters<typeof peers.request<Request, Response>>[4]>[1]>> {
  const address = { host: '127.0.0.1', port }
  return new Promise((resolve, reject) => {
    peers.request(
      address,
      api,
      () => body,
      5000,
      (error, response) => (response === undefined ? reject(error) : resolve(response)),
    )
  })
}

/** The last offset of a log that ends with zeros or at its end. */
function lastBatch(log: Uint8Array): number {
  let last = -1
  for (let at = 0; at < log.length && batchBytes(log, at) > 12; at += batchBytes(log, at)) {
    expect(batchBaseOffset(log, at)).toBe(last + 1)
    last = batchLastOffset(log, at)
  }
  return last
}
