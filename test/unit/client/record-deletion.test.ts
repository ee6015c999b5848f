import { describe, expect, test } from 'vitest'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ScriptedCluster } from './scripted-cluster.ts'

const orders = { topic: 'orders', partition: 0 }

describe('deleting records', () => {
  test('is asked of the leader, and tells where the partition begins then', async () => {
    const cluster = new ScriptedCluster(2)
    cluster.addTopic('orders', 2)
    const client = cluster.client()
    expect(await cluster.until(client.deleteRecords({ ...orders, below: 5 }))).toEqual({ kind: 'ok', value: 5 })
    expect(await cluster.until(client.deleteRecords({ topic: 'orders', partition: 1 }))).toEqual({
      kind: 'ok',
      value: 0,
    })
    expect(cluster.deletions).toEqual([
      { node: 1, topic: 'orders', partition: 0, offset: 5 },
      { node: 2, topic: 'orders', partition: 1, offset: -1 },
    ])
  })

  test('finds a leader that has changed', async () => {
    const cluster = new ScriptedCluster(2)
    const [log] = cluster.addTopic('orders', 1)
    const client = cluster.client()
    cluster.deleteScripts.push(errorCode.NOT_LEADER_OR_FOLLOWER)
    const outcome = cluster.until(client.deleteRecords({ ...orders, below: 5 }))
    log!.leader = 2
    expect(await outcome).toEqual({ kind: 'ok', value: 5 })
    expect(cluster.deletions.at(-1)).toMatchObject({ node: 2 })
  })

  test('fails for certain where the answer says so', async () => {
    const cluster = new ScriptedCluster()
    cluster.addTopic('orders', 1)
    cluster.deleteScripts.push(errorCode.OFFSET_OUT_OF_RANGE)
    expect(await cluster.until(cluster.client().deleteRecords({ ...orders, below: 5 }))).toMatchObject({
      ...{ kind: 'failed', certainty: 'definite', error: 'OFFSET_OUT_OF_RANGE' },
    })
  })

  test('is repeated after an answer that was lost, and no refusal is certain then', async () => {
    const cluster = new ScriptedCluster()
    cluster.addTopic('orders', 1)
    const client = cluster.client()
    cluster.deleteScripts.push('lose')
    expect(await cluster.until(client.deleteRecords({ ...orders, below: 5 }))).toEqual({ kind: 'ok', value: 5 })
    cluster.deleteScripts.push('lose', errorCode.OFFSET_OUT_OF_RANGE)
    expect(await cluster.until(client.deleteRecords({ ...orders, below: 9 }))).toMatchObject({
      ...{ kind: 'failed', certainty: 'indefinite', error: 'OFFSET_OUT_OF_RANGE' },
    })
  })

  test('ends in time where nobody leads', async () => {
    const cluster = new ScriptedCluster()
    const client = cluster.client({ defaultApiTimeoutMs: 2000 })
    expect(await cluster.until(client.deleteRecords(orders))).toMatchObject({
      ...{ kind: 'failed', certainty: 'definite', error: 'API_TIMED_OUT' },
    })
  })
})
