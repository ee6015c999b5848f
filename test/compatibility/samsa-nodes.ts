/** Three nodes of one cluster as processes, each broker and controller; they end with the test that started them. */

import { samsaInTests } from '../cli/samsa.ts'
import { freePort } from './free-port.ts'

/** A cluster that answers: every broker is unfenced. */
export interface Nodes {
  /** As `controller.quorum.voters`. */
  readonly voters: string
  /** Where clients connect, by node from 1 on: `127.0.0.1:PORT`. */
  readonly addresses: readonly string[]
  /** Ends one node as `kill` does. */
  stop(id: number): Promise<void>
  directoryOf(id: number): string
}

export const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'

/** A way to start clusters in the tests of a file. */
export function nodesInTests(): (settings?: Readonly<Record<string, string>>) => Promise<Nodes> {
  const samsa = samsaInTests()
  return async (settings = {}) => {
    const ids = [1, 2, 3]
    const controllers = await Promise.all(ids.map(freePort))
    const voters = ids.map((id, index) => `${id}@127.0.0.1:${controllers[index]}`).join(',')
    const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const processes = ids.map((id) => {
      const place = ['--node-id', String(id), '--port', '0', '--dir', `node-${id}`]
      return samsa.start(['up', ...place, '--controllers', voters, '--cluster-id', CLUSTER_ID, ...sets])
    })
    const said = await Promise.all(processes.map((each) => each.says(/^ready (127\.0\.0\.1:\d+)$/m)))
    const stop = async (id: number): Promise<void> => {
      processes[id - 1]!.child.kill('SIGTERM')
      await processes[id - 1]!.ended
    }
    return {
      voters,
      addresses: said.map(([, address]) => address!),
      stop,
      directoryOf: (id) => samsa.path(`node-${id}`),
    }
  }
}
