/**
 * Starts a cluster in this process: brokers on real sockets of this machine, with their data in memory or in a directory.
 * Start here.
 *
 * One broker is its own controller. Several are each broker and controller of one quorum; a partition lies on one of them.
 * The broker is the one that `samsa up` runs, with Kafka's defaults; only several find each other sooner.
 */

import { join } from 'node:path'
import type { LogLevel } from '../broker/observe/observer.ts'
import { MemoryStorage } from '../real/world.ts'
import { Cluster, OWN_CLIENT_ID } from './cluster.ts'
import { ClusterBroker } from './cluster-broker.ts'
import { ClusterError } from './cluster-error.ts'
import type { TopicsToCreate } from './create-topics.ts'
import { prepareQuorum } from './prepare-quorum.ts'
import { type ClusterFacts, ScriptedAnswers } from './scripted-answers.ts'

/** What `startCluster` takes; every default is written here. */
export interface ClusterOptions {
  /** How many, 1 to 9. Default 1. */
  readonly brokers?: number
  /**
   * Where the data lies, made if absent; what an earlier cluster of as many brokers left there is found again. Several
   * brokers have a folder each in it, `broker-1` and so on. Default: in memory.
   */
  readonly directory?: string
  /** Topics to be there when it has started; those that exist are left as they are. Default: none. */
  readonly topics?: TopicsToCreate
  /** Broker settings by Kafka's names, the same for every broker: `{ 'num.partitions': '3' }`. Default: none set. */
  readonly settings?: Readonly<Record<string, string>>
  /** The address to listen at. Default: `127.0.0.1`. */
  readonly host?: string
  /** The port of a single broker. Default 0: a free one. */
  readonly port?: number
  /** Where the brokers' log lines go, with the broker's id. Default: nowhere. */
  readonly onLogLine?: (level: LogLevel, message: string, broker: number) => void
}

const BROKERS_MAX = 9

/**
 * Starts a cluster; it resolves when clients are served and the topics are there. Declare it with `await using`, or
 * `close` it. @throws {ClusterError} with what to do about it.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { brokers: count = 1, directory, topics = [], host = '127.0.0.1', port = 0 } = options
  if (!Number.isInteger(count) || count < 1 || count > BROKERS_MAX) {
    throw new ClusterError(`a cluster has 1 to ${BROKERS_MAX} brokers, not ${count}`)
  }
  if (port !== 0 && count > 1) throw new ClusterError('a port is for a single broker; leave it out')
  const placeOf = (id: number) => (directory === undefined || count === 1 ? directory : join(directory, `broker-${id}`))
  const quorum = count === 1 ? undefined : await prepareQuorum(host, count, placeOf(1))
  const shift = { aheadMs: 0 }
  const facts = (): ClusterFacts => ({
    brokers: brokers.map(({ id, address }) => ({ nodeId: id, ...address, rack: null })),
    clusterId: brokers[0]!.clusterId,
    controllerId: brokers[0]!.id,
  })
  const scripts = new ScriptedAnswers(OWN_CLIENT_ID, facts)
  const brokers: readonly ClusterBroker[] = Array.from({ length: count }, (_, index) => {
    const id = index + 1
    return new ClusterBroker({
      ...{ id, shift, clusterId: quorum?.clusterId, listen: { host, port } },
      directory: placeOf(id) ?? new MemoryStorage(),
      settings: { ...quorum?.settingsOf(id), ...options.settings },
      intercept: (request) => scripts.intercept(request),
      onLogLine: (level, message) => options.onLogLine?.(level, message, id),
    })
  })
  const stopsCleanly = directory !== undefined && count === 1
  try {
    await Promise.all(brokers.map((broker) => broker.start()))
  } catch (error) {
    for (const broker of brokers) broker.kill()
    throw error
  }
  const cluster = new Cluster({ brokers, scripts, shift, stopsCleanly })
  try {
    await cluster.createTopics(topics)
    return cluster
  } catch (error) {
    await cluster.close()
    throw error
  }
}
