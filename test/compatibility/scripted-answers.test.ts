/** Scripted answers as librdkafka takes them: by kcat, which is skipped where it is not installed. */

import { describe, expect, it } from 'vitest'
import { startCluster } from '../../src/cluster/start-cluster.ts'
import { isInstalled, output } from './commands.ts'

const produce = (address: string, value: string): Promise<string> =>
  output('kcat', ['-b', address, '-P', '-t', 'orders', '-X', 'retry.backoff.ms=50'], { input: value })

describe.skipIf(!isInstalled('kcat'))('kcat (skipped where it is not installed)', () => {
  it('tries again after errors that pass, whatever it asked for', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const [address] = cluster.bootstrap
    const scripts = [
      cluster.respond('Metadata', { error: 'LEADER_NOT_AVAILABLE', topic: 'orders', times: 2 }),
      cluster.respond('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 }),
      cluster.respond('ListOffsets', { error: 'LEADER_NOT_AVAILABLE', topic: 'orders', times: 1 }),
      cluster.respond('Fetch', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 }),
    ]
    await produce(address!, 'hello\n')
    expect(await output('kcat', ['-b', address!, '-C', '-t', 'orders', '-e', '-q'])).toBe('hello\n')
    expect(scripts.map(({ remaining }) => remaining)).toEqual([0, 0, 0, 0])
  })

  it('gives up after one that does not, and says which', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    cluster.respond('Produce', { error: 'TOPIC_AUTHORIZATION_FAILED', clientId: 'rdkafka' })
    await expect(produce(cluster.bootstrap[0]!, 'hello\n')).rejects.toThrow(/Topic authorization failed/)
    expect(await cluster.records('orders')).toEqual([])
  })
})
