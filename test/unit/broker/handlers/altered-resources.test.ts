/** Settings of brokers, asked for at one broker of two: the one whose controller is active, and the one that passes on. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../../src/cluster/cluster.ts'
import { startCluster } from '../../../../src/cluster/start-cluster.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { Arm } from '../../../twin/arm.ts'
import { TwinConnection } from '../../../twin/connection.ts'

const [TOPIC, BROKER] = [2, 4]
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ brokers: 2, topics: ['orders'] })
})

afterAll(() => cluster.close())

/** What became of the resources that are altered at the broker, in the order of their names. */
async function altered(
  at: number,
  api: typeof apis.alterConfigs | typeof apis.incrementalAlterConfigs,
  ...named: readonly (readonly [resourceType: number, resourceName: string])[]
): Promise<readonly string[]> {
  const { port } = cluster.brokers.find(({ id }) => id === at)!.address
  const connection = new TwinConnection(port)
  const stop = () => Promise.resolve()
  const arm = new Arm({ name: 'samsa', port, logDirectory: '/', stop }, connection, { prefix: '', baseMs: 0 })
  const operation = api.key === apis.incrementalAlterConfigs.key ? { configOperation: 0 } : {}
  const resources = named.map(([resourceType, resourceName]) => {
    const name = resourceType === TOPIC ? 'retention.ms' : 'log.retention.ms'
    return { resourceType, resourceName, configs: [{ ...operation, name, value: '1000' }] }
  })
  try {
    const { responses } = await arm.ask(api as typeof apis.alterConfigs, 1, { resources, validateOnly: false })
    return responses.map(({ resourceName, errorCode }) => `${resourceName}: ${errorName(errorCode)}`).sort()
  } finally {
    connection.close()
  }
}

describe.each([1, 2])('at broker %i', (id) => {
  const other = 3 - id

  it.each([apis.alterConfigs, apis.incrementalAlterConfigs])(
    'the settings of another broker are refused, those of this one and of topics are changed ($name)',
    async (api) => {
      const asked = [[BROKER, String(other)] as const, [BROKER, String(id)] as const, [TOPIC, 'orders'] as const]
      expect(await altered(id, api, ...asked)).toEqual(
        [`${other}: INVALID_REQUEST`, `${id}: NONE`, 'orders: NONE'].sort(),
      )
    },
  )

  it('a request for another broker alone is refused', async () => {
    expect(await altered(id, apis.incrementalAlterConfigs, [BROKER, String(other)])).toEqual([
      `${other}: INVALID_REQUEST`,
    ])
  })

  it('what is wrong with a topic is told by the controller', async () => {
    expect(await altered(id, apis.alterConfigs, [TOPIC, 'nowhere'])).toEqual(['nowhere: UNKNOWN_TOPIC_OR_PARTITION'])
  })
})
